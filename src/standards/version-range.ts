import { busyForSeconds } from "#base/busy-code";
import { afterExactly, infinityKey, minimumKey } from "./version-key.ts";
import type { VersionKey } from "./version-key.ts";

/**
 * A set of versions: bounds in rising order, `[from, to, from, to, …]`, each `from` inside and each `to` outside.
 * Bounds are keys, so everything here is a merge of sorted strings. Two ranges with the same members have the same
 * bounds, because a place between two versions has one spelling only (see `version-key.ts`).
 *
 * Results share their input where they can: never change a range, and compare with {@link rangeEquals}.
 */
export type VersionRange = readonly VersionKey[];

/** No version at all. */
export const emptyRange: VersionRange = [];
/** Every version. */
export const fullRange: VersionRange = [minimumKey, infinityKey];

/** The place of `0.dev0`: nothing is smaller, so a range that begins there begins at the minimum. */
const leastVersion = "0!0";

/** From a place (inside) up to another (outside). Empty when they do not rise. */
export function between(from: VersionKey, to: VersionKey): VersionRange {
  if (to <= leastVersion) return emptyRange;
  const start = from <= leastVersion ? minimumKey : from;
  return start < to ? [start, to] : emptyRange;
}

/** Everything from a place on. */
export function atLeast(from: VersionKey): VersionRange {
  return from <= leastVersion ? fullRange : [from, infinityKey];
}

/** Everything below a place. */
export function below(to: VersionKey): VersionRange {
  return to <= leastVersion ? emptyRange : [minimumKey, to];
}

/** One version and nothing else: `1.0` without `1.0+local`. */
export function exactly(version: { readonly key: VersionKey }): VersionRange {
  return between(version.key, afterExactly(version.key));
}

/** True when the range holds the version with this key. */
export function contains(range: VersionRange, key: VersionKey): boolean {
  // The bounds at or below the key: an odd number of them means that the last one opened an interval.
  let low = 0;
  let high = range.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((range[middle] as VersionKey) <= key) low = middle + 1;
    else high = middle;
  }
  return (low & 1) === 1;
}

export function intersect(a: VersionRange, b: VersionRange): VersionRange {
  if (a === b || b.length === 0 || isFull(a)) return b;
  if (a.length === 0 || isFull(b)) return a;
  if (a.length === 2 && b.length === 2) return intersectIntervals(a, b);
  const result: VersionKey[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const aFrom = a[i] as VersionKey;
    const aTo = a[i + 1] as VersionKey;
    const bFrom = b[j] as VersionKey;
    const bTo = b[j + 1] as VersionKey;
    const from = aFrom < bFrom ? bFrom : aFrom;
    const to = aTo < bTo ? aTo : bTo;
    if (from < to) result.push(from, to);
    if (aTo < bTo) i += 2;
    else j += 2;
  }
  return result.length === 0 ? emptyRange : result;
}

/** The common case: two intervals, of which one often lies inside the other. */
function intersectIntervals(a: VersionRange, b: VersionRange): VersionRange {
  const aFrom = a[0] as VersionKey;
  const aTo = a[1] as VersionKey;
  const bFrom = b[0] as VersionKey;
  const bTo = b[1] as VersionKey;
  if (aFrom >= bFrom && aTo <= bTo) return a;
  if (bFrom >= aFrom && bTo <= aTo) return b;
  const from = aFrom < bFrom ? bFrom : aFrom;
  const to = aTo < bTo ? aTo : bTo;
  return from < to ? [from, to] : emptyRange;
}

export function union(a: VersionRange, b: VersionRange): VersionRange {
  if (a === b || b.length === 0 || isFull(a)) return a;
  if (a.length === 0 || isFull(b)) return b;
  const result: VersionKey[] = [];
  let i = 0;
  let j = 0;
  let from: VersionKey | undefined;
  let to = minimumKey;
  while (i < a.length || j < b.length) {
    const takeA = j >= b.length || (i < a.length && (a[i] as VersionKey) <= (b[j] as VersionKey));
    const nextFrom = (takeA ? a[i] : b[j]) as VersionKey;
    const nextTo = (takeA ? a[i + 1] : b[j + 1]) as VersionKey;
    if (takeA) i += 2;
    else j += 2;
    if (from !== undefined && nextFrom <= to) {
      if (nextTo > to) to = nextTo;
      continue;
    }
    if (from !== undefined) result.push(from, to);
    from = nextFrom;
    to = nextTo;
  }
  result.push(from as VersionKey, to);
  return result;
}

export function complement(range: VersionRange): VersionRange {
  const { length } = range;
  if (length === 0) return fullRange;
  const first = range[0] === minimumKey ? 1 : 0;
  const last = range[length - 1] === infinityKey ? length - 1 : length;
  const result: VersionKey[] = [];
  if (first === 0) result.push(minimumKey);
  for (let i = first; i < last; i++) result.push(range[i] as VersionKey);
  if (last === length) result.push(infinityKey);
  return result.length === 0 ? emptyRange : result;
}

/** True when `b` holds everything that `a` holds. */
export function isSubset(a: VersionRange, b: VersionRange): boolean {
  if (a === b || a.length === 0 || isFull(b)) return true;
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    const from = a[i] as VersionKey;
    while (j < b.length && (b[j + 1] as VersionKey) <= from) j += 2;
    if (
      j >= b.length ||
      (b[j] as VersionKey) > from ||
      (b[j + 1] as VersionKey) < (a[i + 1] as VersionKey)
    )
      return false;
  }
  return true;
}

/** True when no version is in both. */
export function isDisjoint(a: VersionRange, b: VersionRange): boolean {
  if (a === b || isFull(a) || isFull(b)) return a.length === 0 || b.length === 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const aTo = a[i + 1] as VersionKey;
    const bTo = b[j + 1] as VersionKey;
    if ((a[i] as VersionKey) < bTo && (b[j] as VersionKey) < aTo) return false;
    if (aTo < bTo) i += 2;
    else j += 2;
  }
  return true;
}

/** True when both hold the same versions. */
export function rangeEquals(a: VersionRange, b: VersionRange): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function isEmpty(range: VersionRange): boolean {
  return range.length === 0;
}

export function isFull(range: VersionRange): boolean {
  return range.length === 2 && range[0] === minimumKey && range[1] === infinityKey;
}

busyForSeconds(union, intersect, isDisjoint, isSubset);
