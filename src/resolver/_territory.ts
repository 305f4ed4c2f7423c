import { busyForSeconds } from "#base/busy-code";
import { formatMarker, type Marker } from "#standards/marker";
import { MarkerAlgebra, type MarkerDiagram } from "#standards/marker-algebra";
import type { SpecifierSet } from "#standards/specifier-set";
import { parseRequiresPython } from "#standards/requires-python";
import {
  decodeKey,
  firstOfRelease,
  infinityKey,
  minimumKey,
  type VersionKey,
} from "#standards/version-key";
import { fullRange, type VersionRange } from "#standards/version-range";
import type { WheelFilename } from "#standards/wheel-filename";
import { ByTags } from "./_by-tags.ts";
import { SharedVerdicts } from "./_shared-verdicts.ts";
import { inOwnWords, inUsualWords } from "./_marker-words.ts";

/** All machines that one answer shall serve. */
export type Supported = {
  /** Pythons, usually a lower bound alone. */
  readonly python: SpecifierSet;
  /** The answer covers machines for which one of these holds; every machine when there are none. */
  readonly environments: readonly Marker[];
  /** Where each of these holds, a version without sdist needs a wheel. */
  readonly required: readonly Marker[];
  /**
   * Given when the answer is for whatever extras and groups of a project are chosen: markers of roots may then ask for
   * them (`'cpu' in extras`, PEP 751). Of each list one holds at most; nobody chooses two of them.
   */
  readonly exclusive?: readonly (readonly Marker[])[];
};

/** What a published Requires-Python comes to when it has to hold for later Pythons as well: its lower bound. */
export type PythonFloor = { readonly range: VersionRange; readonly from: MarkerDiagram };

/**
 * Everything an answer has to cover, and what markers and tags mean there. It is divided into regions; what is known
 * of a marker is known for all of them.
 */
export class Territory {
  readonly algebra = new MarkerAlgebra();
  /** Within what is possible, as everything that is met with it. */
  readonly whole: MarkerDiagram;
  readonly required: readonly MarkerDiagram[];
  /** Parts that are resolved apart in any case: one for each way to choose among what excludes each other. */
  readonly parts: readonly MarkerDiagram[];
  readonly python: SpecifierSet;
  private readonly conditions = new WeakMap<Marker, Conditions>();
  /** The regions of one territory are asked by one policy. */
  readonly verdicts = new SharedVerdicts();
  private readonly floors = new Map<string, PythonFloor>();
  private readonly pythonTags = new Map<string, MarkerDiagram>();
  private readonly systems = new Map<string, MarkerDiagram>();
  private readonly machines = new Map<string, MarkerDiagram>();
  private readonly ranks = new ByTags(({ pythonTags, abiTags, platformTags }) => {
    let best = unused;
    for (const platform of platformTags)
      for (const python of pythonTags)
        for (const abi of abiTags) best = Math.min(best, this.tagRank(python, abi, platform));
    return best;
  });
  private readonly texts = new Map<MarkerDiagram, Marker | "always" | "never">();

  constructor({ python, environments, required, exclusive = [] }: Supported) {
    const { algebra } = this;
    this.python = python;
    const anywhere =
      environments.length === 0
        ? algebra.always
        : environments.reduce(
            (all, one) => algebra.or(all, this.condition(one, undefined)),
            algebra.never,
          );
    const { range } = python;
    const pythons = algebra.python([startOf(range), ...range.slice(1)]);
    const systems = algebra.and(this.knownSystems(), algebra.possible);
    const choices = exclusive.map((list) => list.map((marker) => algebra.of(marker)));
    const allowed = choices
      .flatMap(pairs)
      .reduce(
        (rest, [one, other]) => algebra.and(rest, algebra.not(algebra.and(one, other))),
        algebra.always,
      );
    this.whole = [anywhere, systems, allowed].reduce((all, one) => algebra.and(all, one), pythons);
    this.parts = this.partsOf(choices);
    this.required = required.map((marker) => this.condition(marker, undefined));
  }

  /** Nothing chosen first, as what is found there is a good start for the others. */
  private partsOf(choices: readonly (readonly MarkerDiagram[])[]): MarkerDiagram[] {
    const { algebra } = this;
    let parts = [algebra.always];
    for (const list of choices) {
      const none = list.reduce((rest, one) => algebra.and(rest, algebra.not(one)), algebra.always);
      parts = [none, ...list].flatMap((one) => parts.map((part) => algebra.and(part, one)));
    }
    return parts.filter((part) => algebra.and(this.whole, part) !== algebra.never);
  }

