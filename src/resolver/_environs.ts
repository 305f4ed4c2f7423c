import type { ProjectFile } from "#repository/listing";
import { evaluateMarkerLeniently, type Marker } from "#standards/marker";
import type { MarkerDiagram } from "#standards/marker-algebra";
import { parseRequiresPython } from "#standards/requires-python";
import { bestRank } from "#standards/tags";
import type { Version } from "#standards/version";
import { contains, fullRange, type VersionRange } from "#standards/version-range";
import { tryParseWheelFilename, type WheelFilename } from "#standards/wheel-filename";
import type { Verdict } from "./_candidate.ts";
import type { ResolutionTarget } from "./request.ts";

/** Where an answer has to hold: on one machine, or in a region of many. */
export interface Environs {
  /** For messages: `Python 3.12 on x86_64-manylinux_2_28`. */
  readonly description: string;
  /** The Python, or the lowest one; it lies outside of {@link pythonRange} whenever that is refused. */
  readonly python: Version;
  /** True when {@link coverage} wants to see the wheels of a version that has no sdist. */
  readonly asksForWheels: boolean;
  /** True when the marker holds anywhere here, if this extra and no other is selected. */
  holds(marker: Marker, extra: string | undefined): boolean;
  /** What a published Requires-Python says; text that nobody can read restricts nothing, as with pip. */
  pythonRange(requiresPython: string): VersionRange;
  /** True when a file with this Requires-Python may be used anywhere here. */
  acceptsPython(requiresPython: string): boolean;
  /** How well a wheel fits, 0 best; `undefined` when it cannot be used. */
  wheelRank(wheel: WheelFilename): number | undefined;
  /**
   * False for the name of a wheel that {@link wheelRank} refuses for its tags. Left out where nothing is saved by not
   * looking at such wheels.
   */
  mayFit?(filename: string): boolean;
  /** True when a wheel fits anywhere here; one that does not is taken for want of anything else. */
  isAtHome(wheel: WheelFilename): boolean;
  /** Where a version can be used whose metadata comes from a file with this Requires-Python. */
  coverage(
    requiresPython: string | undefined,
    wheels: readonly ProjectFile[] | undefined,
  ): "everywhere" | "nowhere" | MarkerDiagram;
  /** What was found elsewhere of a version with these files, if the same is true here. */
  knownVerdict?(files: readonly ProjectFile[]): Verdict | undefined;
  /** Tells what was found, for others. */
  noteVerdict?(files: readonly ProjectFile[], verdict: Verdict): void;
}

/** One machine: everything either holds or does not. */
export class OneMachine implements Environs {
  readonly description: string;
  readonly python: Version;
  readonly asksForWheels = false;
  private readonly target: ResolutionTarget;
  private readonly pythonRanges = new Map<string, VersionRange>();
  private readonly judged = new Map<Marker, boolean>();
  /** By all that comes behind the version in the name of a wheel. */
  private readonly fitting = new Map<string, boolean>();

  constructor(target: ResolutionTarget) {
    this.target = target;
    this.description = target.description;
    this.python = target.python;
  }

  holds(marker: Marker, extra: string | undefined): boolean {
    if (extra !== undefined)
      return evaluateMarkerLeniently(marker, this.target.markers, { extras: [extra] });
    let holds = this.judged.get(marker);
    if (holds === undefined) {
      holds = evaluateMarkerLeniently(marker, this.target.markers, { extras: noExtras });
      this.judged.set(marker, holds);
    }
    return holds;
  }

  pythonRange(requiresPython: string): VersionRange {
    let range = this.pythonRanges.get(requiresPython);
    if (range === undefined) {
      range = parseRequiresPython(requiresPython)?.range ?? fullRange;
      this.pythonRanges.set(requiresPython, range);
    }
    return range;
  }

  acceptsPython(requiresPython: string): boolean {
    return contains(this.pythonRange(requiresPython), this.python.key);
  }

  wheelRank(wheel: WheelFilename): number | undefined {
    return bestRank(wheel, this.target.tags);
  }

  mayFit(filename: string): boolean {
    if (!filename.endsWith(".whl")) return true;
    const tags = filename.slice(filename.indexOf("-", filename.indexOf("-") + 1));
    let mayFit = this.fitting.get(tags);
    if (mayFit === undefined) {
      const wheel = tryParseWheelFilename(filename);
      mayFit = wheel === undefined || this.wheelRank(wheel) !== undefined;
      this.fitting.set(tags, mayFit);
    }
    return mayFit;
  }

  isAtHome(): boolean {
    return true;
  }

  coverage(): "everywhere" {
    return "everywhere";
  }
}

const noExtras: readonly string[] = [];
