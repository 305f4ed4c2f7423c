import { tryParseSpecifierSet } from "./specifier-set.ts";
import type { SpecifierSet } from "./specifier-set.ts";

/** The ways in which published specifiers are known to be broken, each with what was meant. */
const repairs: readonly ((text: string) => string)[] = [
  // `>=7.2<8`
  (text) => text.replaceAll(/([0-9*])\s*(?=[<>=~!])/g, "$1,"),
  // `!=~5.0`
  (text) => text.replaceAll(/!=~\s*([0-9]+(?:\.[0-9]+)*)/g, "!=$1.*"),
  // `>=1.9.*`, `<3.4.*`
  (text) => text.replaceAll(/(<=|>=|<|>|~=)(\s*v?[0-9]+(?:\.[0-9]+)*)\.\*/g, "$1$2"),
  // `!=3.0*`
  (text) => text.replaceAll(/([0-9])\*/g, "$1.*"),
  // `>dev`
  (text) => text.replaceAll(/>\s*dev/g, ">0.0.0.dev0"),
  // `>=9.0.0a1.0`
  (text) => text.replaceAll(/((?:a|b|rc|post|dev)[0-9]+)\.0(?![0-9])/g, "$1"),
  // `>= '2.7'`, `>=3.6'`
  (text) => text.replaceAll(/['"]/g, ""),
];

/**
 * Reads Requires-Python as an index published it. What is broken in a known way is repaired; `undefined` is the answer
 * for everything else, and means that the file says nothing about Python (pip does the same). Never use it for what a
 * user wrote: there a mistake has to be told.
 */
export function parseRequiresPython(text: string): SpecifierSet | undefined {
  const set = tryParseSpecifierSet(text);
  if (set !== undefined) return set;
  let repaired = text;
  for (const repair of repairs) {
    const next = repair(repaired);
    if (next === repaired) continue;
    repaired = next;
    const found = tryParseSpecifierSet(repaired);
    if (found !== undefined) return { ...found, text };
  }
  return undefined;
}
