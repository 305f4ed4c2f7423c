/**
 * Everything the solver knows about versions: sets of them. `Range` values are immutable; two calls may answer
 * the same set in two shapes, so the solver compares only through {@link RangeAlgebra.equals}.
 */
export interface RangeAlgebra<Range, Version> {
  readonly empty: Range;
  readonly full: Range;
  intersect(a: Range, b: Range): Range;
  union(a: Range, b: Range): Range;
  complement(a: Range): Range;
  contains(range: Range, version: Version): boolean;
  isSubset(a: Range, b: Range): boolean;
  isDisjoint(a: Range, b: Range): boolean;
  equals(a: Range, b: Range): boolean;
  /** The set of that one version. */
  exactly(version: Version): Range;
}
