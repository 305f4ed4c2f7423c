import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import type { Preference } from "#resolver/request";
import type { UniversalRequest } from "#resolver/universal";
import { normalizeName, tryParseName } from "#standards/name";
import { parseSpecifierSet } from "#standards/specifier-set";
import { parseVersion } from "#standards/version";
import { type Catalogue, ImaginedMachine, questionOf } from "./_imagined-index.ts";
import type { EarlierVersions } from "./ask-early.ts";
import { type AnsweredQuestion, resolveRequirements } from "./resolve-requirements.ts";
import { resolveUniversally } from "./resolve-universally.ts";
import type { ProvisionWorld } from "./world.ts";

/** Each project needs the next, and a version of it that is not the newest. */
const depth = 6;
const chain: Catalogue = Object.fromEntries(
  Array.from({ length: depth }, (_, at) => {
    const needs = at === depth - 1 ? [] : [`p${at + 1}<3`];
    return [`p${at}`, { "1": [], "2": needs, "3": ["nowhere"] }];
  }),
);
const chosen = Array.from({ length: depth }, (_, at) => `p${at} 2`);
const question = questionOf(["p0<3"]);

/** The answer in words, or why there is none. */
function told(outcome: AnsweredQuestion): unknown {
  if (outcome.kind === "unsolvable") return outcome.failure.explanation;
  return outcome.resolution.packages.map(({ name, version }) => `${name} ${version.text}`);
}

/** Asks on a machine that has forgotten nothing, and counts from there on. */
async function ask(
  machine: ImaginedMachine,
  world = machine.world(),
  asked = question,
  earlier?: EarlierVersions,
): Promise<unknown> {
  machine.countAnew();
  const ways = earlier === undefined ? {} : { earlier };
  const outcome = await machine.finish(resolveRequirements(asked, world, "best", ways));
  world.store.close();
  return told(outcome);
}

const sorted = (words: readonly string[]): string[] => [...words].sort();
const dayLater = 24 * 3600 * 1000;
/** Milliseconds that a property may take on a busy machine. */
const patience = 60_000;

describe("a question that was answered before", () => {
  test("takes two round trips for each step of the way when nothing is known", async () => {
    const machine = new ImaginedMachine(chain);
    expect(await ask(machine)).toEqual(chosen);
    expect(machine.rounds).toBe(2 * depth);
    expect(machine.asked).toHaveLength(2 * depth);
  });

  test("takes one when the pages are old, as the metadata is at hand", async () => {
    const machine = new ImaginedMachine(chain);
    await ask(machine);
    machine.clock.advance(dayLater);
    expect(await ask(machine)).toEqual(chosen);
    expect(machine.rounds).toBe(1);
    expect(sorted(machine.asked)).toEqual(Object.keys(chain));
  });

  test("takes one with --refresh", async () => {
    const machine = new ImaginedMachine(chain);
    await ask(machine);
    expect(await ask(machine, machine.world({ refresh: true }))).toEqual(chosen);
    expect(machine.rounds).toBe(1);
    expect(sorted(machine.asked)).toEqual(Object.keys(chain));
  });

  test("takes two when there are new releases everywhere that fit, and asks for them at once", async () => {
    const machine = new ImaginedMachine(chain);
    await ask(machine);
    machine.clock.advance(dayLater);
    machine.catalogue = Object.fromEntries(
      Object.entries(chain).map(([name, versions]) => [
        name,
        { ...versions, "2.1": versions["2"] ?? [] },
      ]),
    );
    expect(await ask(machine)).toEqual(Object.keys(chain).map((name) => `${name} 2.1`));
    expect(machine.rounds).toBe(2);
    expect(machine.asked).toHaveLength(2 * depth);
  });

  test("makes no request that the answer does not need, and none twice", async () => {
    const machine = new ImaginedMachine(chain);
    await ask(machine);
    const needed = sorted(machine.asked);
    const pins = new Map(
      chosen.map((text) => {
        const [name = "", version = ""] = text.split(" ");
        const pin: Preference = { version: parseVersion(version), from: "output" };
        return [normalizeName(name), pin] as const;
      }),
    );
    const empty = new ImaginedMachine(chain);
    expect(await ask(empty, empty.world(), { ...question, preferences: pins })).toEqual(chosen);
    expect(empty.rounds).toBe(2);
    expect(sorted(empty.asked)).toEqual(needed);
  });

  test("learns the names of pins that need not stay; a version is asked for if it is the newest", async () => {
    const machine = new ImaginedMachine(chain);
    const earlier = new Map(
      chosen.map((text) => {
        const [name = "", version = ""] = text.split(" ");
        return [normalizeName(name), [{ version: parseVersion(version) }]] as const;
      }),
    );
    expect(await ask(machine, machine.world(), question, earlier)).toEqual(chosen);
    expect(machine.rounds).toBe(1 + depth);
    expect(machine.asked).toHaveLength(2 * depth);

    const newest = questionOf(["p0==2", "p1==2", "p2==2", "p3==2", "p4==2", "p5==2"]);
    const fresh = new ImaginedMachine(chain);
    expect(await ask(fresh, fresh.world(), newest, earlier)).toEqual(chosen);
    expect(fresh.rounds).toBe(2);
  });
});

