import { busyForSeconds } from "#base/busy-code";
import type { ProjectFile } from "#repository/listing";
import type { Marker } from "#standards/marker";
import type { MarkerDiagram } from "#standards/marker-algebra";
import { parseVersion, type Version } from "#standards/version";
import { decodeKey, infinityKey, minimumKey, type VersionKey } from "#standards/version-key";
import type { VersionRange } from "#standards/version-range";
import type { WheelFilename } from "#standards/wheel-filename";
import { ByTags } from "./_by-tags.ts";
import type { Verdict } from "./_candidate.ts";
import type { Environs } from "./_environs.ts";
import type { Territory } from "./_territory.ts";

export type Relation = "everywhere" | "somewhere" | "nowhere";

/** A part of a territory for which one version of each project is looked for. */
export class Region implements Environs {
  readonly territory: Territory;
  /** What makes it a part of the territory; small, so that markers are read off it. */
  readonly condition: MarkerDiagram;
  /** The condition within the territory: two regions that are the same have the same. */
  readonly diagram: MarkerDiagram;
  readonly python: Version;
  /** The lowest Python, as a place among versions. */
  readonly floor: VersionKey;
  /** Take the newest version for some of its Pythons, and find another for the rest. */
  readonly dividesByPython: boolean;
  private readonly required: readonly MarkerDiagram[];
  private readonly relations = new Map<MarkerDiagram, Relation>();
  private readonly held = new Map<Marker, boolean>();
  private readonly accepted = new Map<string, boolean>();
  private readonly common = new Map<string, boolean>();
  private readonly homes = new ByTags(({ pythonTags, abiTags, platformTags }) => {
    const { territory } = this;
    for (const platform of platformTags)
      for (const python of pythonTags)
        for (const abi of abiTags)
          if (this.relation(territory.placeOf(python, abi, platform)) !== "nowhere") return true;
    return false;
  });

  constructor(territory: Territory, condition: MarkerDiagram, dividesByPython: boolean) {
    const { algebra } = territory;
    const diagram = algebra.and(territory.whole, condition);
    this.territory = territory;
    this.condition = condition;
    this.diagram = diagram;
    this.dividesByPython = dividesByPython;
    this.floor = algebra.pythonVersions(diagram)[0] ?? minimumKey;
    this.python = versionAt(this.floor);
    this.required = territory.required.filter((one) => this.relation(one) !== "nowhere");
  }

  get description(): string {
    return this.territory.describe(this.condition);
  }

  get asksForWheels(): boolean {
    return this.required.length > 0;
  }

  /** Where in the region something holds. */
  relation(diagram: MarkerDiagram): Relation {
    let relation = this.relations.get(diagram);
    if (relation === undefined) {
      const { algebra } = this.territory;
      const both = algebra.and(this.diagram, diagram);
      relation =
        both === algebra.never ? "nowhere" : both === this.diagram ? "everywhere" : "somewhere";
      this.relations.set(diagram, relation);
    }
    return relation;
  }

  holds(marker: Marker, extra: string | undefined): boolean {
    if (extra !== undefined)
      return this.relation(this.territory.condition(marker, extra)) !== "nowhere";
    let holds = this.held.get(marker);
    if (holds === undefined) {
      holds = this.relation(this.territory.condition(marker, undefined)) !== "nowhere";
      this.held.set(marker, holds);
    }
    return holds;
  }

  /** True when every Python here may have what asks for this one. */
  isOfEveryPython(requiresPython: string): boolean {
    let isOfEvery = this.common.get(requiresPython);
    if (isOfEvery === undefined) {
      isOfEvery = this.relation(this.territory.floor(requiresPython).from) === "everywhere";
      this.common.set(requiresPython, isOfEvery);
    }
    return isOfEvery;
  }

  knownVerdict(files: readonly ProjectFile[]): Verdict | undefined {
    return this.territory.verdicts.get(files, this);
  }

  noteVerdict(files: readonly ProjectFile[], verdict: Verdict): void {
    this.territory.verdicts.note(files, verdict, this);
  }

  pythonRange(requiresPython: string): VersionRange {
    return this.territory.floor(requiresPython).range;
  }

  acceptsPython(requiresPython: string): boolean {
    let accepts = this.accepted.get(requiresPython);
    if (accepts === undefined) {
      const relation = this.relation(this.territory.floor(requiresPython).from);
      accepts = relation === "everywhere" || (relation === "somewhere" && this.dividesByPython);
      this.accepted.set(requiresPython, accepts);
    }
    return accepts;
  }

  /**
   * The same in all regions, so that one file speaks for a version wherever it is looked at. Processors are not looked at
   * here.
   */
  wheelRank(wheel: WheelFilename): number | undefined {
    return this.territory.wheelRank(wheel);
  }

  /**
   * What a region was made for must not keep it from an answer that the whole would have got, so wheels for other parts
   * of the whole come last instead of not at all.
   */
  isAtHome(wheel: WheelFilename): boolean {
    return this.homes.get(wheel);
  }

  coverage(
    requiresPython: string | undefined,
    wheels: readonly ProjectFile[] | undefined,
  ): "everywhere" | "nowhere" | MarkerDiagram {
    const { algebra } = this.territory;
    let within = algebra.always;
    if (requiresPython !== undefined && this.dividesByPython)
      within = this.territory.floor(requiresPython).from;
    if (wheels !== undefined)
      for (const place of this.required)
        if (!this.isReached(place, wheels)) within = algebra.and(within, algebra.not(place));
    const relation = this.relation(within);
    return relation === "somewhere" ? within : relation;
  }

  private isReached(place: MarkerDiagram, wheels: readonly ProjectFile[]): boolean {
    const { algebra } = this.territory;
    const here = algebra.and(this.diagram, place);
    return wheels.some(
      ({ identity }) =>
        identity.kind === "wheel" &&
        algebra.and(here, this.territory.wheelCondition(identity)) !== algebra.never,
    );
  }
}

function versionAt(key: VersionKey): Version {
  if (key === minimumKey || key === infinityKey) return parseVersion("0");
  return parseVersion(decodeKey(key).release.join("."));
}

busyForSeconds(Region);
