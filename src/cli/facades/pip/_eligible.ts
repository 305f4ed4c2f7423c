import type { Invocation } from "#cli/invocation";
import type { ProjectFile, ProjectListing } from "#repository/listing";
import type { ResolutionTarget } from "#resolver/request";
import { allowedFormats } from "#standards/format-control";
import type { NormalizedName } from "#standards/name";
import { parseRequiresPython } from "#standards/requires-python";
import type { RequirementsOptions } from "#standards/requirements-file";
import { specifierContains } from "#standards/specifier-set";
import { bestRank } from "#standards/tags";
import { isPrerelease, type Version } from "#standards/version";
import { dateLimit, type ResolutionChoices } from "./_requests.ts";

/** A version that the target could use, and in which form. */
export type EligibleRelease = {
  readonly version: Version;
  readonly kind: "wheel" | "sdist";
};

/** Answers which versions of a project count, newest first. Yanked ones, as with pip, do not. */
export type Eligibility = (listing: ProjectListing) => readonly EligibleRelease[];

/** What options and target say of versions, for commands that look at them without resolving. */
export function eligibility(
  chosen: ResolutionChoices,
  options: RequirementsOptions,
  target: ResolutionTarget,
  invocation: Invocation,
): Eligibility {
  const limit = dateLimit(chosen, invocation);
  const ignoresPython = chosen["ignore-requires-python"] === true;
  const known = new Map<string, boolean>();
  const fits = (requiresPython: string | undefined): boolean => {
    if (requiresPython === undefined || ignoresPython) return true;
    let answer = known.get(requiresPython);
    if (answer === undefined) {
      const set = parseRequiresPython(requiresPython);
      answer = set === undefined || specifierContains(set, target.python, { prereleases: true });
      known.set(requiresPython, answer);
    }
    return answer;
  };
  const isUsable = ({ identity, yanked, requiresPython, uploadTime }: ProjectFile): boolean =>
    yanked === false &&
    (limit === undefined || (uploadTime !== undefined && uploadTime < limit)) &&
    (identity.kind === "sdist" || bestRank(identity, target.tags) !== undefined) &&
    fits(requiresPython);
  return ({ name, releases }) => {
    const allowed = allowedFormats(options.binaries, name);
    const isPreAllowed = allowsPrereleases(name, chosen, options);
    const found: EligibleRelease[] = [];
    for (const { version, files } of releases) {
      if (!isPreAllowed && isPrerelease(version)) continue;
      const usable = files.filter((file) => allowed[file.identity.kind] && isUsable(file));
      if (usable.length === 0) continue;
      const isWheel = usable.some(({ identity }) => identity.kind === "wheel");
      found.push({ version, kind: isWheel ? "wheel" : "sdist" });
    }
    return found;
  };
}

/** Naming a project weighs more than `:all:`; without a word pre-releases do not count. */
function allowsPrereleases(
  name: NormalizedName,
  chosen: ResolutionChoices,
  { releases }: RequirementsOptions,
): boolean {
  if (releases.second.has(name)) return false;
  return chosen.pre === true || releases.first.has(name) || releases.first.has(":all:");
}
