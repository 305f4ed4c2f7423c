import { describe, expect, test } from "bun:test";
import {
  baseOf,
  between,
  bits,
  ToyProvider,
  type ToyRelease,
  type ToyUniverse,
} from "./_toy-universe.ts";
import type { Incompatibility } from "./incompatibility.ts";
import type { Demand } from "./provider.ts";
import { type Asked, type Outcome, solve, type SolveOptions } from "./solver.ts";

type ToyDemand = Demand<string, number>;
type ToyOutcome = Outcome<string, number, number>;

const need = (name: string, low = 0, high = 29): ToyDemand => ({
  package: name,
  range: between(low, high),
});
const ask = (...demands: ToyDemand[]): Asked<string, number>[] =>
  demands.map((demand) => ({ ...demand, note: "test" }));

function universe(projects: Record<string, Record<number, ToyDemand[] | ToyRelease>>): ToyUniverse {
  return new Map(
    Object.entries(projects).map(([name, releases]) => [
      name,
      new Map(
        Object.entries(releases).map(([version, release]) => [
          Number(version),
          Array.isArray(release) ? { demands: release } : release,
        ]),
      ),
    ]),
  );
}

async function answer(world: ToyUniverse, ...demands: ToyDemand[]): Promise<ToyOutcome> {
  return solve(new ToyProvider(world), ask(...demands), bits);
}

function decisions(outcome: ToyOutcome): Record<string, number> | string {
  return outcome.kind === "solved" ? Object.fromEntries(outcome.decisions) : outcome.kind;
}

describe("solve()", () => {
  test("takes the version tried first of everything that is needed, and nothing else", async () => {
    const world = universe({
      a: { 1: [], 2: [need("b", 1, 1)] },
      b: { 1: [], 2: [] },
      c: { 1: [] },
    });
    const outcome = await answer(world, need("a"));
    expect(decisions(outcome)).toEqual({ a: 2, b: 1 });
    expect(outcome.attempts).toBe(2);
  });

  test("sees a conflict before it decides, and takes the next version", async () => {
    const world = universe({ a: { 1: [], 2: [need("b", 2)] }, b: { 1: [], 2: [] } });
    const outcome = await answer(world, need("b", 1, 1), need("a"));
    expect(decisions(outcome)).toEqual({ a: 1, b: 1 });
  });

  test("jumps back over decisions that had nothing to do with the conflict", async () => {
    const world = universe({
      a: { 1: [need("x", 1, 1)], 2: [need("x", 2, 2)] },
      b: { 1: [], 2: [] },
      c: { 1: [need("d")] },
      d: { 1: [need("x", 1, 1)] },
      x: { 1: [], 2: [] },
    });
    const outcome = await answer(world, need("a"), need("b"), need("c"));
    expect(decisions(outcome)).toEqual({ a: 1, b: 2, c: 1, d: 1, x: 1 });
  });

  test("proves that there is no answer, and keeps the derivation", async () => {
    const world = universe({
      a: { 1: [need("c", 1, 1)] },
      b: { 1: [need("c", 2, 2)] },
      c: { 1: [], 2: [] },
    });
    const outcome = await answer(world, need("a"), need("b"));
    if (outcome.kind !== "unsolvable") throw new Error(outcome.kind);
    expect(outcome.rootCause.terms).toEqual([]);
    expect(
      externalFacts(outcome.rootCause)
        .map((fact) => fact.cause.kind)
        .sort(),
    ).toEqual(["asked", "asked", "demand", "demand"]);
  });

  test("a demand that no version can meet is a proof of its own", async () => {
    const outcome = await answer(universe({ a: { 1: [] } }), { package: "a", range: bits.empty });
    expect(outcome.kind).toBe("unsolvable");
  });

  test("an option asks for what the decided version of its package says", async () => {
    const world = universe({
      a: {
        1: { demands: [], options: { x: [need("b", 1, 1)] } },
        2: { demands: [], options: { x: [need("b", 2, 2)] } },
      },
      b: { 1: [], 2: [] },
    });
    const outcome = await answer(world, need("a"), need("a[x]"), need("b", 1, 1));
    expect(decisions(outcome)).toEqual({ a: 1, "a[x]": 0, b: 1 });
  });

  test("a version that turns out unusable is replaced by the next one", async () => {
    const world = universe({ a: { 1: [], 2: { demands: [], unusable: "broken" } } });
    expect(decisions(await answer(world, need("a")))).toEqual({ a: 1 });
  });

  test("two packages that name each other's version are ruled out many at a time", async () => {
    const front: Record<number, ToyDemand[]> = { 0: [] };
    const core: Record<number, ToyDemand[]> = { 0: [] };
    for (let version = 1; version < 30; version++) {
      front[version] = [need("core", version, version)];
      core[version] = [need("base", 5)];
    }
    const world = universe({ front, core, base: { 1: [], 9: [] } });
    const outcome = await answer(world, need("front"), need("base", 0, 4));
    expect(decisions(outcome)).toEqual({ front: 0, base: 1 });
    expect(outcome.attempts).toBeLessThan(40);
  });

  test("stops at the limit of attempts, and at a signal", async () => {
    const world = universe({ a: { 1: [need("b")] }, b: { 1: [] } });
    const limited = await solve(new ToyProvider(world), ask(need("a")), bits, { maxAttempts: 1 });
    expect(limited.kind).toBe("gave-up");
    const reason = new Error("interrupted");
    const signal = { aborted: true, reason };
    await expect(solve(new ToyProvider(world), ask(need("a")), bits, { signal })).rejects.toBe(
      reason,
    );
  });

  test("asks for the dependencies of a version once", async () => {
    const provider = new ToyProvider(
      universe({
        a: { 1: [need("x", 1, 1)], 2: [need("x", 2, 2)] },
        c: { 1: [need("x", 1, 1)] },
        x: { 1: [], 2: [] },
      }),
    );
    await solve(provider, ask(need("a"), need("c")), bits);
    expect(provider.asked.length).toBe(new Set(provider.asked).size);
  });

  test("waits for nothing when every answer is at hand", async () => {
    const world = universe({ a: { 1: [need("b")] }, b: { 1: [need("c")] }, c: { 1: [] } });
    let turns = 0;
    let done = false;
    const counting = (async () => {
      while (!done) {
        await undefined;
        turns++;
      }
    })();
    await solve(new ToyProvider(world), ask(need("a")), bits);
    done = true;
    await counting;
    expect(turns).toBeLessThan(5);
  });
});

