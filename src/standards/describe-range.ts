import { compareText } from "#base/order";
import {
  afterLocals,
  afterPosts,
  decodeKey,
  firstOfRelease,
  infinityKey,
  keyOf,
  minimumKey,
  successor,
} from "./version-key.ts";
import type { DecodedKey, VersionKey, VersionNumber, VersionParts } from "./version-key.ts";
import { isEmpty, isFull } from "./version-range.ts";
import type { VersionRange } from "./version-range.ts";
import { formatVersion } from "./version.ts";
import type { Version } from "./version.ts";

/**
 * A range in words for people: `>=1.2,<2`, `==1.0`, `<1 or >=2`, `any version`, `no version`.
 *
 * What it says is true of the known versions: it admits those that the range admits and no other of them. About
 * versions that nobody published it may be simpler than the range (`>1` for "behind 1 and all its post-releases", no
 * word about holes in which nothing lies).
 */
export function describeRange(range: VersionRange, known: readonly Version[] = []): string {
  if (isEmpty(range)) return "no version";
  if (isFull(range)) return "any version";
  return new RangeWriter(known).describe(range);
}

type Interval = { readonly from: VersionKey; readonly to: VersionKey };

/** Longer lists of alternatives are cut: nobody reads the seventh. */
const mostAlternatives = 6;

class RangeWriter {
  /** Rising, each once. */
  readonly #known: readonly Version[];

  constructor(known: readonly Version[]) {
    this.#known = [...known].sort((a, b) => compareText(a.key, b.key));
  }

  describe(range: VersionRange): string {
    const alternatives = this.#alternatives(this.#intervals(range));
    if (alternatives.length <= mostAlternatives) return alternatives.join(" or ");
    const left = alternatives.length - 3;
    return [...alternatives.slice(0, 2), `${left} more`, alternatives.at(-1)].join(" or ");
  }

  /** The intervals that matter: without those that hold no known version, joined over holes that hold none. */
  #intervals(range: VersionRange): Interval[] {
    const all: Interval[] = [];
    for (let i = 0; i < range.length; i += 2)
      all.push({ from: range[i] as VersionKey, to: range[i + 1] as VersionKey });
    const inhabited = all.filter(({ from, to }) => this.#hasKnown(from, to));
    if (inhabited.length === 0) return all;
    const joined: Interval[] = [];
    for (const interval of inhabited) {
      const last = joined.at(-1);
      if (last === undefined || this.#hasKnown(last.to, interval.from)) joined.push(interval);
      else joined[joined.length - 1] = { from: last.from, to: interval.to };
    }
    return joined;
  }

  /** Intervals with a hole that has a name between them become one: `>=1,!=1.5,<2`. */
  #alternatives(intervals: readonly Interval[]): string[] {
    const texts: string[] = [];
    let group: Interval | undefined;
    let holes: string[] = [];
    const finish = (): void => {
      if (group !== undefined) texts.push(this.#group(group, holes));
      holes = [];
    };
    for (const interval of intervals) {
      const hole =
        group === undefined ? undefined : this.#name({ from: group.to, to: interval.from });
      if (group === undefined || hole === undefined) {
        finish();
        group = interval;
      } else {
        holes.push(`!=${hole}`);
        group = { from: group.from, to: interval.to };
      }
    }
    finish();
    return texts;
  }

  #group(interval: Interval, holes: readonly string[]): string {
    if (holes.length === 0) {
      const name = this.#name(interval);
      if (name !== undefined) return `==${name}`;
    }
    const parts: string[] = [];
    if (interval.from !== minimumKey) parts.push(this.#lower(interval.from));
    parts.push(...holes);
    if (interval.to !== infinityKey) parts.push(this.#upper(interval.to));
    return parts.length === 0 ? "any version" : parts.join(",");
  }

  /** `1.0` or `1.*`, for an interval that is just that. */
  #name({ from, to }: Interval): string | undefined {
    if (from === minimumKey || to === infinityKey) return undefined;
    const first = decodeKey(from);
    if (first.place !== "at") return undefined;
    const end = decodeKey(to);
    if (to === afterLocals(first) && first.local === undefined) return this.#text(first);
    if (end.place === "after-exactly" && to.startsWith(from) && to.length === from.length + 1) {
      // "==1.0" would speak of 1.0+local too.
      const hasLocals = first.local === undefined && this.#hasKnown(to, afterLocals(first));
      return hasLocals ? undefined : this.#text(first);
    }
    return wildcardOf(first, from, end, to);
  }

  #lower(from: VersionKey): string {
    const bound = decodeKey(from);
    const { pre, post, dev, place } = bound;
    if (place === "after-posts") return `>${this.#text(bound)}`;
    if (place === "after-exactly") {
      const next = this.#firstKnown(from, afterLocals(bound));
      return next === undefined ? this.#lower(afterLocals(bound)) : `>=${next.text}`;
    }
    if (dev === 0 && post === 0) {
      const version = { ...bound, post: undefined, dev: undefined };
      const next = this.#firstKnown(from, afterPosts(version));
      return next === undefined ? `>${this.#text(version)}` : `>=${next.text}`;
    }
    if (dev === 0 && post !== undefined)
      return `>${this.#text({ ...bound, post: predecessor(post), dev: undefined })}`;
    if (dev === 0 && pre === undefined) {
      const version = { ...bound, dev: undefined };
      const next = this.#firstKnown(from, keyOf(version));
      return `>=${next === undefined ? this.#text(version) : next.text}`;
    }
    if (dev === 0 && pre !== undefined && pre[1] != 0)
      return `>${this.#text({ ...bound, pre: [pre[0], predecessor(pre[1])], dev: undefined })}`;
    return `>=${this.#text(bound)}`;
  }

