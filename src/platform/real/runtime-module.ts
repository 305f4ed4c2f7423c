/**
 * A module of the runtime at its first use. Some of them take milliseconds to load (`node:zlib` several), which
 * commands that only read must not pay.
 */
export function runtimeModule<Name extends keyof Modules>(name: Name): () => Modules[Name] {
  let loaded: Modules[Name] | undefined;
  return () => (loaded ??= process.getBuiltinModule(name) as Modules[Name]);
}

type Modules = {
  readonly "bun:jsc": typeof import("bun:jsc");
  readonly "node:os": typeof import("node:os");
  readonly "node:stream": typeof import("node:stream");
  readonly "node:tty": typeof import("node:tty");
  readonly "node:zlib": typeof import("node:zlib");
};
