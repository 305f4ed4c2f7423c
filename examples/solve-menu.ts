// PubGrub on something that is not Python: bun examples/solve-menu.ts
//
// Versions are whole numbers from 0 to 29, and a set of them is the bits of a number.
import type { Incompatibility } from "pkm/pubgrub/incompatibility";
import { type Dependencies, type Provider, rank } from "pkm/pubgrub/provider";
import type { RangeAlgebra } from "pkm/pubgrub/range-algebra";
import { solve } from "pkm/pubgrub/solver";

const all = 0x3fff_ffff;
const numbers: RangeAlgebra<number, number> = {
  empty: 0,
  full: all,
  intersect: (a, b) => a & b,
  union: (a, b) => a | b,
  complement: (a) => ~a & all,
  contains: (range, version) => (range & (1 << version)) !== 0,
  isSubset: (a, b) => (a & ~b) === 0,
  isDisjoint: (a, b) => (a & b) === 0,
  equals: (a, b) => a === b,
  exactly: (version) => 1 << version,
};
const from = (version: number): number => all & ~((1 << version) - 1);
const below = (version: number): number => (1 << version) - 1;

/** What each version of each package needs. */
const market: Record<string, Record<number, Record<string, number>>> = {
  menu: { 1: { dropdown: below(2) }, 2: { dropdown: from(2) } },
  dropdown: { 1: { icons: below(2) }, 2: { icons: from(2) } },
  icons: { 1: {}, 2: {} },
  intl: { 5: { icons: below(2) } },
};

function demandsOf(name: string, version: number): Dependencies<string, number> {
  const needs = Object.entries(market[name]?.[version] ?? {});
  return {
    kind: "known",
    of: name,
    holdsFor: numbers.exactly(version),
    demands: needs.map(([dependency, range]) => ({ package: dependency, range })),
  };
}

function newestFirst(name: string, range: number): number[] {
  const versions = Object.keys(market[name] ?? {}).map(Number);
  return versions.filter((version) => numbers.contains(range, version)).toSorted((a, b) => b - a);
}

const provider: Provider<string, number, number> = {
  rank: () => rank.ordinary,
  hangsOn: () => undefined,
  chooseVersion(name, range) {
    const [version] = newestFirst(name, range);
    return version === undefined ? { kind: "none", excluded: [] } : { kind: "version", version };
  },
  dependencies: (name, version) => demandsOf(name, version),
  upcoming: (name, range, count) =>
    newestFirst(name, range)
      .slice(0, count)
      .map((version) => demandsOf(name, version)),
  foresee: () => undefined,
};

async function show(asked: Readonly<Record<string, number>>): Promise<void> {
  const demands = Object.entries(asked).map(([name, range]) => ({
    package: name,
    range,
    note: "you",
  }));
  const outcome = await solve(provider, demands, numbers);
  const question = Object.keys(asked).join(" and ");
  switch (outcome.kind) {
    case "solved":
      console.log(
        `${question}:`,
        [...outcome.decisions].map(([name, at]) => `${name} ${at}`).join(", "),
      );
      break;
    case "unsolvable":
      console.log(`${question}: impossible, because`);
      for (const fact of factsOf(outcome.rootCause)) console.log(`  ${fact}`);
      break;
    case "gave-up":
      console.log(`${question}: no answer`);
      break;
    default:
      outcome satisfies never;
  }
}

/** The leaves of the derivation: what is known about the market, each once. */
function factsOf({ cause, terms }: Incompatibility<string, number>): Set<string> {
  if (cause.kind === "derived") return new Set([...factsOf(cause.left), ...factsOf(cause.right)]);
  if (cause.kind === "asked")
    return new Set([`${String(cause.note)} asked for ${cause.demand.package}`]);
  if (cause.kind === "demand") {
    const who = terms.find((term) => term.positive);
    const versions = newestFirst(who?.package ?? "", who?.range ?? 0).join(", ");
    const wanted = newestFirst(cause.demand.package, cause.demand.range).join(", ");
    return new Set([`${who?.package} ${versions} needs ${cause.demand.package} ${wanted}`]);
  }
  return new Set([`nothing else of ${terms[0]?.package} is offered`]);
}

await show({ menu: all, intl: all });
await show({ menu: from(2), intl: all });
