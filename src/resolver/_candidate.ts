import { busyForSeconds } from "#base/busy-code";
import type { ProjectFile, Release } from "#repository/listing";
import type { MetadataAnswer } from "#repository/repositories";
import type { NormalizedName } from "#standards/name";
import { isPrerelease, type Version, type VersionKey } from "#standards/version";
import type { VersionRange } from "#standards/version-range";
import type { MarkerDiagram } from "#standards/marker-algebra";
import { wheelTags } from "#standards/wheel-filename";
import type { PassedOverReason, ResolvedSource } from "./resolution.ts";
import type { Policy } from "./_policy.ts";
import type { Project } from "./_project.ts";

/** One version of a project. What is not asked about it is not worked out. */
export type Candidate = {
  readonly project: Project;
  readonly key: VersionKey;
  readonly version: Version;
  readonly isPrerelease: boolean;
  readonly files: readonly ProjectFile[];
  /** Those with names that are wanted, and perhaps others; {@link files} when it is all of them. */
  filesWhere(isWanted: (filename: string) => boolean): readonly ProjectFile[];
  /** The version and the gaps on both sides of it, where no other version is. */
  readonly alone: VersionRange;
  /** Given for URLs and paths only. */
  readonly source: ResolvedSource | undefined;
  verdict: Verdict | undefined;
  metadata: MetadataAnswer | Promise<MetadataAnswer> | undefined;
};

/** What the files of a version and the policy say together, without opening any file. */
export type Verdict =
  | {
      readonly usable: true;
      /** The file whose metadata speaks for the version. */
      readonly file: ProjectFile;
      readonly isBinary: boolean;
      /** `false`, or why the version may be taken only where it is pinned. */
      readonly yanked: false | string;
      /** There are wheels for other parts of what is to be served, and no sdist. */
      readonly isForeign: boolean;
      /** Where it can be used, if that is not everywhere the answer has to hold. */
      readonly within: MarkerDiagram | undefined;
    }
  | { readonly usable: false; readonly reason: FileRefusal };

/** Limits that somebody set concern versions, whatever their files are. */
type FileRefusal = Exclude<PassedOverReason, { readonly kind: "constraint" }>;

export function candidateOf(
  project: Project,
  release: Release,
  alone: VersionRange,
  source?: ResolvedSource,
): Candidate {
  return new ReleaseCandidate(project, release, alone, source);
}

/** The files of a release are read when somebody asks for them. */
class ReleaseCandidate implements Candidate {
  readonly project: Project;
  readonly key: VersionKey;
  readonly version: Version;
  readonly isPrerelease: boolean;
  readonly alone: VersionRange;
  readonly source: ResolvedSource | undefined;
  verdict: Verdict | undefined = undefined;
  metadata: Candidate["metadata"] = undefined;
  private readonly release: Release;

  constructor(
    project: Project,
    release: Release,
    alone: VersionRange,
    source: ResolvedSource | undefined,
  ) {
    const { version } = release;
    this.project = project;
    this.release = release;
    this.key = version.key;
    this.version = version;
    this.isPrerelease = isPrerelease(version);
    this.alone = alone;
    this.source = source;
  }

  get files(): readonly ProjectFile[] {
    return this.release.files;
  }

  filesWhere(isWanted: (filename: string) => boolean): readonly ProjectFile[] {
    const { release } = this;
    return release.filesWhere?.(isWanted) ?? release.files;
  }
}

/** Judges a candidate once. */
export function verdictOf(candidate: Candidate, policy: Policy): Verdict {
  return (candidate.verdict ??= found(candidate, policy));
}

function found(candidate: Candidate, policy: Policy): Verdict {
  const { target } = policy;
  // What was named by its address is judged by other rules.
  if (candidate.source !== undefined) return judge(candidate, candidate.files, policy);
  if (target.mayFit !== undefined) {
    // Wheels that do not fit have a say only where none does.
    const fitting = candidate.filesWhere((filename) => target.mayFit?.(filename) !== false);
    const verdict = judge(candidate, fitting, policy);
    const isFinal = (verdict.usable && verdict.isBinary) || fitting === candidate.files;
    return isFinal ? verdict : judge(candidate, candidate.files, policy);
  }
  const { files } = candidate;
  const known = target.knownVerdict?.(files);
  if (known !== undefined) return known;
  const verdict = judge(candidate, files, policy);
  target.noteVerdict?.(files, verdict);
  return verdict;
}

/**
 * How near to usable a refused file came; the file that came nearest tells the reason. "Needs another Python" says
 * more than "not uploaded in time" about a version that has files of both kinds.
 */
const nearness = {
  "newer-than-limit": 0,
  "no-upload-time": 0,
  "format-excluded": 1,
  hash: 2,
  "requires-python": 3,
  "no-compatible-wheel": 4,
  "needs-build": 5,
} as const;