/** Every tactic has to be met in small universes, so the solver loses its patience early in most of them. */
const hurried = (seed: number): SolveOptions =>
  seed % 3 === 0
    ? {}
    : { patience: { conflicts: 1 + (seed % 2), refusals: 1 + (seed % 5 > 2 ? 1 : 0) } };

const runs = Number(Bun.env["PKM_PROPERTY_RUNS"] ?? 2000);
/** Milliseconds a property may take; more runs, more time. */
const timeLimit = 20_000 + 5 * runs;

describe("in random universes", () => {
  test(
    "solve() finds an answer exactly when there is one, and it is valid and without surplus",
    async () => {
      for (let seed = 1; seed <= runs; seed++) {
        const { world, asked } = randomUniverse(seed);
        const outcome = await solve(new ToyProvider(world), ask(...asked), bits, hurried(seed));
        const possible = search(world, asked, new Map());
        if (outcome.kind === "solved") {
          expect([seed, violation(world, asked, outcome.decisions)]).toEqual([seed, undefined]);
          expect([seed, surplus(world, asked, outcome.decisions)]).toEqual([seed, undefined]);
        } else expect([seed, outcome.kind, possible]).toEqual([seed, "unsolvable", false]);
      }
    },
    timeLimit,
  );

  test(
    "every fact of a proof is true of the universe",
    async () => {
      for (let seed = 1; seed <= runs; seed++) {
        const { world, asked } = randomUniverse(seed);
        const outcome = await solve(new ToyProvider(world), ask(...asked), bits, hurried(seed));
        if (outcome.kind !== "unsolvable") continue;
        for (const fact of externalFacts(outcome.rootCause))
          expect([seed, fact, isTrue(fact, world)]).toEqual([seed, fact, true]);
      }
    },
    timeLimit,
  );

  test(
    "the answer is the same however slow the provider is",
    async () => {
      for (let seed = 1; seed <= runs / 4; seed++) {
        const { world, asked } = randomUniverse(seed);
        const random = randomNumbers(seed + 7);
        const quick = await solve(new ToyProvider(world), ask(...asked), bits, hurried(seed));
        const slow = await solve(
          new ToyProvider(world, () => random(2) === 0),
          ask(...asked),
          bits,
          hurried(seed),
        );
        expect([seed, decisions(slow), slow.attempts]).toEqual([
          seed,
          decisions(quick),
          quick.attempts,
        ]);
      }
    },
    timeLimit,
  );

  test(
    "asking for less never makes a question unsolvable",
    async () => {
      for (let seed = 1; seed <= runs / 4; seed++) {
        const { world, asked } = randomUniverse(seed);
        const whole = await solve(new ToyProvider(world), ask(...asked), bits, hurried(seed));
        const part = await solve(
          new ToyProvider(world),
          ask(...asked.slice(1)),
          bits,
          hurried(seed),
        );
        if (whole.kind === "solved") expect([seed, part.kind]).toEqual([seed, "solved"]);
      }
    },
    timeLimit,
  );
});

