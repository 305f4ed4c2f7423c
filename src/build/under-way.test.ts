import { expect, test } from "bun:test";
import { UnderWay, type Waiter } from "./under-way.ts";

const a: Waiter = { shown: "a 1" };
const b: Waiter = { shown: "b 1" };
const c: Waiter = { shown: "c 1" };

test("during() names the ring of builds that wait for each other, from wherever it is noticed", async () => {
  for (const [first, second, third] of [
    [a, b, c],
    [b, c, a],
    [c, a, b],
  ] as const) {
    const builds = new UnderWay();
    const ring = builds.during(first, second, () =>
      builds.during(second, third, () => builds.during(third, first, async () => "never")),
    );
    await expect(ring).rejects.toMatchObject({
      code: "build-cycle",
      why: "a 1 needs b 1 needs c 1 needs a 1",
    });
  }
});

test("during() refuses a build that needs itself at once", async () => {
  const builds = new UnderWay();
  const itself = builds.during(a, a, async () => "never");
  await expect(itself).rejects.toMatchObject({ why: "a 1 needs a 1" });
});

test("during() lets two builds wait for the same third, and forgets who has stopped waiting", async () => {
  const builds = new UnderWay();
  const both = await Promise.all([
    builds.during(a, c, async () => 1),
    builds.during(b, c, async () => 2),
  ]);
  expect(both).toEqual([1, 2]);
  expect(await builds.during(c, a, async () => 3)).toBe(3);
});
