import { describe, expect, test } from "bun:test";
import type { UniversalScenario } from "./_universal-scenario.ts";
import {
  answer,
  answerFor,
  type Choices,
  environments,
  packagesIn,
  plain,
  randomNumbers,
  randomWorld,
  told,
  violation,
} from "./_universal-world.ts";

const runs = Number(Bun.env["PKM_PROPERTY_RUNS"] ?? 300);
const patience = 20_000 + 100 * runs;

/** What can be asked for besides, and the choices of which one is made at most. */
const offered = ["'x' in extras", "'y' in extras", "'g' in dependency_groups"];
const exclusive = [["'x' in extras", "'y' in extras"]];
const possible: readonly Choices[] = [
  {},
  { extras: ["x"] },
  { extras: ["y"] },
  { dependencyGroups: ["g"] },
  { extras: ["x"], dependencyGroups: ["g"] },
  { extras: ["y"], dependencyGroups: ["g"] },
];

describe("resolveUniversal(), in random worlds with choices", () => {
  test(
    "gives everybody what their choices need, and resolving for them alone finds no fault with it",
    async () => {
      let solved = 0;
      for (let seed = 1; seed <= runs; seed++) {
        const world = randomWorld(seed);
        const asked = choosable(world, seed);
        const outcome = await answer({ ...world, ask: asked.map(textOf), exclusive });
        if (outcome.kind === "unsolvable") continue;
        solved++;
        const { packages } = outcome.resolution;
        for (const choices of possible) {
          const chosen = { ...world, ask: asked.filter((one) => isAsked(one, choices)).map(bare) };
          for (const environment of environments.filter((_, at) => at % 3 === seed % 3)) {
            const where = [seed, told(environment), choices];
            expect([...where, violation(chosen, environment, packages, choices)]).toEqual([
              ...where,
              undefined,
            ]);
            const pins = packagesIn(environment, packages, choices);
            if (seed % 8 !== 0) continue;
            const constraints = [...(world.constraints ?? []), ...pins];
            const alone = await answerFor({ ...chosen, constraints }, environment);
            expect([...where, plain(alone)]).toEqual([...where, pins]);
          }
        }
      }
      expect(solved).toBeGreaterThan(runs / 4);
    },
    patience,
  );
});

type Asked = { readonly text: string; readonly choice: string | undefined };

/** The questions of a world, some of them for those only who choose them. */
function choosable(world: UniversalScenario, seed: number): Asked[] {
  const random = randomNumbers(seed + 9_000_000);
  const [first = "a"] = world.ask;
  return [...world.ask, ...world.ask, `${first.replace(/[[<>=!;].*$/, "")}<2`].map((text) => ({
    text,
    choice: offered[random(offered.length + 1)],
  }));
}

function textOf({ text, choice }: Asked): string {
  if (choice === undefined) return text;
  const [requirement = "", marker] = text.split(";");
  return `${requirement}; ${marker === undefined ? choice : `(${marker}) and ${choice}`}`;
}

function bare({ text }: Asked): string {
  return text;
}

function isAsked({ choice }: Asked, { extras, dependencyGroups }: Choices): boolean {
  if (choice === undefined) return true;
  const [, name = "", set] = /^'(.)' in (.*)$/.exec(choice) ?? [];
  return (set === "extras" ? extras : dependencyGroups)?.includes(name) === true;
}
