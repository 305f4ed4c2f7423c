import type { Host } from "#platform/ports";
import { runtimeModule } from "./runtime-module.ts";

const os = runtimeModule("node:os");

/** What the operating system tells of this process. */
export function readHost(): Host {
  return {
    os:
      process.platform === "win32" ? "windows" : process.platform === "darwin" ? "macos" : "linux",
    arch: process.arch,
    get home() {
      // What homedir() asks first on POSIX, without its module.
      const home = process.platform === "win32" ? undefined : process.env.HOME;
      return home === undefined || home === "" ? os().homedir() : home;
    },
    get temporaryFolder() {
      return os().tmpdir();
    },
    cwd: process.cwd(),
    env: process.env,
    userId: process.getuid?.(),
    processId: process.pid,
    input: standardInput,
  };
}

/** Read as a stream and not as `/dev/stdin`, which cannot be opened where it is a socket. */
async function standardInput(): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Uint8Array);
  return Buffer.concat(pieces);
}
