import { PkmError } from "#base/errors";

declare const normalized: unique symbol;

/** A project name in its one canonical spelling (PEP 503). Only {@link normalizeName} and {@link parseName} make one. */
export type NormalizedName = string & { readonly [normalized]: true };

// PyPUG name-normalization: ASCII letters and digits, with `.`, `_` and `-` inside only.
const validName = /^[a-zA-Z0-9](?:[a-zA-Z0-9._-]*[a-zA-Z0-9])?$/;

/** True when the text may name a project, an extra or a dependency group. A trailing newline is not valid. */
export function isValidName(text: string): boolean {
  return validName.test(text) && !text.endsWith("\n");
}

/**
 * Brings a project name to the spelling under which indexes and environments file it (PEP 503). The same
 * rule holds for extras and dependency groups (PEP 685, 735).
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { normalizeName } from "#standards/name";
 *
 * assert.equal(normalizeName("Zope.Interface"), "zope-interface");
 * ```
 */
export function normalizeName(name: string): NormalizedName {
  if (/^(?:[a-z0-9]+-)*[a-z0-9]*$/.test(name)) return name as NormalizedName;
  // ASCII only: toLowerCase() would also fold letters that no name may have.
  return name
    .replaceAll(/[-_.]+/g, "-")
    .replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase()) as NormalizedName;
}

/** {@link normalizeName} for text from outside: `undefined` when it is no valid name. */
export function tryParseName(text: string): NormalizedName | undefined {
  return isValidName(text) ? normalizeName(text) : undefined;
}

export function parseName(text: string): NormalizedName {
  const name = tryParseName(text);
  if (name === undefined)
    throw new PkmError({
      code: "invalid-name",
      what: `Cannot use \`${text}\` as a project name`,
      why: "a name has ASCII letters, digits, `.`, `_` and `-`, and begins and ends with a letter or digit",
    });
  return name;
}

/** The spelling inside file names: `zope-interface` becomes `zope_interface`. */
export function nameInFile(name: NormalizedName): string {
  return name.replaceAll("-", "_");
}
