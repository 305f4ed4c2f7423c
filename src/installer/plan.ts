import { compareText } from "#base/order";
import { withoutCredentials } from "#base/url";
import type { InstalledDistribution } from "#environment/environment";
import type { DirectUrl, DirectUrlSource } from "#standards/direct-url";
import type { NormalizedName } from "#standards/name";
import { compareVersions, tryParseVersion } from "#standards/version";
import type { Plan, PlannedInstall, WantedDistribution } from "./plan-types.ts";

export type PlanOptions = {
  /** Remove what is installed and not wanted, as `sync` does. */
  readonly exact?: boolean;
  /** Names that `exact` leaves alone: seed packages. */
  readonly keep?: ReadonlySet<NormalizedName>;
  /** Put in place again what is already as wanted: everything, or these names. */
  readonly reinstall?: boolean | ReadonlySet<NormalizedName>;
};

/**
 * Subtracts installed from wanted. `installed` holds the distributions of the environment's own folders, with
 * `directUrl` read wherever `hasDirectUrl`; of several with one name the first counts, as on `sys.path`. The
 * same version from another URL, or in another editable state, is a change.
 */
export function plan(
  installed: readonly InstalledDistribution[],
  wanted: readonly WantedDistribution[],
  options: PlanOptions = {},
): Plan {
  const present = byName(installed);
  const wantedNames = new Set<NormalizedName>();
  const installs: PlannedInstall[] = [];
  const unchanged: InstalledDistribution[] = [];
  const markRequested: InstalledDistribution[] = [];
  for (const distribution of wanted) {
    wantedNames.add(distribution.name);
    const found = present.get(distribution.name);
    if (
      found === undefined ||
      isForced(distribution.name, options) ||
      !isAsWanted(found, distribution, options)
    ) {
      installs.push({ wanted: distribution, replaces: found });
      continue;
    }
    unchanged.push(found);
    if (distribution.requested && found.kind === "dist-info") markRequested.push(found);
  }
  const removals: InstalledDistribution[] = [];
  for (const [name, distribution] of present) {
    if (wantedNames.has(name)) continue;
    if (options.exact === true && options.keep?.has(name) !== true) removals.push(distribution);
    else unchanged.push(distribution);
  }
  return {
    installs: installs.sort((a, b) => compareText(a.wanted.name, b.wanted.name)),
    removals: removals.sort(byNameOrder),
    unchanged: unchanged.sort(byNameOrder),
    markRequested: markRequested.sort(byNameOrder),
  };
}

/** The plan of an uninstall: these names go, the rest stays. Names that are not installed are left out. */
export function planRemovals(
  installed: readonly InstalledDistribution[],
  names: ReadonlySet<NormalizedName>,
): Plan {
  const present = [...byName(installed).values()].sort(byNameOrder);
  return {
    installs: [],
    removals: present.filter((distribution) => names.has(distribution.name)),
    unchanged: present.filter((distribution) => !names.has(distribution.name)),
    markRequested: [],
  };
}

/** True when applying the plan would change what is installed. */
export function wouldChange(plan: Plan): boolean {
  return plan.installs.length > 0 || plan.removals.length > 0;
}

function byName(
  installed: readonly InstalledDistribution[],
): Map<NormalizedName, InstalledDistribution> {
  const present = new Map<NormalizedName, InstalledDistribution>();
  for (const distribution of installed)
    if (!present.has(distribution.name)) present.set(distribution.name, distribution);
  return present;
}

function byNameOrder(a: InstalledDistribution, b: InstalledDistribution): number {
  return compareText(a.name, b.name);
}

function isForced(name: NormalizedName, options: PlanOptions): boolean {
  const { reinstall } = options;
  return reinstall === true || (typeof reinstall === "object" && reinstall.has(name));
}

function isAsWanted(
  installed: InstalledDistribution,
  wanted: WantedDistribution,
  options: PlanOptions,
): boolean {
  if (!isSameVersion(installed.version, wanted.version)) return false;
  if (wanted.directUrl !== undefined)
    return installed.directUrl !== undefined && isSameOrigin(installed.directUrl, wanted.directUrl);
  // A requirement by name is met by whatever carries the name and version (pip, uv); `sync` wants the pinned
  // file of the index and not somebody's checkout.
  const cameFromUrl = installed.hasDirectUrl || installed.editableLocation !== undefined;
  return !(options.exact === true && cameFromUrl);
}

function isSameVersion(a: string, b: string): boolean {
  if (a === b) return true;
  const left = tryParseVersion(a);
  const right = tryParseVersion(b);
  return left !== undefined && right !== undefined && compareVersions(left, right) === 0;
}

function isSameOrigin(a: DirectUrl, b: DirectUrl): boolean {
  return (
    withoutCredentials(a.url) === withoutCredentials(b.url) &&
    (a.subdirectory ?? "") === (b.subdirectory ?? "") &&
    isSameSource(a.source, b.source)
  );
}

function isSameSource(a: DirectUrlSource, b: DirectUrlSource): boolean {
  switch (a.kind) {
    case "vcs":
      return b.kind === "vcs" && a.vcs === b.vcs && a.commitId === b.commitId;
    case "archive": {
      if (b.kind !== "archive") return false;
      for (const [algorithm, digest] of Object.entries(a.hashes)) {
        const other = b.hashes[algorithm];
        if (other !== undefined && other !== digest) return false;
      }
      return true;
    }
    case "directory":
      // A folder's content may have changed at the same version; only an editable one follows by itself.
      return b.kind === "directory" && a.editable && b.editable;
    default:
      return a satisfies never;
  }
}
