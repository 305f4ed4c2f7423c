import { errnoOf } from "#base/errors";
import { likenessOf, type Remade } from "./likeness.ts";
import type { FileStat, World } from "./ports.ts";

/*
 * What a run saw of the machine, in a form that a later run can compare with what is there by then, for one question
 * to the system per path. As make, ninja and git's index do, it trusts that a file is the same as long as nothing the
 * system says of it has changed; unlike those it looks at the time of the last change of any kind, which nobody can set.
 */

/** One look at a path: how it was looked at, and what was there. */
export type Sighting =
  /** Nothing; links were followed. */
  | readonly ["absent", path: string]
  /** Nothing, not even a link. */
  | readonly ["absent-link", path: string]
  /** Something; links were followed. */
  | readonly ["there", path: string, ...stamp: Stamp]
  /** Something, maybe a link. */
  | readonly ["there-link", path: string, ...stamp: Stamp]
  /** Where a path leads to. */
  | readonly ["real", path: string, target: string]
  /** What the kernel says of itself: such files have no stamps worth the name. */
  | readonly ["text", path: string, text: string]
  /**
   * Something in a folder that may have been made anew, links followed: where the stamp is another one it counts what it
   * is like, if that is known.
   */
  | readonly ["like", path: string, likeness: string, ...stamp: Stamp]
  /** The same, maybe a link. */
  | readonly ["like-link", path: string, likeness: string, ...stamp: Stamp];

/** Device, inode, size, mode, modified, changed. */
export type Stamp = readonly [
  dev: number,
  ino: number,
  size: number,
  mode: number,
  mtime: number,
  changed: number,
];

/** Whatever a run saw: compared by {@link isAsSeen}. */
export type Sightings = {
  readonly paths: readonly Sighting[];
  /** Variables that were asked for, and a digest of their values, which may be secrets. */
  readonly variables: readonly string[];
  readonly values: string;
  /** A digest of the names of all variables, where somebody went through them; else empty. */
  readonly names: string;
  /** When it ends to hold, in milliseconds since 1970; `null` where time has no say. */
  readonly until: number | null;
  /** The folder whose content is compared by what it is like. */
  readonly remade?: Remade;
};

/** True for files that the kernel makes up when they are read: their stamps say nothing. */
export function isMadeUp(path: string): boolean {
  return path.startsWith("/proc/") || path.startsWith("/sys/");
}

export function stampOf(stat: FileStat): Stamp {
  return [stat.dev, stat.ino, stat.size, stat.mode, stat.mtime, stat.changed];
}

export type SeenMachine = Pick<World, "files" | "host" | "hashing" | "clock">;

/** Whether the machine looks exactly as it did. */
export function isAsSeen(seen: Sightings, machine: SeenMachine): boolean {
  const { clock, host, hashing } = machine;
  return (
    (seen.until === null || clock.isBefore(seen.until)) &&
    valuesOf(seen.variables, host.env, hashing) === seen.values &&
    (seen.names === "" || namesOf(host.env, hashing) === seen.names) &&
    seen.paths.every((sighting) => stillSees(sighting, seen, machine))
  );
}

/** {@link isAsSeen} for what lies in one folder, and no more. */
export function isSeenBelow(folder: string, seen: Sightings, machine: SeenMachine): boolean {
  return seen.paths.every(
    (sighting) => !`${sighting[1]}/`.startsWith(`${folder}/`) || stillSees(sighting, seen, machine),
  );
}

type Variables = World["host"]["env"];

export function valuesOf(
  names: readonly string[],
  env: Variables,
  hashing: World["hashing"],
): string {
  return hashing.digest("sha256", JSON.stringify(names.map((name) => env[name] ?? null)));
}

export function namesOf(env: Variables, hashing: World["hashing"]): string {
  return hashing.digest("sha256", JSON.stringify(Object.keys(env).sort()));
}

function stillSees(sighting: Sighting, { remade }: Sightings, machine: SeenMachine): boolean {
  const { files } = machine;
  try {
    switch (sighting[0]) {
      case "absent":
        return files.tryStat(sighting[1]) === undefined;
      case "absent-link":
        return files.tryLstat(sighting[1]) === undefined;
      case "there":
        return isStamp(files.tryStat(sighting[1]), stampIn(sighting));
      case "there-link":
        return isStamp(files.tryLstat(sighting[1]), stampIn(sighting));
      case "real":
        return files.realPath(sighting[1]) === sighting[2];
      case "text":
        return files.tryReadText(sighting[1]) === sighting[2];
      case "like":
      case "like-link": {
        const [kind, path, likeness, ...stamp] = sighting;
        const follows = kind === "like";
        if (isStamp(follows ? files.tryStat(path) : files.tryLstat(path), stamp)) return true;
        if (remade === undefined || likeness === "") return false;
        return likenessOf(path, follows, remade, machine) === likeness;
      }
      default:
        return sighting satisfies never;
    }
  } catch (error) {
    // What cannot be looked at any more has changed.
    if (errnoOf(error) === undefined) throw error;
    return false;
  }
}

function stampIn([, , ...stamp]: readonly [string, string, ...Stamp]): Stamp {
  return stamp;
}

function isStamp(
  stat: FileStat | undefined,
  [dev, ino, size, mode, mtime, changed]: Stamp,
): boolean {
  return (
    stat !== undefined &&
    stat.changed === changed &&
    stat.mtime === mtime &&
    stat.ino === ino &&
    stat.size === size &&
    stat.mode === mode &&
    stat.dev === dev
  );
}
