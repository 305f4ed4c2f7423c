import type { Demand } from "./provider.ts";
import type { RangeAlgebra } from "./range-algebra.ts";

/**
 * A statement about one package. Positive: it is selected, in a version out of `range`. Negative: it is not
 * selected, or its version is outside of `range`.
 */
export type Term<P, R> = {
  readonly package: P;
  /** Number of the package inside one run of the solver. */
  readonly slot: number;
  readonly positive: boolean;
  readonly range: R;
};

/** Terms that cannot all be true, at most one for each package, and how that is known. */
export type Incompatibility<P, R> = {
  readonly terms: readonly Term<P, R>[];
  readonly cause: Cause<P, R>;
};

/**
 * Why an incompatibility holds. `asked`: somebody wants it from outside. `demand`: versions of one package
 * (the first term; together with `option` when it stands on an option) need another one. `unusable`: the
 * provider refused versions. `no-versions`: the provider has none. `derived`: it follows from two others.
 */
export type Cause<P, R> =
  | { readonly kind: "asked"; readonly demand: Demand<P, R>; readonly note: unknown }
  | {
      readonly kind: "demand";
      readonly demand: Demand<P, R>;
      readonly option: P | undefined;
    }
  | { readonly kind: "unusable"; readonly reason: unknown }
  | { readonly kind: "no-versions" }
  | {
      readonly kind: "derived";
      readonly left: Incompatibility<P, R>;
      readonly right: Incompatibility<P, R>;
    };

/**
 * The resolution rule: `left` and `right` with the package `slot` resolved away. What is left of that package
 * is the union of its two terms, and nothing at all when they complement each other.
 */
export function resolveTerms<P, R>(
  left: readonly Term<P, R>[],
  right: readonly Term<P, R>[],
  slot: number,
  algebra: RangeAlgebra<R, unknown>,
): Term<P, R>[] {
  const terms: Term<P, R>[] = [];
  for (const term of left) if (term.slot !== slot) terms.push(term);
  for (const term of right) {
    if (term.slot === slot) continue;
    const at = terms.findIndex((other) => other.slot === term.slot);
    if (at === -1) terms.push(term);
    else terms[at] = intersectTerms(terms[at] as Term<P, R>, term, algebra);
  }
  const a = left.find((term) => term.slot === slot);
  const b = right.find((term) => term.slot === slot);
  if (a !== undefined && b !== undefined) {
    const rest = unionTerms(a, b, algebra);
    // "Not in the empty set" is always true, so it constrains nothing.
    if (rest.positive || !algebra.equals(rest.range, algebra.empty)) terms.push(rest);
  }
  return terms;
}

/** Both at once. */
export function intersectTerms<P, R>(
  a: Term<P, R>,
  b: Term<P, R>,
  algebra: RangeAlgebra<R, unknown>,
): Term<P, R> {
  if (a.positive && b.positive) return { ...a, range: algebra.intersect(a.range, b.range) };
  if (a.positive) return { ...a, range: difference(a.range, b.range, algebra) };
  if (b.positive) return { ...b, range: difference(b.range, a.range, algebra) };
  return { ...a, range: algebra.union(a.range, b.range) };
}

/** One or the other. */
export function unionTerms<P, R>(
  a: Term<P, R>,
  b: Term<P, R>,
  algebra: RangeAlgebra<R, unknown>,
): Term<P, R> {
  if (a.positive && b.positive) return { ...a, range: algebra.union(a.range, b.range) };
  if (a.positive) return { ...b, range: difference(b.range, a.range, algebra) };
  if (b.positive) return { ...a, range: difference(a.range, b.range, algebra) };
  return { ...a, range: algebra.intersect(a.range, b.range) };
}

function difference<R>(a: R, b: R, algebra: RangeAlgebra<R, unknown>): R {
  return algebra.intersect(a, algebra.complement(b));
}
