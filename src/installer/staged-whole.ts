import type { Files } from "#platform/ports";

/**
 * The one folder in which all that comes into an empty folder was staged, as it is with a new environment's
 * folder of modules: exchanging the two is one step in place of hundreds. `undefined` where it was staged in
 * several, where it is not worth the while, and where the new folder would belong to somebody else, or be open
 * to others, than the old.
 */
export function stagedWhole(
  path: string,
  claims: Iterable<readonly { readonly part: { readonly from: string }; readonly path: string }[]>,
  count: number,
  files: Pick<Files, "tryLstat">,
): string | undefined {
  if (count < manyEntries) return undefined;
  let from: string | undefined;
  for (const [only, ...others] of claims) {
    if (only === undefined || others.length > 0 || only.path.includes("/")) return undefined;
    from ??= only.part.from;
    if (only.part.from !== from) return undefined;
  }
  if (from === undefined) return undefined;
  const present = files.tryLstat(path);
  const staged = files.tryLstat(from);
  if (present?.kind !== "folder" || staged === undefined) return undefined;
  const isAlike = (["dev", "mode", "uid", "gid"] as const).every(
    (mark) => present[mark] === staged[mark],
  );
  return isAlike ? from : undefined;
}

/** Fewer are put into the folder one by one. */
const manyEntries = 8;
