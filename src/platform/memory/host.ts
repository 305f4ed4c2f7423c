import type { Host } from "#platform/ports";

/** A Linux machine with a user `ada`; `changes` says what is different. */
export function memoryHost(changes: Partial<Host> = {}): Host {
  return {
    os: "linux",
    arch: "x64",
    home: "/home/ada",
    temporaryFolder: "/tmp",
    cwd: "/home/ada",
    env: {},
    userId: 1000,
    processId: 4242,
    input: () => Promise.resolve(new Uint8Array()),
    ...changes,
  };
}
