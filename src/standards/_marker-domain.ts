import {
  decodeKey,
  firstOfRelease,
  infinityKey,
  keyOf,
  minimumKey,
  successor,
} from "./version-key.ts";
import type { VersionKey } from "./version-key.ts";
import { between, emptyRange, union } from "./version-range.ts";
import type { VersionRange } from "./version-range.ts";

/**
 * The range of `python_full_version` for which `python_version` lies in a range. Its values are `X.Y` alone, each the
 * beginning of all versions from `X.Y.dev0` up to `X.(Y+1).dev0`.
 */
export function fullVersions(range: VersionRange): VersionRange {
  let result: VersionRange = emptyRange;
  for (let i = 0; i < range.length; i += 2)
    result = union(
      result,
      between(firstMinor(range[i] as VersionKey), firstMinor(range[i + 1] as VersionKey)),
    );
  return result;
}

/** Where the first `X.Y` begins that does not lie below the place. */
function firstMinor(key: VersionKey): VersionKey {
  if (key === minimumKey || key === infinityKey) return key;
  const { epoch, release } = decodeKey(key);
  if (epoch != 0) return infinityKey;
  const [major = 0, minor = 0] = release;
  const itself = keyOf({
    epoch: 0,
    release: [major, minor],
    pre: undefined,
    post: undefined,
    dev: undefined,
    local: undefined,
  });
  return firstOfRelease(0, [major, itself >= key ? minor : successor(minor)]);
}

/**
 * The same range for values that are never post-releases: places that only those lie between become one, so that
 * `> "3.8.1"` and the negation of `<= "3.8.1"` are the same diagram.
 */
export function inDomain(range: VersionRange): VersionRange {
  let result: VersionRange = emptyRange;
  for (let i = 0; i < range.length; i += 2)
    result = union(
      result,
      between(domainKey(range[i] as VersionKey), domainKey(range[i + 1] as VersionKey)),
    );
  return result;
}

/** {@link inDomain} for one bound. */
export function domainKey(key: VersionKey): VersionKey {
  if (key === minimumKey || key === infinityKey) return key;
  const place = decodeKey(key);
  const { epoch, release, pre, post } = place;
  const isBehindLocals = post == 0 && place.dev == 0;
  if (pre !== undefined && isBehindLocals)
    return keyOf({
      epoch,
      release,
      pre: [pre[0], successor(pre[1])],
      post: undefined,
      dev: 0,
      local: undefined,
    });
  if (place.place !== "after-posts") return key;
  return keyOf({ epoch, release, pre, post: 0, dev: 0, local: undefined });
}
