import type { MarkedPreference, Preference } from "#resolver/request";
import { evaluateMarkerLeniently, type MarkerEnvironment } from "#standards/marker";
import type { NormalizedName } from "#standards/name";
import { tryParseRequirement } from "#standards/requirement";
import { tryParseVersion } from "#standards/version";

/**
 * Pins of an earlier result (`name==1.0`, `name==2.0 ; marker`), so that what need not change stays. Lines that are no
 * pins are passed over: nothing here decides what is valid, only what is tried first.
 */
export function readPreferences(
  text: string,
): ReadonlyMap<NormalizedName, readonly MarkedPreference[]> {
  const preferences = new Map<NormalizedName, MarkedPreference[]>();
  for (const line of text.split("\n")) {
    if (/^\s*(#|-|$)/.test(line)) continue;
    const requirement = tryParseRequirement(line.replace(/\s+(#.*|\\\s*|--hash=.*)$/, "").trim());
    const pin = requirement?.specifier.specifiers;
    if (requirement === undefined || pin?.length !== 1 || pin[0]?.operator !== "==") continue;
    const version = tryParseVersion(pin[0].version);
    if (version === undefined) continue;
    const { name, marker } = requirement;
    const preference: MarkedPreference = { version, from: "output", marker };
    const known = preferences.get(name);
    if (known === undefined) preferences.set(name, [preference]);
    else known.push(preference);
  }
  return preferences;
}

/** Of several pins of a name the first that is for this machine. */
export function preferencesFor(
  preferences: ReadonlyMap<NormalizedName, readonly MarkedPreference[]>,
  environment: MarkerEnvironment,
): ReadonlyMap<NormalizedName, Preference> {
  const here = new Map<NormalizedName, Preference>();
  for (const [name, pins] of preferences) {
    const pin = pins.find(
      ({ marker }) => marker === undefined || evaluateMarkerLeniently(marker, environment),
    );
    if (pin !== undefined) here.set(name, pin);
  }
  return here;
}
