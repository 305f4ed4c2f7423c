import { expect, test } from "bun:test";
import { guessEnd } from "./refused-run.ts";

test("guessEnd() finds the end of every run, with few looks and fewer waits", async () => {
  for (let end = 1; end <= 3000; end++) {
    let waits = 0;
    let looks = 0;
    const found = await guessEnd((positions) => {
      waits++;
      looks += positions.length;
      return Promise.resolve(positions.map((position) => position < end));
    }, 1);
    expect(found).toBe(end);
    expect([end, waits <= 10, looks <= 32]).toEqual([end, true, true]);
  }
});

test("guessEnd() begins behind what is known", async () => {
  const seen: number[] = [];
  const found = await guessEnd((positions) => {
    seen.push(...positions);
    return Promise.resolve(positions.map((position) => position < 20));
  }, 12);
  expect(found).toBe(20);
  expect(Math.min(...seen)).toBeGreaterThanOrEqual(12);
});

test("guessEnd() looks at nothing that is out of bounds, and takes the bound for the end of what reaches it", async () => {
  for (const end of [10, 40, 63, 64, 65, 500]) {
    const seen: number[] = [];
    const areRefused = (positions: readonly number[]): Promise<boolean[]> => {
      seen.push(...positions);
      return Promise.resolve(positions.map((position) => position < end));
    };
    expect(await guessEnd(areRefused, 8, 64)).toBe(Math.min(end, 64));
    expect(Math.max(...seen)).toBeLessThan(64);
  }
});
