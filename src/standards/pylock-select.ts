import { nearest } from "#base/text";
import { lockDoesNotApply } from "./errors.ts";
import { absolutePath, fileUrl, folderOf, joinPath } from "./_path.ts";
import { evaluateMarker, type MarkerEnvironment } from "./marker.ts";
import { normalizeName, type NormalizedName } from "./name.ts";
import type {
  LockedArchive,
  LockedDirectory,
  LockedFile,
  LockedPackage,
  LockedPlace,
  LockedVcs,
  Pylock,
} from "./pylock.ts";
import { specifierContains, type SpecifierSet } from "./specifier-set.ts";
import { bestRank, type TagRanks } from "./tags.ts";
import { parseWheelFilename, type WheelFilename } from "./wheel-filename.ts";

export type PylockSelection = {
  readonly environment: MarkerEnvironment;
  readonly tags: TagRanks;
  /** None when left out. */
  readonly extras?: readonly string[];
  /** The lock's default groups when left out; `[]` for none. */
  readonly dependencyGroups?: readonly string[];
  /** Asked for packages that have an sdist; true takes it although a wheel may fit (`--no-binary`). */
  readonly prefersSdist?: (name: NormalizedName) => boolean;
};

/** What to install of one package, and from where. */
export type SelectedPackage = { readonly package: LockedPackage; readonly source: SelectedSource };

export type SelectedSource =
  | ({ readonly kind: "vcs" } & LockedVcs)
  | ({ readonly kind: "directory" } & LockedDirectory)
  | ({ readonly kind: "archive" } & LockedArchive)
  | ({ readonly kind: "wheel" } & LockedFile)
  | ({ readonly kind: "sdist" } & LockedFile);

/**
 * What a lock installs in one environment, in its order, by the steps of PyPUG pylock-toml "Installation": nothing
 * is resolved, the wheel is chosen by its name alone. An environment the lock is not for is an error.
 */
export function selectPackages(
  lock: Pylock,
  selection: PylockSelection,
  file: string,
): readonly SelectedPackage[] {
  const extras = declared(selection.extras ?? [], lock.extras, "extra", file);
  const groups =
    selection.dependencyGroups === undefined
      ? lock.defaultGroups
      : declared(
          selection.dependencyGroups,
          [...lock.dependencyGroups, ...lock.defaultGroups],
          "dependency group",
          file,
        );
  const { environment } = selection;
  // A `+` at the end marks a build from a working tree; versions spell that as a local part.
  const python = environment.python_full_version.replace(/\+$/, "+local");
  const demand = (set: SpecifierSet | undefined, who: string): void => {
    if (set !== undefined && !specifierContains(set, python))
      throw lockDoesNotApply(
        file,
        `${who} needs Python ${set.text}, the environment has ${python}`,
      );
  };
  demand(lock.requiresPython, "it");
  if (
    lock.environments.length > 0 &&
    !lock.environments.some((marker) =>
      evaluateMarker(marker, environment, { context: "requirement" }),
    )
  )
    throw lockDoesNotApply(file, "none of the environments it was made for is this one");

  const chosen = new Map<NormalizedName, LockedPackage>();
  for (const locked of lock.packages) {
    const { marker, name } = locked;
    const context = { context: "lock_file", extras, dependencyGroups: groups } as const;
    if (marker !== undefined && !evaluateMarker(marker, environment, context)) continue;
    demand(locked.requiresPython, `package \`${name}\``);
    if (chosen.has(name))
      throw lockDoesNotApply(file, `it has more than one \`${name}\` for this environment`);
    chosen.set(name, locked);
  }
  return [...chosen.values()].map((locked) => ({
    package: locked,
    source: sourceOf(locked, selection, file),
  }));
}

/**
 * The address of something a lock names: a path counts before a URL and starts at the lock. A lock from the network
 * cannot name what is not under its own host, a folder least of all.
 */
export function lockedAddress(
  place: LockedPlace,
  lock: { readonly file: string; readonly cwd: string },
): string {
  const { path, url } = place;
  if (path === undefined) return url ?? "";
  if (!/^https?:/i.test(lock.file))
    return fileUrl(absolutePath(joinPath(folderOf(lock.file, lock.cwd), path, lock.cwd), lock.cwd));
  const base = new URL(lock.file);
  const target = /^[/\\]|^[A-Za-z]:[\\/]/.test(path) ? undefined : new URL(path, base);
  if (target === undefined || target.origin !== base.origin)
    throw lockDoesNotApply(
      lock.file,
      `it came over the network and names the path \`${path}\` outside of its place`,
    );
  target.username = base.username;
  target.password = base.password;
  return target.href;
}

function declared(
  asked: readonly string[],
  known: readonly NormalizedName[],
  what: string,
  file: string,
): readonly NormalizedName[] {
  return asked.map((text) => {
    const name = normalizeName(text);
    if (known.includes(name)) return name;
    const near = nearest(name, known, 1).map((word) => `did you mean \`${word}\`?`);
    throw lockDoesNotApply(file, `it was made without the ${what} \`${text}\``, near);
  });
}

function sourceOf(locked: LockedPackage, selection: PylockSelection, file: string): SelectedSource {
  const { vcs, directory, archive, sdist } = locked;
  if (vcs !== undefined) return { kind: "vcs", ...vcs };
  if (directory !== undefined) return { kind: "directory", ...directory };
  if (archive !== undefined) return { kind: "archive", ...archive };
  const takesSdist = sdist !== undefined && selection.prefersSdist?.(locked.name) === true;
  const wheel = takesSdist ? undefined : bestWheel(locked.wheels, selection.tags);
  if (wheel !== undefined) return { kind: "wheel", ...wheel };
  if (sdist !== undefined) return { kind: "sdist", ...sdist };
  throw lockDoesNotApply(
    file,
    `no wheel of \`${locked.name}\` fits this environment, and there is no sdist`,
  );
}

/** The lowest rank; among equals the higher build number. */
function bestWheel(wheels: readonly LockedFile[], tags: TagRanks): LockedFile | undefined {
  let best:
    | { readonly file: LockedFile; readonly name: WheelFilename; readonly rank: number }
    | undefined;
  for (const file of wheels) {
    const name = parseWheelFilename(file.filename);
    const rank = bestRank(name, tags);
    if (rank === undefined) continue;
    if (
      best === undefined ||
      rank < best.rank ||
      (rank === best.rank && isLaterBuild(name, best.name))
    )
      best = { file, name, rank };
  }
  return best?.file;
}

function isLaterBuild(a: WheelFilename, b: WheelFilename): boolean {
  const [number = -1, suffix = ""] = a.build;
  const [otherNumber = -1, otherSuffix = ""] = b.build;
  return number > otherNumber || (number === otherNumber && suffix > otherSuffix);
}
