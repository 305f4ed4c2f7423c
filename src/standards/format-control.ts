import { normalizeName } from "./name.ts";

/**
 * Two sets of project names of which each name is in one at most, as `--no-binary` and `--only-binary` of pip share
 * them, and likewise `--all-releases` and `--only-final`. `:all:` may be among the names.
 */
export type ExclusiveNames = {
  readonly first: ReadonlySet<string>;
  readonly second: ReadonlySet<string>;
};

export const noNames: ExclusiveNames = { first: new Set(), second: new Set() };

/**
 * Adds the names of one option (`a,b`, `:all:`, `:none:`) to a side. They leave the other side; `:all:` empties both
 * first, `:none:` empties its own. Answers new sets.
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { chooseNames, noNames } from "#standards/format-control";
 *
 * const names = chooseNames(noNames, "first", ":all:,:none:,Foo_Bar");
 * assert.deepEqual([...names.first], ["foo-bar"]);
 * ```
 */
export function chooseNames(
  names: ExclusiveNames,
  side: "first" | "second",
  value: string,
): ExclusiveNames {
  const target = new Set(names[side]);
  const other = new Set(side === "first" ? names.second : names.first);
  let words = value.split(",");
  for (let all = words.indexOf(":all:"); all !== -1; all = words.indexOf(":all:")) {
    other.clear();
    target.clear();
    target.add(":all:");
    words = words.slice(all + 1);
    // What follows :all: is covered by it, unless a :none: takes it back.
    if (!words.includes(":none:")) words = [];
  }
  for (const word of words) {
    if (word === ":none:") {
      target.clear();
      continue;
    }
    const name = normalizeName(word);
    other.delete(name);
    target.add(name);
  }
  return side === "first" ? { first: target, second: other } : { first: other, second: target };
}

/** What is left to choose from for one project; naming it weighs more than `:all:`. */
export function allowedFormats(
  binaries: ExclusiveNames,
  name: string,
): { readonly wheel: boolean; readonly sdist: boolean } {
  const { first: noBinary, second: onlyBinary } = binaries;
  if (onlyBinary.has(name)) return { wheel: true, sdist: false };
  if (noBinary.has(name)) return { wheel: false, sdist: true };
  if (onlyBinary.has(":all:")) return { wheel: true, sdist: false };
  if (noBinary.has(":all:")) return { wheel: false, sdist: true };
  return { wheel: true, sdist: true };
}
