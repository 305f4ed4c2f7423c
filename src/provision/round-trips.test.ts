import { describe, expect, test } from "bun:test";
import type { InstalledCandidate, ResolveRequest } from "#resolver/request";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import { type NormalizedName, normalizeName } from "#standards/name";
import { parseVersion } from "#standards/version";
import { type Catalogue, ImaginedMachine, questionOf } from "./_imagined-index.ts";
import { resolveRequirements } from "./resolve-requirements.ts";

/** Names the packages of the answer, and leaves what it took with the machine. */
async function resolve(
  machine: ImaginedMachine,
  roots: readonly string[],
  more: Partial<ResolveRequest> = {},
): Promise<unknown> {
  machine.countAnew();
  const answering = resolveRequirements(questionOf(roots, more), machine.world());
  const outcome = await machine.finish(answering);
  if (outcome.kind === "unsolvable") return outcome.failure.explanation;
  return outcome.resolution.packages.map(({ name, version }) => `${name} ${version.text}`);
}

function metadataOf(name: string, needs: string): CoreMetadata {
  const lines = ["Metadata-Version: 2.3", `Name: ${name}`, "Version: 1"];
  for (const text of needs.split(", ")) if (text !== "") lines.push(`Requires-Dist: ${text}`);
  return parseMetadata(`${lines.join("\n")}\n\n`);
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

describe("an upgrade", () => {
  test("asks at once for the pages of what is installed and may change, and for no other", async () => {
    const catalogue: Catalogue = {
      a: { "2": ["b", "kept"] },
      b: { "2": ["c"] },
      c: { "2": [] },
      kept: { "2": [] },
      unrelated: { "2": [] },
    };
    const machine = new ImaginedMachine(catalogue);
    const installed = new Map(
      Object.entries({ a: "b, kept", b: "c", c: "", kept: "", unrelated: "" }).map(
        ([text, needs]): [NormalizedName, InstalledCandidate] => [
          normalizeName(text),
          {
            version: parseVersion("1"),
            metadata: () => metadataOf(text, needs),
            url: undefined,
            givesWay: text !== "kept",
          },
        ],
      ),
    );
    expect(await resolve(machine, ["a"], { installed })).toEqual(["a 2", "b 2", "c 2", "kept 1"]);
    expect(machine.rounds).toBe(2);
    expect(machine.asked.filter((word) => !word.endsWith(".metadata"))).toEqual(["a", "b", "c"]);
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
