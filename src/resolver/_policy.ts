import { busyForSeconds } from "#base/busy-code";
import { formatHash, type Hash } from "#base/hash";
import type { ProjectFile } from "#repository/listing";
import { allowedFormats } from "#standards/format-control";
import type { MarkerDiagram } from "#standards/marker-algebra";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";
import type { VersionRange } from "#standards/version-range";
import type { Environs } from "./_environs.ts";
import type { InstalledCandidate, Preference, ResolveRequest } from "./request.ts";
import type { PassedOverReason } from "./resolution.ts";

type DateRefusal = Extract<PassedOverReason, { kind: "newer-than-limit" | "no-upload-time" }>;

/** A request apart from where its answer has to hold. In a region, several versions of a name may be preferred. */
export type Question = Omit<ResolveRequest, "target" | "preferences"> & {
  readonly preferences: ReadonlyMap<NormalizedName, Preference | readonly Preference[]>;
};

/** A request's rules about single files and versions, each as one question. */
export class Policy {
  readonly target: Environs;
  /** An sdist's metadata is enough where nothing will be installed now, or where it can be built. */
  readonly mayUseSdists: boolean;
  readonly preferBinary: boolean;
  private readonly request: Question;
  private readonly hashes = new Map<NormalizedName, Map<string, Hash>>();
  private readonly direct = new Set<NormalizedName>();
  private readonly namedPrereleases = new Set<NormalizedName>();

  constructor(request: Question, target: Environs) {
    this.request = request;
    this.target = target;
    const { purpose, mayBuild } = request.policy;
    this.mayUseSdists = purpose === "compile" || mayBuild === true;
    this.preferBinary = request.policy.formats.preferBinary === true;
    for (const { requirement, hashes } of [...request.roots, ...request.constraints]) {
      for (const { algorithm, hex } of hashes) {
        let known = this.hashes.get(requirement.name);
        if (known === undefined) this.hashes.set(requirement.name, (known = new Map()));
        const hash = { algorithm: algorithm.toLowerCase(), hex: hex.toLowerCase() };
        known.set(formatHash(hash), hash);
      }
    }
    for (const { requirement } of request.roots) {
      const { marker } = requirement;
      if (marker !== undefined && !target.holds(marker, undefined)) continue;
      this.direct.add(requirement.name);
      if (requirement.specifier.asksForPrereleases) this.namedPrereleases.add(requirement.name);
    }
  }

  /** Installing, and somebody builds what is no wheel. */
  get mayBuild(): boolean {
    const { purpose, mayBuild } = this.request.policy;
    return purpose === "install" && mayBuild === true;
  }

  get requiresHashes(): boolean {
    return this.request.policy.requireHashes;
  }

  get followsDependencies(): boolean {
    return this.request.policy.followDependencies;
  }

  isDirect(name: NormalizedName): boolean {
    return this.direct.has(name);
  }

  demandedHashes(name: NormalizedName): readonly Hash[] {
    return [...(this.hashes.get(name)?.values() ?? [])];
  }

  installed(name: NormalizedName): InstalledCandidate | undefined {
    return this.request.installed?.get(name);
  }

  /** Versions to try first, in this order. */
  preferences(name: NormalizedName): readonly Preference[] {
    const known = this.request.preferences.get(name);
    if (known === undefined) return noPreferences;
    return "version" in known ? [known] : known;
  }

  takesLowest(name: NormalizedName): boolean {
    const { strategy } = this.request.policy;
    return strategy === "lowest" || (strategy === "lowest-direct" && this.direct.has(name));
  }

  /** `always` as good as a stable one, only `where-needed`, or `never`. */
  prereleases(name: NormalizedName): "always" | "where-needed" | "never" {
    const { prerelease, releases } = this.request.policy;
    if (releases !== undefined) {
      // Naming a project weighs more than `:all:`.
      if (releases.first.has(name)) return "always";
      if (releases.second.has(name)) return "never";
      if (releases.first.has(":all:")) return "always";
      if (releases.second.has(":all:")) return "never";
    }
    switch (prerelease) {
      case "allow":
        return "always";
      case "disallow":
        return "never";
      case "if-necessary":
        return "where-needed";
      case "explicit":
        return this.namedPrereleases.has(name) ? "where-needed" : "never";
    }
  }

  allowedFormats(name: NormalizedName): { readonly wheel: boolean; readonly sdist: boolean } {
    return allowedFormats(this.request.policy.formats.binaries, name);
  }

  allowsHash(name: NormalizedName, file: ProjectFile): boolean {
    const wanted = this.hashes.get(name);
    if (wanted === undefined) return true;
    let comparable = false;
    for (const algorithm in file.hashes) {
      if (wanted.has(`${algorithm}:${file.hashes[algorithm]?.toLowerCase()}`)) return true;
      for (const hash of wanted.values()) if (hash.algorithm === algorithm) comparable = true;
    }
    // Where the page says nothing that could be compared, the download is checked.
    return !comparable;
  }

  dateRefusal(file: ProjectFile): DateRefusal | undefined {
    const { excludeNewer } = this.request.policy;
    if (excludeNewer === undefined) return undefined;
    const { uploadTime } = file;
    if (uploadTime === undefined) return { kind: "no-upload-time" };
    return uploadTime > excludeNewer ? { kind: "newer-than-limit", uploadTime } : undefined;
  }

  get dateLimit(): number | undefined {
    return this.request.policy.excludeNewer;
  }

  allowsPython(requiresPython: string | undefined): boolean {
    if (requiresPython === undefined || this.request.policy.ignoreRequiresPython === true)
      return true;
    return this.target.acceptsPython(requiresPython);
  }

  pythonRange(requiresPython: string): VersionRange {
    return this.target.pythonRange(requiresPython);
  }

  /** Where a version can be used; `wheels` are all that fit anywhere, left out when there is an sdist. */
  coverage(
    requiresPython: string | undefined,
    wheels: readonly ProjectFile[] | undefined,
  ): "everywhere" | "nowhere" | MarkerDiagram {
    const python = this.request.policy.ignoreRequiresPython === true ? undefined : requiresPython;
    return this.target.coverage(python, wheels);
  }

  isPreferred(name: NormalizedName, version: Version): boolean {
    return this.preferences(name).some(
      (preference) => preference.version.key === version.key && preference.from !== "region",
    );
  }
}

const noPreferences: readonly Preference[] = [];

busyForSeconds(Policy);
