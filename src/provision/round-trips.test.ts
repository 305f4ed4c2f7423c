import { describe, expect, test } from "bun:test";
import { type Catalogue, ImaginedMachine, questionOf } from "./_imagined-index.ts";
import { resolveRequirements } from "./resolve-requirements.ts";

/** Names the packages of the answer, and leaves what it took with the machine. */
async function resolve(machine: ImaginedMachine, roots: readonly string[]): Promise<unknown> {
  machine.countAnew();
  const answering = resolveRequirements(questionOf(roots), machine.world());
  const outcome = await machine.finish(answering);
  if (outcome.kind === "unsolvable") return outcome.failure.explanation;
  return outcome.resolution.packages.map(({ name, version }) => `${name} ${version.text}`);
}

describe("a first resolution", () => {
  test("asks for a page as soon as somebody names it, whatever else is being waited for", async () => {
    const machine = new ImaginedMachine({
      ponderous: { "1": [] },
      a: { "1": ["b"] },
      b: { "1": ["c[fast]"] },
      c: { "1": ["d ; extra == 'fast'"] },
      d: { "1": [] },
    });
    machine.slow.set("ponderous", 6);
    // Decided in the order in which they stand here, so that the solver waits for the first.
    const found = await resolve(machine, ["ponderous", "a"]);
    expect(found).toEqual(["a 1", "b 1", "c 1", "d 1", "ponderous 1"]);
    expect(machine.rounds).toBe(8);
    expect(machine.asked).toHaveLength(10);
  });
});

describe("what is anticipated", () => {
  const catalogue: Catalogue = {
    ponderous: { "1": ["named<2"] },
    a: { "1": ["named"] },
    named: { "2": ["nowhere"], "1": [] },
  };

  test("is no part of the answer when it turns out not to be needed", async () => {
    const machine = new ImaginedMachine(catalogue);
    machine.slow.set("ponderous", 6);
    expect(await resolve(machine, ["ponderous", "a"])).toEqual(["a 1", "named 1", "ponderous 1"]);
    expect(machine.asked).toContain("nowhere");
  });

  test("fails nobody when it is out of order", async () => {
    const machine = new ImaginedMachine(catalogue);
    machine.slow.set("ponderous", 6);
    machine.faults.set("nowhere", { status: 500 });
    machine.faults.set("named-2-py3-none-any.whl.metadata", { fails: "ECONNRESET" });
    expect(await resolve(machine, ["ponderous", "a"])).toEqual(["a 1", "named 1", "ponderous 1"]);
  });
});
