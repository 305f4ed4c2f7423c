import type {
  Choice,
  Demand,
  Dependencies,
  Foreseen,
  Progress,
  Provider,
  Soon,
} from "./provider.ts";
import { rank } from "./provider.ts";
import type { RangeAlgebra } from "./range-algebra.ts";

/** Versions 0 to 29; a set of them is the bits of a number. */
export const bits: RangeAlgebra<number, number> = {
  empty: 0,
  full: 0x3fffffff,
  intersect: (a, b) => a & b,
  union: (a, b) => a | b,
  complement: (a) => ~a & 0x3fffffff,
  contains: (range, version) => (range & (1 << version)) !== 0,
  isSubset: (a, b) => (a & ~b) === 0,
  isDisjoint: (a, b) => (a & b) === 0,
  equals: (a, b) => a === b,
  exactly: (version) => 1 << version,
};

export function between(low: number, high: number): number {
  let range = 0;
  for (let version = low; version <= high; version++) range |= 1 << version;
  return range;
}

export type ToyRelease = {
  readonly demands: readonly Demand<string, number>[];
  /** What the options of the package ask for at this version. */
  readonly options?: Readonly<Record<string, readonly Demand<string, number>[]>>;
  readonly unusable?: string;
};

/** Projects by name, releases by version. An option of `a` is written `a[x]` and has one version, 0. */
export type ToyUniverse = ReadonlyMap<string, ReadonlyMap<number, ToyRelease>>;

export function baseOf(name: string): string | undefined {
  const bracket = name.indexOf("[");
  return bracket === -1 ? undefined : name.slice(0, bracket);
}

export class ToyProvider implements Provider<string, number, number> {
  readonly asked: string[] = [];
  private readonly seen = new Set<string>();
  private readonly universe: ToyUniverse;
  private readonly slow: (what: string) => boolean;

  constructor(universe: ToyUniverse, slow: (what: string) => boolean = () => false) {
    this.universe = universe;
    this.slow = slow;
  }

  rank(): number {
    return rank.ordinary;
  }

  hangsOn(name: string): string | undefined {
    return baseOf(name);
  }

  chooseVersion(name: string, range: number): Soon<Choice<string, number, number>> {
    return this.soon(`choose ${name}`, this.choose(name, range));
  }

  dependencies(
    name: string,
    version: number,
    progress: Progress<string, number>,
  ): Soon<Dependencies<string, number>> {
    this.asked.push(`${name} ${version}`);
    const base = baseOf(name);
    const decided = base === undefined ? version : (progress.decided(base) as number);
    return this.soon(`dependencies ${name}`, this.answer(name, decided));
  }

  upcoming(name: string, range: number, count: number): Soon<Dependencies<string, number>[]> {
    const next = this.inRange(name, range).slice(0, count);
    return this.soon(
      `upcoming ${name}`,
      next.map((version) => this.answer(name, version)),
    );
  }

  foresee(
    name: string,
    range: number,
    position: number,
  ): Soon<Foreseen<string, number> | undefined> {
    const version = this.inRange(name, range)[position];
    if (version === undefined) return undefined;
    const answer = this.answer(name, version);
    const isUsable = answer.kind === "known";
    const seen = { isUsable, demands: isUsable ? answer.demands : [] };
    // What was looked at once is at hand afterwards.
    const what = `foresee ${name} ${version}`;
    if (this.seen.has(what)) return seen;
    this.seen.add(what);
    return this.soon(what, seen);
  }

  private inRange(name: string, range: number): number[] {
    return this.versions(baseOf(name) ?? name).filter((version) => bits.contains(range, version));
  }

  private choose(name: string, range: number): Choice<string, number, number> {
    if (baseOf(name) !== undefined) return { kind: "version", version: 0 };
    const version = this.versions(name).find((candidate) => bits.contains(range, candidate));
    return version === undefined ? { kind: "none", excluded: [] } : { kind: "version", version };
  }

  private answer(name: string, version: number): Dependencies<string, number> {
    const base = baseOf(name);
    const of = base ?? name;
    const release = this.universe.get(of)?.get(version);
    const above = this.versions(of).findLast((other) => other > version);
    // The gap up to the next version belongs to this one, and below the first one too: nothing is there.
    const lowest = this.versions(of).at(-1) === version ? 0 : version;
    const holdsFor = between(lowest, above === undefined ? 29 : above - 1);
    if (release?.unusable !== undefined)
      return { kind: "unusable", of, holdsFor, reason: release.unusable };
    const demands =
      base === undefined ? release?.demands : release?.options?.[name.slice(base.length + 1, -1)];
    return { kind: "known", of, holdsFor, demands: demands ?? [] };
  }

  /** Newest first. */
  private versions(name: string): number[] {
    return [...(this.universe.get(name)?.keys() ?? [])].sort((a, b) => b - a);
  }

  private soon<T>(what: string, value: T): Soon<T> {
    return this.slow(what) ? Promise.resolve(value) : value;
  }
}