  /**
   * Lets a marker ask which extras and groups of the project were chosen. What others publish cannot ask that, and is
   * answered as if nothing was.
   */
  admitChoices(marker: Marker): void {
    const { algebra } = this;
    const open = algebra.of(inOwnWords(marker));
    const none = algebra.restrictSelection(open, (set) => (set === "extra" ? false : undefined));
    this.conditions.set(marker, { open, none, byExtra: undefined });
  }

  /** Where a requirement with this marker is wanted, if this extra and no other is selected. */
  condition(marker: Marker | undefined, extra: string | undefined): MarkerDiagram {
    const { algebra } = this;
    if (marker === undefined) return algebra.always;
    let known = this.conditions.get(marker);
    if (known === undefined) {
      const open = algebra.of(inOwnWords(marker));
      const none = algebra.restrictExtras(open, noExtras);
      known = { open, none, byExtra: open === none ? undefined : new Map() };
      this.conditions.set(marker, known);
    }
    if (extra === undefined || known.byExtra === undefined) return known.none;
    let condition = known.byExtra.get(extra);
    if (condition === undefined) {
      condition = algebra.restrictExtras(known.open, new Set([extra]));
      known.byExtra.set(extra, condition);
    }
    return condition;
  }

  /**
   * Upper bounds are no knowledge but fear of what is to come, and an answer for all later Pythons has to live with
   * later ones than were known when a version was published.
   */
  floor(requiresPython: string): PythonFloor {
    let floor = this.floors.get(requiresPython);
    if (floor === undefined) {
      const published = parseRequiresPython(requiresPython)?.range ?? fullRange;
      const first = published[0] ?? minimumKey;
      const from = this.algebra.python([startOf(published), infinityKey]);
      this.floors.set(requiresPython, (floor = { range: [first, infinityKey], from }));
    }
    return floor;
  }

  /** Pythons that can use a tag pair such as `cp312-abi3`. */
  pythonsOf(pythonTag: string, abiTag: string): MarkerDiagram {
    const key = `${pythonTag}-${abiTag}`;
    let pythons = this.pythonTags.get(key);
    if (pythons === undefined)
      this.pythonTags.set(key, (pythons = this.readPythonTag(pythonTag, abiTag)));
    return pythons;
  }

  /** Operating systems that a platform tag is for. */
  systemOf(platformTag: string): MarkerDiagram {
    let system = this.systems.get(platformTag);
    if (system === undefined) {
      const name = systemName(platformTag);
      system =
        name === undefined
          ? this.algebra.always
          : name === ""
            ? this.algebra.never
            : this.equal("sys_platform", name);
      this.systems.set(platformTag, system);
    }
    return system;
  }

  /** {@link systemOf}, and the processors as well. */
  machineOf(platformTag: string): MarkerDiagram {
    let machine = this.machines.get(platformTag);
    if (machine === undefined) {
      const { algebra } = this;
      const names = machineNames(platformTag);
      const processors = names.map((name) => this.equal("platform_machine", name));
      machine = this.systemOf(platformTag);
      if (processors.length > 0)
        machine = algebra.and(
          machine,
          processors.reduce((all, one) => algebra.or(all, one), algebra.never),
        );
      this.machines.set(platformTag, machine);
    }
    return machine;
  }

  /** Pythons and systems of one tag. */
  placeOf(pythonTag: string, abiTag: string, platformTag: string): MarkerDiagram {
    return this.algebra.and(this.pythonsOf(pythonTag, abiTag), this.systemOf(platformTag));
  }

  /** How usual the machines are that a wheel is for, 0 for all; `undefined` when none of them is here. */
  wheelRank(wheel: WheelFilename): number | undefined {
    const best = this.ranks.get(wheel);
    return best === unused ? undefined : best;
  }

  private tagRank(python: string, abi: string, platform: string): number {
    const place = this.placeOf(python, abi, platform);
    if (this.algebra.and(this.whole, place) === this.algebra.never) return unused;
    if (platform === "any") return 0;
    return (/linux[0-9_]*_x86_64$/.test(platform) ? 1 : 2) + (python.startsWith("pp") ? 2 : 0);
  }

  /** Everything that can use a wheel. */
  wheelCondition({ pythonTags, abiTags, platformTags }: WheelFilename): MarkerDiagram {
    const { algebra } = this;
    let pythons = algebra.never;
    for (const python of pythonTags)
      for (const abi of abiTags) pythons = algebra.or(pythons, this.pythonsOf(python, abi));
    let machines = algebra.never;
    for (const platform of platformTags) machines = algebra.or(machines, this.machineOf(platform));
    return algebra.and(pythons, machines);
  }

