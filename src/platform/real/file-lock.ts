import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  linkSync,
  openSync,
  readFileSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { errnoOf } from "#base/errors";
import type { FileLock, LockOptions } from "#platform/ports";
import { runtimeModule } from "./runtime-module.ts";
import { tryFlock } from "./system-calls.ts";

const os = runtimeModule("node:os");

/**
 * An advisory lock as {@link Files.lock} promises it. `flock` where it can be trusted: the kernel lets go of it
 * when the holder dies. On network file systems, and where the call is missing, {@link linkLock}.
 */
export async function lockFile(path: string, options: LockOptions): Promise<FileLock | undefined> {
  // 0o666: whoever shares the folder shares the lock; the umask decides.
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o666);
  let kept = false;
  try {
    if (isNetworkFileSystem(path)) return await linkLock(path, options);
    const shared = options.shared === true;
    const wait = waiting(path, options);
    for (;;) {
      const taken = tryFlock(fd, shared);
      if (taken === undefined) return await linkLock(path, options);
      if (taken) break;
      if (!(await wait())) return undefined;
    }
    kept = true;
    if (!shared) describeHolder(fd, options.holder ?? "");
    else if (options.holder !== undefined) addHolder(fd, options.holder);
    return { release: once(() => closeSync(fd)) };
  } finally {
    if (!kept) closeSync(fd);
  }
}

/** Statfs types of NFS, SMB, CIFS, AFS, Ceph, Lustre, 9p and FUSE (`man 2 statfs`): flock may be local, or a fiction. */
const networkFileSystems: ReadonlySet<number> = new Set([
  0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x5346414f, 0x00c36400, 0x0bd00bd0, 0x01021997,
  0x65735546,
]);

function isNetworkFileSystem(path: string): boolean {
  if (process.platform !== "linux") return false;
  try {
    return networkFileSystems.has(statfsSync(path).type >>> 0);
  } catch {
    return false;
  }
}

/**
 * A lock by hard link, atomic on every file system that has links: the claim is a file of one's own, linked to the
 * common name `<path>.held`. It knows no sharing, so shared holders of one process count as one and those of
 * different processes take turns. A claim whose process has ended on this host is broken.
 */
export async function linkLock(path: string, options: LockOptions): Promise<FileLock | undefined> {
  const held = `${path}.held`;
  const shared = sharedHolds.get(held);
  if (options.shared === true && shared !== undefined) {
    shared.count++;
    return { release: once(() => releaseShared(held, shared)) };
  }
  const claim = `${path}.${os().hostname()}.${process.pid}.${claims++}`;
  const text = `${os().hostname()} ${process.pid}\n${options.holder ?? ""}`;
  writeFileSync(claim, text, { flag: "wx" });
  const wait = waiting(held, options);
  try {
    while (!tryClaim(claim, held)) {
      if (breakStale(held, claim)) continue;
      if (!(await wait())) return undefined;
    }
  } finally {
    unlinkSync(claim);
  }
  if (options.shared !== true) return { release: once(() => unlinkSync(held)) };
  const hold = { count: 1 };
  sharedHolds.set(held, hold);
  return { release: once(() => releaseShared(held, hold)) };
}

const sharedHolds = new Map<string, { count: number }>();
let claims = 0;

function releaseShared(held: string, hold: { count: number }): void {
  if (--hold.count > 0) return;
  sharedHolds.delete(held);
  unlinkSync(held);
}

function tryClaim(claim: string, held: string): boolean {
  try {
    linkSync(claim, held);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Removes a claim whose process has ended; only processes of this host can be asked. */
function breakStale(held: string, claim: string): boolean {
  const stale = readHolder(held);
  if (!isAbandoned(stale)) return false;
  // The breaker's own lock: two that see the same dead claim must not remove the new one of a third.
  const breaker = `${held}.broken`;
  if (!tryClaim(claim, breaker)) {
    if (isAbandoned(readHolder(breaker))) tryUnlink(breaker);
    return false;
  }
  try {
    if (readHolder(held) === stale) tryUnlink(held);
    return true;
  } finally {
    tryUnlink(breaker);
  }
}

function isAbandoned(claim: string): boolean {
  const [host, pid] = claim.split("\n", 1)[0]?.split(" ") ?? [];
  return host === os().hostname() && pid !== undefined && !isAlive(Number(pid));
}

function tryUnlink(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH";
  }
}

/** Answers `false` where nobody wants to wait; else lets some time pass, telling once for whom. */
function waiting(path: string, options: LockOptions): () => Promise<boolean> {
  let pause = 0;
  return async () => {
    if (options.wait === false) return false;
    if (pause === 0) options.onWait?.(shownHolders(readHolder(path)));
    // Neither flock nor links can wake a sleeper without blocking the thread that also does everything else.
    pause = Math.min(longestPause, pause * 2 || 2);
    await new Promise((resolve) => setTimeout(resolve, pause));
    return true;
  };
}

const longestPause = 50;

function readHolder(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function describeHolder(fd: number, holder: string): void {
  ftruncateSync(fd, 0);
  if (holder !== "") writeSync(fd, `${holder}\n`, 0);
}

/** One line for each of those who share a lock. Nobody takes theirs away again: the dead do not count, and a long file starts anew. */
function addHolder(fd: number, holder: string): void {
  const { size } = fstatSync(fd);
  const start = size > longestList ? 0 : size;
  if (start === 0 && size > 0) ftruncateSync(fd, 0);
  writeSync(fd, `${process.pid}\t${holder}\n`, start);
}

const longestList = 8192;

/** Who holds a lock by what its file says: those who share it and live, else the one who has it alone. */
function shownHolders(text: string): string {
  const sharing = new Set<string>();
  let alone = "";
  for (const line of text.replace(/^\S+ \d+\n/, "").split("\n")) {
    const tab = line.indexOf("\t");
    if (tab === -1) alone ||= line;
    else if (isAlive(Number(line.slice(0, tab)))) sharing.add(line.slice(tab + 1));
  }
  return sharing.size === 0 ? alone : [...sharing].join(", ");
}

function once(work: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    work();
  };
}
