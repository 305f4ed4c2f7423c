import { compareText } from "#base/order";
import type { ChangeEntry, Plan } from "./plan-types.ts";

/** What a plan does to each distribution, by name; the change that comes of it says the same. */
export function entriesOf(plan: Plan): ChangeEntry[] {
  const entries: ChangeEntry[] = [
    ...plan.installs.map(({ wanted, replaces }): ChangeEntry =>
      replaces === undefined
        ? { kind: "installed", name: wanted.name, to: wanted.version }
        : { kind: "replaced", name: wanted.name, from: replaces.version, to: wanted.version },
    ),
    ...plan.removals.map(({ name, version }): ChangeEntry => ({
      kind: "removed",
      name,
      from: version,
    })),
  ];
  return entries.sort((a, b) => compareText(a.name, b.name));
}