describe("a new question about what is known", () => {
  test("takes one round trip when the pages are old", async () => {
    const machine = new ImaginedMachine({ ...chain, other: { "1": ["p2<3"] } });
    await ask(machine);
    machine.clock.advance(dayLater);
    machine.countAnew();
    expect(await ask(machine, machine.world(), questionOf(["p1<3", "p3<3"]))).toEqual(
      chosen.slice(1),
    );
    expect(machine.rounds).toBe(1);
    expect(sorted(machine.asked)).toEqual(Object.keys(chain).slice(1));
    expect(await ask(machine, machine.world(), questionOf(["other"]))).toEqual([
      "other 1",
      ...chosen.slice(2),
    ]);
    expect(machine.rounds).toBe(2);
    expect(machine.asked).toHaveLength(2);
  });

  test("goes by what files of today say, not by what others said at the same address", async () => {
    const machine = new ImaginedMachine({ a: { "1": ["b"] }, b: { "1": [] }, c: { "1": [] } });
    await ask(machine, machine.world(), questionOf(["a"]));
    machine.clock.advance(dayLater);
    machine.catalogue = { ...machine.catalogue, a: { "1": ["c"] } };
    expect(await ask(machine, machine.world(), questionOf(["a<2"]))).toEqual(["a 1", "c 1"]);
  });

  test("does not go by the page of an index that is asked only if a better one does not know the name", async () => {
    const machine = new ImaginedMachine({ a: { "1": ["secret"] }, secret: { "1": [] } });
    await ask(machine, machine.world(), questionOf(["a"]));
    machine.clock.advance(dayLater);
    machine.catalogue = { a: { "2": [] } };
    const better = { name: "better", url: "https://better.example/simple/" };
    const indexes = [better, { name: "index", url: "https://index.example/simple/" }];
    await ask(machine, machine.world({}, { indexes }), questionOf(["a"]));
    expect(machine.asked.filter((word) => word.includes("secret"))).toEqual([]);
  });

  test("is answered although pages in the cache are damaged", async () => {
    const machine = new ImaginedMachine(chain);
    await ask(machine);
    machine.clock.advance(dayLater);
    const folder = "/cache/pages";
    const paths = Object.keys(machine.files.snapshot(folder)).filter((path) => !path.endsWith("/"));
    expect(paths.length).toBeGreaterThanOrEqual(depth);
    for (const path of paths) {
      const content = machine.files.read(`${folder}/${path}`).slice();
      content.fill(0, -20);
      machine.files.write(`${folder}/${path}`, content);
    }
    expect(await ask(machine, machine.world(), questionOf(["p0==2"]))).toEqual(chosen);
  });
});

describe("a question about many machines that was answered before", () => {
  const forked: Catalogue = {
    root: {
      "1": ["lib<2 ; python_version < '3.11'", "lib>=2 ; python_version >= '3.11'", "p2<3"],
    },
    lib: { "1": ["old"], "2": ["new"], "3": ["new"] },
    old: { "1": [] },
    new: { "1": [] },
    ...chain,
  };
  const { target: _, ...asked } = questionOf(["root"]);
  const request: UniversalRequest = {
    ...asked,
    supported: { python: parseSpecifierSet(">=3.9"), environments: [], required: [] },
    forkStrategy: "requires-python",
    preferences: new Map(),
  };
  const resolve = async (machine: ImaginedMachine, world: ProvisionWorld): Promise<unknown> => {
    machine.countAnew();
    const outcome = await machine.finish(resolveUniversally(request, world));
    world.store.close();
    if (outcome.kind === "unsolvable") return outcome.failure.explanation;
    return outcome.resolution.packages.map(({ name, version }) => `${name} ${version.text}`);
  };

  test("takes one round trip with --refresh, and asks for no more than before", async () => {
    const machine = new ImaginedMachine(forked);
    const answer = await resolve(machine, machine.world());
    expect(answer).toContain("lib 1");
    expect(answer).toContain("lib 3");
    const pages = sorted(machine.asked.filter((word) => !word.endsWith(".metadata")));
    expect(await resolve(machine, machine.world({ refresh: true }))).toEqual(answer);
    expect(machine.rounds).toBe(1);
    expect(sorted(machine.asked)).toEqual(pages);
  });

  test("takes two with nothing but its pins", async () => {
    const machine = new ImaginedMachine(forked);
    const answer = (await resolve(machine, machine.world())) as string[];
    const needed = sorted(machine.asked);
    const pins = Map.groupBy(
      answer.map((text) => text.split(" ") as [string, string]),
      ([name]) => normalizeName(name),
    );
    const earlier = new Map(
      [...pins].map(([name, list]) => [
        name,
        list.map(([, version]) => ({ version: parseVersion(version), from: "output" as const })),
      ]),
    );
    const empty = new ImaginedMachine(forked);
    const world = empty.world();
    const again = { ...request, preferences: earlier };
    const outcome = await empty.finish(resolveUniversally(again, world));
    expect(outcome.kind).toBe("resolved");
    expect(empty.rounds).toBe(2);
    expect(sorted(empty.asked)).toEqual(needed);
  });
});

