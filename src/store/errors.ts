import { PkmError } from "#base/errors";

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "there is no space left on its disk",
  EDQUOT: "the quota of its disk is used up",
  EACCES: "its folder may not be written",
  EPERM: "its folder may not be written",
  EROFS: "its disk is read-only",
};

/** Errno names that {@link storeNotWritable} explains. */
export function isWriteRefusal(errno: string | undefined): errno is string {
  return errno !== undefined && errno in reasons;
}

/** The cache cannot take a wheel, which has to be in it before it can be installed, or not even be locked. */
export function storeNotWritable(
  cache: string,
  wheel: string | undefined,
  errno: string,
  cause: unknown,
): PkmError {
  return new PkmError({
    code: "store-not-writable",
    what:
      wheel === undefined
        ? `Cannot use the cache \`${cache}\``
        : `Cannot keep \`${wheel}\` in the cache \`${cache}\``,
    why: `${reasons[errno] ?? "the system refuses"} (${errno})`,
    fix: ["pkm cache prune", "choose another folder with `PKM_CACHE_DIR`"],
    cause,
  });
}

/** Two members of a wheel that are one file on this machine. */
export function wheelFoldsCase(wheel: string, [one, other]: readonly [string, string]): PkmError {
  return new PkmError({
    code: "wheel-folds-case",
    what: `Cannot unpack \`${wheel}\`: \`${one}\` and \`${other}\` are the same file on this system`,
    why: "its file systems do not tell upper and lower case apart, or compose letters",
    fix: ["choose another release, or tell the publisher"],
  });
}