  #upper(to: VersionKey): string {
    const bound = decodeKey(to);
    const { pre, post, dev, local, place } = bound;
    if (place === "after-posts")
      return `<=${this.#lastKnown(keyOf(bound), to)?.text ?? this.#text(bound)}`;
    if (place === "after-exactly") {
      const next = this.#firstKnown(to, afterLocals(bound));
      return next === undefined ? `<=${this.#text(bound)}` : `<${next.text}`;
    }
    if (dev === 0 && post !== undefined)
      return `<=${this.#text({ ...bound, post: post == 0 ? undefined : predecessor(post), dev: undefined })}`;
    if (dev === 0 && pre === undefined) return `<${this.#text({ ...bound, dev: undefined })}`;
    if (dev === 0) {
      const version = { ...bound, dev: undefined };
      return `<${this.#text(this.#hasKnown(to, keyOf(version)) ? bound : version)}`;
    }
    if (dev !== undefined || (pre !== undefined && post === undefined && local === undefined))
      return `<${this.#text(bound)}`;
    // "<1.0" leaves out 1.0rc1, which lies below the bound 1.0.
    const family = { ...bound, dev: 0, local: undefined };
    const inFamily = this.#lastKnown(keyOf(family), to);
    return inFamily === undefined ? `<${this.#text(bound)}` : `<=${inFamily.text}`;
  }

  /** As a known version spells it: a key has lost the zeros of `1.0`. */
  #text(version: VersionParts): string {
    const key = keyOf(version);
    const index = this.#countBelow(key);
    const same = this.#known[index];
    return same?.key === key ? same.text : formatVersion(version);
  }

  #hasKnown(from: VersionKey, to: VersionKey): boolean {
    return this.#firstKnown(from, to) !== undefined;
  }

  #firstKnown(from: VersionKey, to: VersionKey): Version | undefined {
    const first = this.#known[this.#countBelow(from)];
    return first !== undefined && first.key < to ? first : undefined;
  }

  #lastKnown(from: VersionKey, to: VersionKey): Version | undefined {
    const last = this.#known[this.#countBelow(to) - 1];
    return last !== undefined && last.key >= from ? last : undefined;
  }

  #countBelow(key: VersionKey): number {
    let low = 0;
    let high = this.#known.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#known[middle] as Version).key < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** `X.*` when the interval goes from `X.dev0` to the next `X.dev0`; the zeros that `from` has lost come from `to`. */
function wildcardOf(
  first: DecodedKey,
  from: VersionKey,
  end: DecodedKey,
  to: VersionKey,
): string | undefined {
  const { epoch } = first;
  const next = end.release;
  if (from !== firstOfRelease(epoch, first.release) || to !== firstOfRelease(end.epoch, next))
    return undefined;
  if (epoch !== end.epoch || first.release.length > next.length) return undefined;
  const release = next.map((_, i) => first.release[i] ?? 0);
  const last = release.length - 1;
  const fits = release.every((n, i) => next[i] === (i === last ? successor(n) : n));
  return fits ? `${epoch == 0 ? "" : `${epoch}!`}${release.join(".")}.*` : undefined;
}

function predecessor(n: VersionNumber): VersionNumber {
  return typeof n === "bigint" ? n - 1n : n - 1;
}
