import { expect, test } from "bun:test";
import fc from "fast-check";
import { baseOf, bits } from "./_toy-universe.ts";
import { Agenda } from "./agenda.ts";
import { PartialSolution, type Slot } from "./partial-solution.ts";
import { rank } from "./provider.ts";

const names = ["a", "a[x]", "b", "b[x]", "c", "d", "e", "f"];

/** A range of one version is a singleton, the package `f` is fixed. */
const rankOf = (name: string, range: number): number =>
  name === "f" ? rank.fixed : (range & (range - 1)) === 0 ? rank.singleton : rank.ordinary;

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ need: fc.constantFrom(...names), range: fc.nat(0xff) }) },
  { weight: 3, arbitrary: fc.constant("decide" as const) },
  { weight: 2, arbitrary: fc.record({ backTo: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ raise: fc.constantFrom("a", "b", "c", "d", "e") }) },
  { weight: 1, arbitrary: fc.record({ lower: fc.constantFrom("a", "b", "c", "d", "e") }) },
);

test("next() finds what going through everything that is needed finds, whatever happened before", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const solution = new PartialSolution<string, number, number>(bits, baseOf);
      const agenda = new Agenda<string, number, number>({ rank: rankOf }, solution);
      const moves = new Map<string, number>();
      const cause = { terms: [], cause: { kind: "no-versions" } } as const;
      const heightOf = ({ package: name, allowed }: Slot<string, number, number>): number =>
        Math.max(rankOf(name, allowed), moves.get(name) ?? 0);
      const slowly = (): string | undefined => {
        let best: Slot<string, number, number> | undefined;
        for (const slot of solution.wanted) {
          if (slot.decided !== undefined) continue;
          if (slot.base !== undefined) {
            if (solution.decided(slot.base) !== undefined) return slot.package;
            continue;
          }
          const isBetter =
            best === undefined ||
            heightOf(slot) > heightOf(best) ||
            (heightOf(slot) === heightOf(best) && slot.number < best.number);
          if (isBetter) best = slot;
        }
        return best?.package;
      };
      for (const one of steps) {
        if (one === "decide") {
          const slot = agenda.next();
          expect(slot?.package).toBe(slowly() as string);
          if (slot !== undefined) solution.decide(slot, 0);
        } else if ("need" in one) {
          const slot = solution.slotOf(one.need);
          // Version 0 stays possible: what happens to impossible packages is no business of an agenda.
          const term = {
            package: one.need,
            slot: slot.number,
            positive: false,
            range: one.range | 1,
          };
          solution.derive(term, cause);
        } else if ("backTo" in one) solution.backtrack(Math.min(one.backTo, solution.level));
        else {
          const [name, to] =
            "raise" in one
              ? ([one.raise, rank.conflictEarly] as const)
              : ([one.lower, rank.conflictLate] as const);
          moves.set(name, to);
          const slot = solution.slotOf(name);
          if ("raise" in one) agenda.raise(slot);
          else agenda.lower(slot);
        }
      }
      expect(agenda.next()?.package).toBe(slowly() as string);
    }),
    { numRuns: 1000 },
  );
});

test("a package is lowered once, and neither fixed ones nor options are", () => {
  const solution = new PartialSolution<string, number, number>(bits, baseOf);
  const agenda = new Agenda<string, number, number>({ rank: rankOf }, solution);
  const cause = { terms: [], cause: { kind: "no-versions" } } as const;
  const [plain, option, fixed] = ["a", "a[x]", "f"].map((name) => {
    const slot = solution.slotOf(name);
    solution.derive({ package: name, slot: slot.number, positive: false, range: 7 }, cause);
    return slot;
  }) as [Slot<string, number, number>, Slot<string, number, number>, Slot<string, number, number>];
  agenda.next();
  expect([plain, option, fixed].map((slot) => agenda.mayLower(slot))).toEqual([true, false, false]);
  agenda.lower(plain);
  expect(agenda.mayLower(plain)).toBe(false);
  expect([agenda.isMoved(plain), agenda.isRaised(plain)]).toEqual([true, false]);
});
