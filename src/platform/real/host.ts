import { homedir, tmpdir } from "node:os";
import type { Host } from "#platform/ports";

/** Asks the operating system once, at the start. */
export function readHost(): Host {
  return {
    os:
      process.platform === "win32" ? "windows" : process.platform === "darwin" ? "macos" : "linux",
    arch: process.arch,
    home: homedir(),
    temporaryFolder: tmpdir(),
    cwd: process.cwd(),
    env: process.env,
    userId: process.getuid?.(),
    processId: process.pid,
  };
}
