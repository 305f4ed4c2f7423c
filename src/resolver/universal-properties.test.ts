import { describe, expect, test } from "bun:test";
import { evaluateMarkerLeniently, parseMarker } from "#standards/marker";
import { MarkerAlgebra } from "#standards/marker-algebra";
import { lineOf } from "./_universal-scenario.ts";
import {
  answer,
  answerFor,
  environments,
  packagesIn,
  plain,
  plainEverywhere,
  randomWorld,
  told,
  violation,
} from "./_universal-world.ts";
import type { ResolvedPackage } from "./resolution.ts";

const runs = Number(Bun.env["PKM_PROPERTY_RUNS"] ?? 500);
/** Milliseconds a property may take; more runs, more time. */
const patience = 20_000 + 30 * runs;

describe("resolveUniversal(), in random worlds", () => {
  test(
    "gives every environment all it needs, in one version each, and nothing else",
    async () => {
      let several = 0;
      for (let seed = 1; seed <= runs; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "unsolvable") continue;
        const { packages } = outcome.resolution;
        if (new Set(packages.map(({ name }) => name)).size < packages.length) several++;
        for (const environment of environments)
          expect([seed, told(environment), violation(world, environment, packages)]).toEqual([
            seed,
            told(environment),
            undefined,
          ]);
      }
      expect(several).toBeGreaterThan(runs / 50);
    },
    patience,
  );

  test(
    "gives every environment what resolving for it alone finds no fault with",
    async () => {
      for (let seed = 1; seed <= runs / 4; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "unsolvable") continue;
        for (const environment of environments) {
          const pins = packagesIn(environment, outcome.resolution.packages);
          const alone = await answerFor(
            { ...world, constraints: [...(world.constraints ?? []), ...pins] },
            environment,
          );
          expect([seed, told(environment), plain(alone)]).toEqual([seed, told(environment), pins]);
        }
      }
    },
    patience,
  );

  test(
    "fails only for a region in which no environment has an answer",
    async () => {
      let failures = 0;
      for (let seed = 1; seed <= runs; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "resolved") continue;
        failures++;
        const { region } = outcome;
        const inside = environments.filter(
          (environment) => region === undefined || evaluateMarkerLeniently(region, environment),
        );
        expect([seed, inside.length]).not.toEqual([seed, 0]);
        for (const environment of inside) {
          const alone = await answerFor(world, environment);
          expect([seed, told(environment), alone.kind]).toEqual([
            seed,
            told(environment),
            "unsolvable",
          ]);
        }
      }
      expect(failures).toBeGreaterThan(runs / 50);
    },
    patience,
  );

  test(
    "gives versions of one name markers that exclude each other, also where no environment was tried",
    async () => {
      const algebra = new MarkerAlgebra();
      // Of machines that call their system by two names at odds with each other nothing is promised.
      const supported = [
        "python_version >= '3.9'",
        "os_name != 'nt' or sys_platform == 'win32'",
        "platform_system != 'Windows' or sys_platform == 'win32'",
        "platform_system != 'Linux' or sys_platform == 'linux'",
        "platform_system != 'Darwin' or sys_platform == 'darwin'",
      ].reduce((all, text) => algebra.and(all, algebra.of(parseMarker(text))), algebra.always);
      for (let seed = 1; seed <= runs; seed++) {
        const outcome = await answer(randomWorld(seed));
        if (outcome.kind === "unsolvable") continue;
        const { packages } = outcome.resolution;
        for (const [index, one] of packages.entries())
          for (const other of packages.slice(index + 1))
            if (one.name === other.name) {
              const both = algebra.and(
                algebra.and(algebra.of(one.marker), algebra.of(other.marker)),
                supported,
              );
              expect([seed, one.name, algebra.isFalse(both)]).toEqual([seed, one.name, true]);
            }
      }
    },
    patience,
  );

  test(
    "gives the same answer, or the same words, however slow the source is",
    async () => {
      for (let seed = 1; seed <= runs / 2; seed++) {
        const world = randomWorld(seed);
        expect([seed, plainEverywhere(await answer(world, true))]).toEqual([
          seed,
          plainEverywhere(await answer(world)),
        ]);
      }
    },
    patience,
  );

  test(
    "an answer used as preferences comes out again",
    async () => {
      for (let seed = 1; seed <= runs / 2; seed++) {
        const world = randomWorld(seed);
        const outcome = await answer(world);
        if (outcome.kind === "unsolvable") continue;
        const { packages } = outcome.resolution;
        const prefer = packages.map((found) => lineOf({ ...found, extras: [] }));
        const again = await answer({ ...world, prefer });
        if (again.kind === "unsolvable") throw new Error(`world ${seed} has an answer`);
        const pins = (list: readonly ResolvedPackage[]): string[] =>
          list.map(({ name, version }) => `${name}==${version.text}`);
        expect([seed, pins(again.resolution.packages)]).toEqual([seed, pins(packages)]);
        for (const environment of environments)
          expect([seed, packagesIn(environment, again.resolution.packages)]).toEqual([
            seed,
            packagesIn(environment, packages),
          ]);
      }
    },
    patience,
  );
});
