import { busyForSeconds } from "#base/busy-code";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";

/**
 * False for a file that is certainly of another version, which most names of a long page show by their first numbers.
 * Everything that is not as most names are is left to those who read names in earnest.
 */
export function mayBeOf(filename: string, name: NormalizedName, pin: Version): boolean {
  // Escaped or not, nearly all names have as many letters in a file's name as in their own.
  const dash = filename.indexOf("-", filename.endsWith(".whl") ? 0 : name.length);
  return dash !== name.length || pin.epoch !== 0 || beginsAs(filename, dash + 1, pin.release);
}

/** Compares the numbers of a release up to the first that the text has not, or up to what is no number. */
function beginsAs(text: string, start: number, release: Version["release"]): boolean {
  let at = start;
  for (let i = 0; ; i++) {
    const numberStart = at;
    let number = 0;
    let code = text.charCodeAt(at);
    while (code >= 0x30 && code <= 0x39) {
      number = number * 10 + code - 0x30;
      code = text.charCodeAt(++at);
    }
    // A `v`, an epoch, the end of the numbers.
    if (at === numberStart || at - numberStart > mostDigits || code === 0x21) return true;
    if (number !== (release[i] ?? 0)) return false;
    if (code !== 0x2e) return allZero(release, i + 1);
    at++;
  }
}

function allZero(release: Version["release"], from: number): boolean {
  for (let i = from; i < release.length; i++) if (release[i] !== 0) return false;
  return true;
}

/** Longer ones are not told apart by a number. */
const mostDigits = 15;

busyForSeconds(mayBeOf, beginsAs);
