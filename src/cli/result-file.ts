import type { Files, FileStat, World } from "#platform/ports";

/*
 * Files that a person names for a result (`-o`): mostly plain ones, but also `/dev/stdout`, pipes, links, and files of
 * somebody else.
 */

/** What an earlier run has left there. What is no plain file has nothing of the kind, and reading it may never end. */
export function earlierResult(path: string, files: Files): string | undefined {
  return isPlain(path, files.tryStat(path)) ? files.tryReadText(path) : undefined;
}

/**
 * Writes a file through one beside it, so that a full disk leaves the old one whole. Links and permissions stay; what
 * has to stay the very same file (a pipe, a device, one of another owner) is written into.
 */
export function writeResult(path: string, text: string, { files, host }: ResultWorld): void {
  const there = files.tryStat(path);
  if (there === undefined ? files.tryLstat(path) !== undefined : !mayReplace(path, there, host)) {
    files.write(path, text);
    return;
  }
  const target = there === undefined ? path : files.realPath(path);
  const fresh = `${target}.pkm-${host.processId}`;
  try {
    files.write(fresh, text);
    if (there !== undefined) files.chmod(fresh, there.mode);
    files.rename(fresh, target);
  } catch (error) {
    files.tryRemove(fresh);
    throw error;
  }
}

type ResultWorld = Pick<World, "files" | "host">;

function mayReplace(path: string, there: FileStat, { userId }: ResultWorld["host"]): boolean {
  return isPlain(path, there) && (userId === undefined || there.uid === userId);
}

// `/dev/stdout` may lead to a plain file, and is none; in `/dev/shm` there are ordinary ones.
function isPlain(path: string, stat: FileStat | undefined): boolean {
  return stat?.kind === "file" && !/^\/(?:dev\/(?:std(?:in|out|err)$|fd\/)|proc\/)/.test(path);
}
