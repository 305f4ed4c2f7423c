import { absolute } from "#cli/cache-folder";
import type { Invocation } from "#cli/invocation";
import { earlierResult } from "#cli/result-file";
import { readPreferences } from "#lock/preferences";
import type { MarkedPreference } from "#resolver/request";
import { type NormalizedName, parseName } from "#standards/name";

type Choices = {
  readonly "output-file": string | undefined;
  readonly upgrade: boolean;
  readonly "upgrade-package": readonly string[];
};

export type EarlierPins = ReadonlyMap<NormalizedName, readonly MarkedPreference[]>;

/** Pins of the output file. */
export function earlierPins(chosen: Choices, { world }: Invocation): EarlierPins {
  const file = chosen["output-file"];
  if (file === undefined) return new Map();
  const text = earlierResult(absolute(file, world.host.cwd), world.files);
  return text === undefined ? new Map() : readPreferences(text);
}

/** Those that are for any machine. */
export function unmarked(earlier: EarlierPins): EarlierPins {
  return new Map([...earlier].filter(([, [pin]]) => pin?.marker === undefined));
}

/** Those that are not to be upgraded. */
export function keptPins(earlier: EarlierPins, chosen: Choices): EarlierPins {
  if (chosen.upgrade) return new Map();
  const upgraded = new Set(
    chosen["upgrade-package"].map((name) => parseName(name.replace(/[[=<>!~ ].*$/, ""))),
  );
  return new Map([...earlier].filter(([name]) => !upgraded.has(name)));
}