describe("a wrong guess", () => {
  test("goes no way that leads nowhere now", async () => {
    const machine = new ImaginedMachine(chain);
    await ask(machine);
    machine.clock.advance(dayLater);
    // The new release of the second ends the chain: the rest is asked for in vain, and not waited for.
    machine.catalogue = { ...chain, p1: { "2": ["p2<3"], "2.5": [] } };
    expect(await ask(machine)).toEqual(["p0 2", "p1 2.5"]);
    expect(machine.rounds).toBe(2);
  });

  test("fails nothing and is not waited for when what it asked for is out of order", async () => {
    const machine = new ImaginedMachine(chain);
    await ask(machine);
    machine.clock.advance(dayLater);
    machine.catalogue = { ...chain, p1: { "2": ["p2<3"], "2.5": [] } };
    machine.faults.set("p3", { status: 500 });
    machine.faults.set("p4", { fails: "ECONNRESET" });
    machine.faults.set("p5", { hangs: "before" });
    expect(await ask(machine)).toEqual(["p0 2", "p1 2.5"]);
  });

  test("lets what is needed fail as it does without it", async () => {
    const failure = async (machine: ImaginedMachine): Promise<unknown> => {
      machine.faults.set("p3", { status: 500 });
      return ask(machine).catch((error: Error) => error.message);
    };
    const machine = new ImaginedMachine(chain);
    await ask(machine);
    machine.clock.advance(dayLater);
    const told = await failure(machine);
    expect(told).toBe(await failure(new ImaginedMachine(chain)));
    expect(told).toStartWith("Cannot ");
  });

  test("of thousands of names is cut", async () => {
    const machine = new ImaginedMachine(chain);
    const earlier = new Map(
      Array.from({ length: 5000 }, (_, at) => [
        normalizeName(`n${at}`),
        [{ version: parseVersion("1") }],
      ]),
    );
    expect(await ask(machine, machine.world(), question, earlier)).toEqual(chosen);
    const inVain = machine.asked.filter((word) => word.startsWith("n"));
    expect(inVain.length).toBeLessThanOrEqual(1000);
    expect(machine.rounds).toBeLessThanOrEqual(2 * depth);
  });
});

describe("a guess and the places that are asked", () => {
  test("asks the index that a name is bound to, and no other", async () => {
    const machine = new ImaginedMachine(chain);
    const places = {
      indexes: [
        { name: "index", url: "https://index.example/simple/" },
        { name: "private", url: "https://private.example/simple/", isExplicit: true },
      ],
      bindings: new Map([[normalizeName("p3"), "private"]]),
    };
    await ask(machine, machine.world({}, places));
    machine.clock.advance(dayLater);
    expect(await ask(machine, machine.world({}, places))).toEqual(chosen);
    expect(machine.rounds).toBe(1);
    expect(machine.asked).toContain("https://private.example/simple/p3/");
    expect(machine.asked).not.toContain("p3");
  });

  test("does not pass the names of one configuration on to the indexes of another", async () => {
    const machine = new ImaginedMachine({ ...chain, p0: { "2": ["secret"] }, secret: { "1": [] } });
    await ask(machine);
    machine.clock.advance(dayLater);
    machine.catalogue = { ...chain, p0: { "2.5": [] } };
    const elsewhere = { indexes: [{ name: "other", url: "https://other.example/simple/" }] };
    await ask(machine, machine.world({}, elsewhere));
    expect(machine.asked.filter((word) => word.includes("secret"))).toEqual([]);
  });

  test("asks nobody offline", async () => {
    const machine = new ImaginedMachine(chain);
    await ask(machine);
    machine.clock.advance(dayLater);
    expect(await ask(machine, machine.world({ offline: true }))).toEqual(chosen);
    expect(machine.asked).toEqual([]);
  });

  test("asks nobody without an index", async () => {
    const machine = new ImaginedMachine(chain);
    const earlier = new Map([[normalizeName("p4"), [{ version: parseVersion("2") }]]]);
    await ask(machine, machine.world({}, { indexes: [] }), question, earlier);
    expect(machine.asked).toEqual([]);
  });

  test("is not made where an address may decide where a project comes from", async () => {
    const machine = new ImaginedMachine(chain);
    const earlier = new Map([[normalizeName("p4"), [{ version: parseVersion("2") }]]]);
    const direct = questionOf(["p0", "tree @ file:///nowhere"]);
    await ask(machine, machine.world(), direct, earlier).catch(() => {});
    expect(machine.asked).not.toContain("p4");
  });
});