  /** As short a marker as says it to somebody who knows what the territory is. */
  marker(diagram: MarkerDiagram): Marker | "always" | "never" {
    let marker = this.texts.get(diagram);
    if (marker === undefined) {
      marker = this.algebra.marker(diagram, this.whole);
      if (typeof marker !== "string") marker = inUsualWords(marker);
      this.texts.set(diagram, marker);
    }
    return marker;
  }

  describe(diagram: MarkerDiagram): string {
    const { text } = this.python;
    const pythons = text === "" ? "every Python" : `Python ${text}`;
    const marker = this.marker(diagram);
    return typeof marker === "string" ? pythons : `${pythons} where \`${formatMarker(marker)}\``;
  }

  /**
   * Machines on which the names of the system agree in both directions. The algebra knows one: in principle, some Python
   * may call Windows by another name, and no answer should fail for its sake.
   */
  private knownSystems(): MarkerDiagram {
    const { algebra } = this;
    const systems = [
      ["win32", "platform_system", "Windows"],
      ["win32", "os_name", "nt"],
      ["linux", "platform_system", "Linux"],
      ["darwin", "platform_system", "Darwin"],
    ] as const;
    return systems.reduce((known, [platform, variable, text]) => {
      const byOther = algebra.not(this.equal(variable, text));
      return algebra.and(known, algebra.or(byOther, this.equal("sys_platform", platform)));
    }, algebra.always);
  }

  private equal(
    name: "os_name" | "platform_machine" | "platform_system" | "sys_platform",
    text: string,
  ): MarkerDiagram {
    return this.algebra.of({
      kind: "comparison",
      left: { kind: "variable", name },
      operator: "==",
      right: { kind: "value", text },
    });
  }

  /** Which implementation a tag is for is left out, as every version is published for CPython before any other. */
  private readPythonTag(pythonTag: string, abiTag: string): MarkerDiagram {
    const { algebra } = this;
    const [, implementation, major = "", minor = ""] =
      /^(py|cp|pp)([0-9])([0-9]*)$/.exec(pythonTag) ?? [];
    if (implementation === undefined) return algebra.never;
    const first = [Number(major), Number(minor)];
    const from = firstOfRelease(0, first);
    const isExact =
      minor !== "" && implementation !== "py" && abiTag !== "abi3" && abiTag !== "abi3t";
    const to = isExact
      ? firstOfRelease(0, [Number(major), Number(minor) + 1])
      : firstOfRelease(0, [Number(major) + 1]);
    // Whoever is as late as Python 4 is not shut out by `py3` alone.
    return algebra.python([from, !isExact && major === "3" ? infinityKey : to]);
  }
}

type Conditions = {
  readonly open: MarkerDiagram;
  readonly none: MarkerDiagram;
  readonly byExtra: Map<string, MarkerDiagram> | undefined;
};

const noExtras: ReadonlySet<string> = new Set();

function pairs<T>(list: readonly T[]): (readonly [T, T])[] {
  return list.flatMap((one, at) => list.slice(at + 1).map((other) => [one, other] as const));
}
/** The rank of a tag that nothing can use. */
const unused = 99;

/** Pre-releases of a Python count as that Python, so that no region is made of them alone. */
function startOf(range: VersionRange): VersionKey {
  const first = range[0] ?? minimumKey;
  if (first === minimumKey || first === infinityKey) return first;
  const { epoch, release, post } = decodeKey(first);
  return post === undefined ? firstOfRelease(epoch, release) : first;
}

/** A value of sys_platform; `undefined` for all of them, empty for none that is known. */
function systemName(tag: string): string | undefined {
  if (tag === "any") return undefined;
  if (tag.startsWith("win")) return "win32";
  if (tag.startsWith("macosx_")) return "darwin";
  if (/^(?:many|musl)?linux/.test(tag)) return "linux";
  if (tag.startsWith("ios_")) return "ios";
  if (tag.startsWith("android_")) return "android";
  return /^(?:pyodide|pyemscripten|emscripten|wasm)/.test(tag) ? "emscripten" : "";
}

/** Values of platform_machine; none when the tag does not say. */
function machineNames(tag: string): readonly string[] {
  if (tag === "any") return [];
  if (tag === "win32") return ["x86", "AMD64", "x86_64"];
  if (tag === "win_amd64") return ["AMD64", "x86_64"];
  if (tag === "win_arm64") return ["ARM64"];
  const machine =
    /^(?:(?:many|musl)linux(?:_[0-9]+_[0-9]+|[0-9]+)|linux|macosx_[0-9]+_[0-9]+)_(.+)$/.exec(tag);
  const name = machine?.[1];
  if (name === undefined) return [];
  if (!tag.startsWith("macosx_")) return [name];
  return name === "x86_64" || name === "arm64" ? [name] : ["x86_64", "arm64"];
}

busyForSeconds(Territory);
