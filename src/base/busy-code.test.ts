import { expect, test } from "bun:test";
import { busyCode, busyForSeconds } from "./busy-code.ts";

class Walk {
  steps = 0;

  step(): void {
    this.steps++;
  }

  get isLong(): boolean {
    return this.steps > 100;
  }
}

function count(from: number): number {
  return from + 1;
}

test("busyCode() names what was marked, and of classes the methods and getters", () => {
  busyForSeconds(Walk, count);
  const named = [...busyCode()].map(({ name }) => name);
  for (const name of ["Walk", "step", "get isLong", "count"]) expect(named).toContain(name);
});