describe("the answer", () => {
  const names = ["a", "b", "c", "d", "e"];
  const specifiers = ["", "<2", ">=2", "!=1", "==3"];
  const requirement = fc
    .tuple(fc.constantFrom(...names, "absent"), fc.constantFrom(...specifiers))
    .map(([name, specifier]) => name + specifier);
  const release = fc.array(requirement, { maxLength: 3 });
  const project = fc.dictionary(fc.constantFrom("1", "2", "3"), release, { minKeys: 1 });
  const catalogue: fc.Arbitrary<Catalogue> = fc.record(
    Object.fromEntries(names.map((name) => [name, project])),
  );
  const roots = fc.array(requirement, { minLength: 1, maxLength: 3 });

  test(
    "does not depend on what was answered before",
    async () => {
      await fc.assert(
        fc.asyncProperty(catalogue, catalogue, roots, async (before, now, asked) => {
          const machine = new ImaginedMachine(before);
          await ask(machine, machine.world(), questionOf(asked));
          machine.clock.advance(dayLater);
          machine.catalogue = now;
          const fresh = new ImaginedMachine(now);
          const expected = await ask(fresh, fresh.world(), questionOf(asked));
          expect(await ask(machine, machine.world(), questionOf(asked))).toEqual(expected);
          // What is known of one project may have it waited for before another is asked about.
          expect(machine.rounds).toBeLessThanOrEqual(fresh.rounds + 1);
        }),
        { numRuns: 100 },
      );
    },
    patience,
  );

  test(
    "does not depend on what somebody wrote in its place",
    async () => {
      const word = fc.oneof(
        fc.constantFrom(
          ...names,
          "absent",
          "../../etc",
          "a\nb",
          "A",
          "",
          "constructor",
          "a@b.example",
        ),
        fc.string(),
      );
      const nonsense = fc.record({
        freshUntil: fc.constant(0),
        attempts: fc.constant(1),
        warnings: fc.constant([]),
        packages: fc.array(
          fc.record({
            name: word,
            version: fc.oneof(fc.constantFrom("1", "2", "3", "999"), fc.string()),
            dependencies: fc.array(
              fc.tuple(word, fc.constant([]), fc.oneof(requirement, fc.string())),
              { maxLength: 3 },
            ),
          }),
          { maxLength: 6 },
        ),
      });
      const versions = fc.array(fc.tuple(word, fc.constantFrom("1", "2", "3")), { maxLength: 4 });
      await fc.assert(
        fc.asyncProperty(catalogue, roots, nonsense, versions, async (now, asked, kept, pins) => {
          const fresh = new ImaginedMachine(now);
          const expected = await ask(fresh, fresh.world(), questionOf(asked));
          const machine = new ImaginedMachine(now);
          const world = machine.world();
          const answers = { get: () => JSON.stringify(kept), put: () => {} };
          const hostile = {
            ...world,
            store: Object.create(world.store, { answers: { value: answers } }),
          };
          const earlier = new Map(
            pins.flatMap(([text, version]) => {
              const name = tryParseName(text);
              return name === undefined
                ? []
                : [[name, [{ version: parseVersion(version) }]] as const];
            }),
          );
          expect(await ask(machine, hostile, questionOf(asked), earlier)).toEqual(expected);
          for (const asking of machine.asked) expect(asking).toMatch(/^[a-z0-9.-]*(\.metadata)?$/);
        }),
        { numRuns: 100 },
      );
    },
    patience,
  );
});
