import { expect, test } from "bun:test";
import { nextTurn } from "#base/turn";
import { Gate, type Place } from "./gate.ts";

const megabyte = 2 ** 20;

/** Wheels of so many megabytes each that ask to be let in; tells which are. */
function crowd(gate: Gate): {
  readonly ask: (...sizes: number[]) => void;
  readonly inside: { readonly size: number; readonly place: Place }[];
} {
  const inside: { readonly size: number; readonly place: Place }[] = [];
  return {
    inside,
    ask: (...sizes) => {
      for (const size of sizes)
        void gate.enter(size * megabyte).then((place) => inside.push({ size, place }));
    },
  };
}

const sizes = (inside: readonly { readonly size: number }[]): number[] =>
  inside.map(({ size }) => size);

test("lets in until enough bytes wait for being unpacked; the last may be a large one", async () => {
  const { ask, inside } = crowd(new Gate());
  ask(6, 6, 35, 1, 2);
  await nextTurn();
  expect(sizes(inside)).toEqual([6, 6, 35]);
});

test("what is being unpacked does not keep others out, the largest of whom go first", async () => {
  const { ask, inside } = crowd(new Gate());
  ask(30, 1, 3, 2);
  await nextTurn();
  expect(sizes(inside)).toEqual([30]);
  inside[0]?.place.begin();
  await nextTurn();
  expect(sizes(inside)).toEqual([30, 3, 2, 1]);
});

test("small ones are let in while large ones wait", async () => {
  const { ask, inside } = crowd(new Gate());
  ask(20, 30, 0.5, 0.25);
  await nextTurn();
  expect(sizes(inside)).toEqual([20, 0.5, 0.25]);
  inside[0]?.place.begin();
  await nextTurn();
  expect(sizes(inside)).toEqual([20, 0.5, 0.25, 30]);
});

test("keeps memory bounded while large ones are unpacked", async () => {
  const { ask, inside } = crowd(new Gate());
  ask(30, 30, 30);
  await nextTurn();
  inside[0]?.place.begin();
  await nextTurn();
  inside[1]?.place.begin();
  await nextTurn();
  expect(sizes(inside)).toEqual([30, 30]);
  inside[0]?.place.leave();
  await nextTurn();
  expect(sizes(inside)).toEqual([30, 30, 30]);
});

test("counts everybody once, whether the beginning was told or not", async () => {
  const { ask, inside } = crowd(new Gate());
  for (let round = 0; round < 50; round++) {
    ask(20);
    await nextTurn();
    const { place } = inside.pop() as (typeof inside)[number];
    if (round % 2 === 0) place.begin();
    if (round % 3 === 0) place.begin();
    place.leave();
  }
  ask(8, 8, 8);
  await nextTurn();
  expect(sizes(inside)).toEqual([8, 8]);
});

test("lets in a few dozen small ones at the most", async () => {
  const { ask, inside } = crowd(new Gate());
  ask(...Array.from({ length: 60 }, () => 0.01));
  await nextTurn();
  expect(inside.length).toBeLessThan(30);
  let served = 0;
  for (let next = inside.pop(); next !== undefined; next = inside.pop()) {
    served++;
    next.place.leave();
    await nextTurn();
  }
  expect(served).toBe(60);
});
