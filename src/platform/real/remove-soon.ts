import { lstatSync, readdirSync, rmdirSync, rmSync, unlinkSync } from "node:fs";

/** A person who waits for a prompt does not notice so many milliseconds. */
const patience = 300;

/** {@link Files.removeSoon}: what cannot be removed in no time is left to a process that goes on when this one has ended. */
export function removeSoon(path: string, limit: number = patience): void {
  try {
    if (removeUntil(path, performance.now() + limit)) return;
  } catch {
    // Somebody still writes into it, or something may not be removed: the other process tries again.
  }
  leaveToAnother(path);
}

/** False when the time was over first. */
function removeUntil(path: string, deadline: number): boolean {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return true;
  if (!stat.isDirectory()) {
    unlinkSync(path);
    return true;
  }
  for (const name of readdirSync(path)) {
    if (performance.now() >= deadline) return false;
    if (!removeUntil(`${path}/${name}`, deadline)) return false;
  }
  rmdirSync(path);
  return true;
}

function leaveToAnother(path: string): void {
  const argv =
    process.platform === "win32"
      ? ["cmd.exe", "/d", "/c", "rmdir", "/s", "/q", path.replaceAll("/", "\\")]
      : ["rm", "-rf", "--", path];
  try {
    // In a session of its own no signal of a terminal reaches it.
    Bun.spawn(argv, { stdio: ["ignore", "ignore", "ignore"], detached: true }).unref();
  } catch {
    rmSync(path, { recursive: true, force: true });
  }
}