function judge(candidate: Candidate, files: readonly ProjectFile[], policy: Policy): Verdict {
  const { project } = candidate;
  let wheel: ProjectFile | undefined;
  let wheelRank = 0;
  let sdist: ProjectFile | undefined;
  let foreignWheel: ProjectFile | undefined;
  let yankedWheel = false;
  let isAtHome = false;
  const fitting: ProjectFile[] | undefined = policy.target.asksForWheels ? [] : undefined;
  let refused: { near: number; reason: () => FileRefusal } | undefined;
  const refuse = (near: number, reason: () => FileRefusal): void => {
    if (refused === undefined || near > refused.near) refused = { near, reason };
  };
  const formats = policy.allowedFormats(project.name);
  for (const file of files) {
    const dated = candidate.source === undefined ? policy.dateRefusal(file) : undefined;
    if (dated !== undefined) refuse(nearness[dated.kind], () => dated);
    else if (!formats[file.identity.kind]) {
      const format = file.identity.kind;
      refuse(nearness["format-excluded"], () => ({ kind: "format-excluded", format }));
    } else if (!policy.allowsHash(project.name, file))
      refuse(nearness.hash, () => ({ kind: "hash", filename: file.filename }));
    else if (!policy.allowsPython(file.requiresPython)) {
      const specifier = file.requiresPython ?? "";
      refuse(nearness["requires-python"], () => ({ kind: "requires-python", specifier }));
    } else if (file.identity.kind === "sdist") {
      if (sdist === undefined || (sdist.yanked !== false && file.yanked === false)) sdist = file;
    } else {
      const rank = policy.target.wheelRank(file.identity);
      if (rank !== undefined) {
        fitting?.push(file);
        isAtHome ||= policy.target.isAtHome(file.identity);
      }
      if (rank === undefined) {
        foreignWheel ??= file;
        refuse(nearness["no-compatible-wheel"], () => noCompatibleWheel(files));
      } else if (
        wheel === undefined ||
        (yankedWheel && file.yanked === false) ||
        (yankedWheel === (file.yanked !== false) &&
          (rank < wheelRank || (rank === wheelRank && hasLaterBuild(file, wheel))))
      ) {
        wheel = file;
        wheelRank = rank;
        yankedWheel = file.yanked !== false;
      }
    }
  }
  // A yanked wheel is worse than an sdist that stands.
  if (wheel !== undefined && !(yankedWheel && sdist?.yanked === false && policy.mayUseSdists)) {
    const isOnly = sdist === undefined || !policy.mayUseSdists;
    const within = policy.coverage(wheel.requiresPython, isOnly ? fitting : undefined);
    if (within !== "nowhere") {
      return {
        usable: true,
        file: wheel,
        isBinary: true,
        yanked: wheel.yanked,
        isForeign: isOnly && !isAtHome,
        within: partOf(within),
      };
    }
    refuse(nearness["no-compatible-wheel"], () => noCompatibleWheel(files));
  }
  if (sdist !== undefined) {
    // All files of a release are expected to agree, so a wheel for another machine tells at once what the sdist
    // would have to be downloaded, or built, to tell.
    if (policy.mayUseSdists) {
      const within = policy.coverage(sdist.requiresPython, undefined);
      if (within !== "nowhere")
        return {
          usable: true,
          file: foreignWheel ?? sdist,
          isBinary: false,
          yanked: sdist.yanked,
          isForeign: false,
          within: partOf(within),
        };
    }
    refuse(nearness["needs-build"], () => ({
      kind: "needs-build",
      reason:
        foreignWheel === undefined
          ? "it is published as an sdist only"
          : `no wheel fits ${policy.target.description}`,
    }));
  }
  const reason = (refused as { reason: () => FileRefusal } | undefined)?.reason();
  return { usable: false, reason: reason ?? noCompatibleWheel(files) };
}

function partOf(coverage: "everywhere" | MarkerDiagram): MarkerDiagram | undefined {
  return coverage === "everywhere" ? undefined : coverage;
}

function noCompatibleWheel(files: readonly ProjectFile[]): FileRefusal {
  const tags = new Set<string>();
  for (const file of files)
    if (file.identity.kind === "wheel") for (const tag of wheelTags(file.identity)) tags.add(tag);
  return { kind: "no-compatible-wheel", tags: [...tags] };
}

/** PyPUG binary-distribution-format: the build number breaks ties, none counts lowest. */
function hasLaterBuild(a: ProjectFile, b: ProjectFile): boolean {
  if (a.identity.kind !== "wheel" || b.identity.kind !== "wheel") return false;
  const [aNumber, aText] = a.identity.build;
  const [bNumber, bText] = b.identity.build;
  if (aNumber === undefined) return false;
  if (bNumber === undefined) return true;
  return aNumber === bNumber ? (aText as string) > (bText as string) : aNumber > bNumber;
}

/**
 * Files of a version that somebody may take: those for the target first, best first, then sdists, then those for other
 * machines. Left out is what the policy refuses wherever it would be installed.
 */
export function eligibleFiles(candidate: Candidate, policy: Policy): ProjectFile[] {
  const { project, files } = candidate;
  const ranked: { file: ProjectFile; rank: number }[] = [];
  const formats = policy.allowedFormats(project.name);
  for (const file of files) {
    if (policy.dateRefusal(file) !== undefined) continue;
    if (!formats[file.identity.kind]) continue;
    if (!policy.allowsHash(project.name, file)) continue;
    let rank = 1e9;
    if (file.identity.kind === "wheel")
      rank = policy.allowsPython(file.requiresPython)
        ? (policy.target.wheelRank(file.identity) ?? 2e9)
        : 2e9;
    ranked.push({ file, rank: file.yanked === false ? rank : rank + 4e9 });
  }
  ranked.sort(
    (a, b) =>
      a.rank - b.rank ||
      (hasLaterBuild(a.file, b.file) ? -1 : hasLaterBuild(b.file, a.file) ? 1 : 0),
  );
  return ranked.map(({ file }) => file);
}

/** A name for messages: `numpy 1.26.4`. */
export function nameOf(name: NormalizedName, version: Version): string {
  return `\`${name}\` ${version.text}`;
}

busyForSeconds(found, judge, ReleaseCandidate);
