import type { Preference } from "#resolver/request";
import type { NormalizedName } from "#standards/name";
import { tryParseRequirement } from "#standards/requirement";
import { tryParseVersion } from "#standards/version";

/**
 * Pins of an earlier result (`name==1.0`), so that what need not change stays. Lines that are no pins are passed
 * over: nothing here decides what is valid, only what is tried first.
 */
export function readPreferences(text: string): ReadonlyMap<NormalizedName, Preference> {
  const preferences = new Map<NormalizedName, Preference>();
  for (const line of text.split("\n")) {
    if (/^\s*(#|-|$)/.test(line)) continue;
    const requirement = tryParseRequirement(line.replace(/\s+(#.*|\\\s*|--hash=.*)$/, "").trim());
    const pin = requirement?.specifier.specifiers;
    if (requirement === undefined || pin?.length !== 1 || pin[0]?.operator !== "==") continue;
    const version = tryParseVersion(pin[0].version);
    if (version !== undefined) preferences.set(requirement.name, { version, from: "output" });
  }
  return preferences;
}
