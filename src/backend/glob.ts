/*
 * Globs as PEP 639 has them for licence files, for all settings of the backend. They count from the project's folder,
 * with `/`: `*` and `?` stay within one part of a path, `[a-z]` is one character of a set, `**` as a whole part stands
 * for any number of parts. A glob that finds a folder means all that is below. Letter case counts.
 */

export type Glob = { readonly text: string; readonly parts: readonly GlobPart[] };

type GlobPart = RegExp | "**";

/** Reads a glob, or says what is wrong with it. */
export function parseGlob(text: string): Glob | { readonly why: string } {
  if (text.includes("\\")) return { why: "has a backslash, parts of a path are divided by `/`" };
  const words = text.replace(/\/$/, "").split("/");
  const parts: GlobPart[] = [];
  for (const word of words) {
    if (word === "" || word === "." || word === "..")
      return { why: "is no path below the project's folder" };
    const part = parsePart(word);
    if (part === undefined)
      return { why: "has `[` and `]` around something other than letters, digits, `_`, `-`, `.`" };
    parts.push(part);
  }
  return { text, parts };
}

function parsePart(word: string): GlobPart | undefined {
  if (word === "**") return word;
  let pattern = "";
  for (let at = 0; at < word.length; at++) {
    const character = word[at] as string;
    if (character === "*") pattern += "[^/]*";
    else if (character === "?") pattern += "[^/]";
    else if (character === "]") return undefined;
    else if (character === "[") {
      const end = word.indexOf("]", at);
      const set = word.slice(at + 1, end === -1 ? at + 1 : end);
      if (!/^[\p{L}\p{N}_.-]+$/u.test(set) || set.includes("--")) return undefined;
      pattern += `[${set}]`;
      at = end;
    } else pattern += character.replace(/[$^+.(){}|/]/, "\\$&");
  }
  try {
    return new RegExp(`^${pattern}$`, "su");
  } catch {
    // A range that runs backwards.
    return undefined;
  }
}

/** True when a glob means this path: it finds the path itself, or a folder above. */
export function globMatches(glob: Glob, path: string): boolean {
  return progress(glob, path).some((taken) => glob.parts.slice(taken).every(isAnything));
}

/** True when something below a folder may be meant. */
export function globReaches(glob: Glob, folder: string): boolean {
  return folder === "" || progress(glob, folder).length > 0;
}

/** How many parts of a glob a path may have taken: none is possible when the glob leads elsewhere. */
function progress({ parts }: Glob, path: string): number[] {
  let before = new Set([0]);
  for (const name of path.split("/")) {
    const after = new Set<number>();
    for (const start of before) {
      // `**` may stand for nothing, and what follows is tried as well.
      for (let taken = start; ; taken++) {
        const part = parts[taken];
        if (part === "**" || part === undefined) after.add(taken);
        else if (part.test(name)) after.add(taken + 1);
        if (part !== "**") break;
      }
    }
    before = after;
  }
  return [...before];
}

function isAnything(part: GlobPart): boolean {
  return part === "**";
}