// The oracle: an exhaustive search that knows nothing of terms and clauses.

function demandsOf(
  world: ToyUniverse,
  name: string,
  version: number,
): readonly ToyDemand[] | undefined {
  const release = world.get(name)?.get(version);
  return release === undefined || release.unusable !== undefined ? undefined : release.demands;
}

function optionDemands(world: ToyUniverse, option: string, version: number): readonly ToyDemand[] {
  const base = baseOf(option) as string;
  return world.get(base)?.get(version)?.options?.[option.slice(base.length + 1, -1)] ?? [];
}

function search(
  world: ToyUniverse,
  open: readonly ToyDemand[],
  chosen: ReadonlyMap<string, number>,
): boolean {
  for (const demand of open) {
    const version = chosen.get(demand.package);
    if (version !== undefined && !bits.contains(demand.range, version)) return false;
  }
  const next = open.find(
    (demand) => !chosen.has(demand.package) && baseOf(demand.package) === undefined,
  );
  if (next !== undefined) {
    for (const version of world.get(next.package)?.keys() ?? []) {
      const demands = demandsOf(world, next.package, version);
      if (demands === undefined) continue;
      if (search(world, [...open, ...demands], new Map([...chosen, [next.package, version]])))
        return true;
    }
    return false;
  }
  const option = open.find((demand) => !chosen.has(demand.package));
  if (option === undefined) return true;
  const version = chosen.get(baseOf(option.package) as string) as number;
  const demands = optionDemands(world, option.package, version);
  return search(world, [...open, ...demands], new Map([...chosen, [option.package, 0]]));
}

function allDemands(
  world: ToyUniverse,
  asked: readonly ToyDemand[],
  chosen: ReadonlyMap<string, number>,
): ToyDemand[] {
  const demands = [...asked];
  for (const [name, version] of chosen) {
    const base = baseOf(name);
    demands.push(
      ...(base === undefined
        ? (demandsOf(world, name, version) ?? [])
        : optionDemands(world, name, chosen.get(base) as number)),
    );
  }
  return demands;
}

function violation(
  world: ToyUniverse,
  asked: readonly ToyDemand[],
  chosen: ReadonlyMap<string, number>,
): string | undefined {
  for (const [name, version] of chosen)
    if (baseOf(name) === undefined && demandsOf(world, name, version) === undefined)
      return `${name} ${version} does not exist`;
  for (const demand of allDemands(world, asked, chosen)) {
    const version = chosen.get(demand.package);
    if (version === undefined || !bits.contains(demand.range, version))
      return `${demand.package} ${version}`;
  }
  return undefined;
}

