import type { NormalizedName } from "#standards/name";
import { normalizeName } from "#standards/name";

/** Whether one of the globs fits: `*` stands for any text, `?` for one letter; both sides are normalised names. */
export function matchesAny(name: NormalizedName, globs: readonly string[]): boolean {
  return globs.some((glob) => matches(name, normalizeName(glob.trim())));
}

function matches(name: string, glob: string): boolean {
  if (!glob.includes("*") && !glob.includes("?")) return name === glob;
  // Two pointers instead of a pattern: no glob can make this slow.
  let at = 0;
  let inGlob = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    if (inGlob < glob.length && (glob[inGlob] === "?" || glob[inGlob] === name[at])) {
      at++;
      inGlob++;
    } else if (glob[inGlob] === "*") {
      star = inGlob++;
      resume = at;
    } else if (star !== -1) {
      inGlob = star + 1;
      at = ++resume;
    } else return false;
  }
  while (glob[inGlob] === "*") inGlob++;
  return inGlob === glob.length;
}
