import { busyForSeconds } from "#base/busy-code";
import type { WheelFilename } from "#standards/wheel-filename";

type Tags = Pick<WheelFilename, "pythonTags" | "abiTags" | "platformTags">;

/**
 * What is known of wheels by their tags. File names with the same tags share the lists of them, so that looking up three
 * lists takes the place of spelling out every tag; a list that is not shared costs no more than working it out again.
 */
export class ByTags<T> {
  private readonly known = new Map<
    readonly string[],
    Map<readonly string[], Map<readonly string[], T>>
  >();
  private readonly workOut: (tags: Tags) => T;

  constructor(workOut: (tags: Tags) => T) {
    this.workOut = workOut;
  }

  get(tags: Tags): T {
    const { pythonTags, abiTags, platformTags } = tags;
    let byAbi = this.known.get(platformTags);
    if (byAbi === undefined) this.known.set(platformTags, (byAbi = new Map()));
    let byPython = byAbi.get(abiTags);
    if (byPython === undefined) byAbi.set(abiTags, (byPython = new Map()));
    let found = byPython.get(pythonTags);
    if (found === undefined) {
      found = this.workOut(tags);
      byPython.set(pythonTags, found);
    }
    return found;
  }
}

busyForSeconds(ByTags);