function surplus(
  world: ToyUniverse,
  asked: readonly ToyDemand[],
  chosen: ReadonlyMap<string, number>,
): string | undefined {
  const reached = new Set<string>();
  const visit = (demands: readonly ToyDemand[]): void => {
    for (const { package: name } of demands) {
      if (reached.has(name)) continue;
      reached.add(name);
      const base = baseOf(name);
      visit(
        base === undefined
          ? (demandsOf(world, name, chosen.get(name) as number) ?? [])
          : optionDemands(world, name, chosen.get(base) as number),
      );
    }
  };
  visit(asked);
  return [...chosen.keys()].find((name) => !reached.has(name));
}

function externalFacts(root: Incompatibility<string, number>): Incompatibility<string, number>[] {
  const facts = new Set<Incompatibility<string, number>>();
  const seen = new Set<Incompatibility<string, number>>();
  const visit = (fact: Incompatibility<string, number>): void => {
    if (seen.has(fact)) return;
    seen.add(fact);
    if (fact.cause.kind === "derived") {
      visit(fact.cause.left);
      visit(fact.cause.right);
    } else facts.add(fact);
  };
  visit(root);
  return [...facts];
}

function isTrue(fact: Incompatibility<string, number>, world: ToyUniverse): boolean {
  const { cause, terms } = fact;
  const subject = terms[0];
  if (cause.kind === "asked" || cause.kind === "derived" || subject === undefined) return true;
  for (const [version, release] of world.get(subject.package) ?? []) {
    if (!bits.contains(subject.range, version) || release.unusable !== undefined) continue;
    if (cause.kind !== "demand") return false;
    const demands =
      cause.option === undefined ? release.demands : optionDemands(world, cause.option, version);
    const told = demands.some(
      (demand) =>
        demand.package === cause.demand.package && bits.isSubset(demand.range, cause.demand.range),
    );
    if (!told) return false;
  }
  return true;
}

function randomNumbers(seed: number): (below: number) => number {
  let state = seed * 2654435761;
  return (below) => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 12), 0x297a2d39);
    mixed ^= mixed >>> 15;
    return (mixed >>> 0) % below;
  };
}

/** Few projects with many versions, or more projects with few; narrow and wide demands; options; duds. */
function randomUniverse(seed: number): { world: ToyUniverse; asked: ToyDemand[] } {
  const random = randomNumbers(seed);
  const deep = random(3) === 0;
  const names = deep
    ? ["a", "b", "c"]
    : ["a", "b", "c", "d", "e", "f", "g"].slice(0, 3 + random(5));
  const count = deep ? 8 + random(16) : 2 + random(3);
  const oneDemand = (near: number): ToyDemand => {
    const name = names[random(names.length)] as string;
    if (random(5) === 0) return { package: `${name}[x]`, range: bits.full };
    if (random(3) === 0) return need(name, near, near);
    if (random(12) === 0) return { package: "nowhere", range: bits.full };
    const low = random(count);
    return random(2) === 0 ? need(name, low) : need(name, 0, low);
  };
  // An option brings its package along, as a requirement with extras does.
  const withBase = (demand: ToyDemand): ToyDemand[] => {
    const base = baseOf(demand.package);
    return base === undefined ? [demand] : [need(base), demand];
  };
  const someDemands = (near: number, most: number): ToyDemand[] =>
    Array.from({ length: random(most + 1) }, () => withBase(oneDemand(near))).flat();
  const world = new Map<string, Map<number, ToyRelease>>();
  for (const name of names) {
    const releases = new Map<number, ToyRelease>();
    for (let version = 0; version < count; version++) {
      if (random(6) === 0) continue;
      releases.set(version, {
        demands: someDemands(version, 2),
        options: { x: someDemands(version, 2) },
        ...(random(10) === 0 ? { unusable: "dud" } : {}),
      });
    }
    world.set(name, releases);
  }
  const asked = [oneDemand(0), oneDemand(1), ...someDemands(2, 1)].flatMap(withBase);
  return { world, asked };
}
