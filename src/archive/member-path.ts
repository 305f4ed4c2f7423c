import { busyForSeconds } from "#base/busy-code";

/*
 * Which names a member may have, the same for zip and for whatever else is unpacked without looking
 * (PyPUG binary-distribution-format, Warehouse's rules for archives).
 */

/** Why a name must not be used as a relative path with `/`, or `undefined` when it may. Folders end in `/`. */
export function unsafeName(name: string): string | undefined {
  if (name === "") return "a name is not empty";
  if (name.length > longestName) return `a name has at most ${longestName} characters`;
  if (isPlainlySafe(name)) return undefined;
  let segment = 0;
  for (let i = 0; i <= name.length; i++) {
    const code = i === name.length ? slash : name.charCodeAt(i);
    if (code === slash) {
      const length = i - segment;
      // The slash at the end marks a folder; every other empty segment is a second slash or an absolute path.
      if (length === 0 && !(i === name.length && i > 0))
        return i === 0 ? "paths are relative" : "a path has no empty parts";
      if (length === 1 && name.charCodeAt(segment) === dot) return "a path has no `.` parts";
      if (length === 2 && name.charCodeAt(segment) === dot && name.charCodeAt(segment + 1) === dot)
        return "a path has no `..` parts";
      segment = i + 1;
    } else if (code === backslash) return "a path has no backslashes";
    else if (code < 0x20 || (code >= 0x7f && code < 0xa0))
      return "a name has no control characters";
    else if (code === colon && i === 1 && isLetter(name.charCodeAt(0)))
      return "a path has no drive letter";
  }
  return undefined;
}

/** True of nearly all names, and found out by native code in one go; what is not, is looked at letter by letter. */
function isPlainlySafe(name: string): boolean {
  return !suspicious.test(name);
}

// oxlint-disable-next-line no-control-regex -- Control characters are what it looks for.
const suspicious = /[\0-\x1f\\:\x7f-\x9f]|^[/.]|\/[/.]/;

/** The form under which names fall together on file systems that fold case or compose letters. */
export function foldedName(name: string): string {
  return beyondAscii.test(name)
    ? name.normalize("NFC").toLowerCase().normalize("NFC")
    : name.toLowerCase();
}

const beyondAscii = /[\x80-\uffff]/;

const longestName = 4096;
const slash = 0x2f;
const backslash = 0x5c;
const dot = 0x2e;
const colon = 0x3a;

function isLetter(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a);
}

busyForSeconds(unsafeName, isPlainlySafe);
