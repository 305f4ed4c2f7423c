/** A whole number of any size: a `bigint` only where a `number` would lose digits (`20250101123456789`). */
export type VersionNumber = number | bigint;

export type PreReleaseLetter = "a" | "b" | "rc";

/** The parts of a version after normalisation; `local` as `ubuntu.1`. */
export type VersionParts = {
  readonly epoch: VersionNumber;
  readonly release: readonly VersionNumber[];
  readonly pre: readonly [PreReleaseLetter, VersionNumber] | undefined;
  readonly post: VersionNumber | undefined;
  readonly dev: VersionNumber | undefined;
  readonly local: string | undefined;
};

declare const versionKey: unique symbol;

/**
 * A place on the line of versions, written so that the plain `<` of strings is the order of PEP 440.
 * Every version has one, and a few places lie between versions: see {@link afterLocals} and its like.
 */
export type VersionKey = string & { readonly [versionKey]: true };

// How a key is written, all of it ASCII so that comparing two keys is comparing bytes:
//
//   epoch release… stage [local]
//
// A number below ten is its digit. A longer one is a letter for its length, then its digits, which makes a longer
// number greater and no number the beginning of another. Trailing zeros of the release are left out (1.0 is 1).
// Every mark of a stage is smaller than a digit, so that a shorter release comes first (1 < 1.0.1).
//
//   !N         dev release without pre and post: below all pre-releases
//   #N $N %N   a, b, rc, followed by a tail        &   final, followed by a tail
//   tail:  ,N dev   - itself   .N, and .N- a post's dev and the post   / after all posts
//   local: + and segments: "s" text "!" before "t" number; what is shorter comes first
const devOnly = "!";
const preMark = { a: "#", b: "$", rc: "%" } as const;
const finalMark = "&";
const devTail = ",";
const plainTail = "-";
const postTail = ".";
const afterPostsTail = "/";
const localMark = "+";
const justAfter = "\0";
/** Stage and tail of `X.post0.dev0`. */
const behindFinal = `${finalMark}${postTail}0${devTail}0`;

/** Below every version. */
export const minimumKey = "" as VersionKey;
/** Above every version. */
export const infinityKey = "\uffff" as VersionKey;

function encodeNumber(n: VersionNumber): string {
  return encodeDigits(String(n));
}

/** Epoch and release: the beginning that all versions of one release share. */
function encodeRelease(epoch: VersionNumber, release: readonly VersionNumber[]): string {
  let { length } = release;
  while (length > 0 && (release[length - 1] as VersionNumber) == 0) length--;
  let key = encodeNumber(epoch);
  for (let i = 0; i < length; i++) key += encodeNumber(release[i] as VersionNumber);
  return key;
}

function encodeStage(version: VersionParts): string {
  const { pre, post, dev } = version;
  if (pre === undefined && post === undefined)
    return dev === undefined ? finalMark + plainTail : devOnly + encodeNumber(dev);
  const head = pre === undefined ? finalMark : preMark[pre[0]] + encodeNumber(pre[1]);
  const tail = post === undefined ? "" : postTail + encodeNumber(post);
  return head + tail + (dev === undefined ? plainTail : devTail + encodeNumber(dev));
}

function encodeLocal(local: string): string {
  let key = localMark;
  for (const segment of local.split(".")) {
    if (!/^[0-9]+$/.test(segment)) key += `s${segment}!`;
    else key += `t${encodeDigits(segment)}`;
  }
  return key;
}

/** The place of a version. Equal versions (`1.0`, `1.0.0`) have equal keys. */
export function keyOf(version: VersionParts): VersionKey {
  const key = encodeRelease(version.epoch, version.release) + encodeStage(version);
  return (version.local === undefined ? key : key + encodeLocal(version.local)) as VersionKey;
}

/** The place of a final release whose epoch is 0, from its release as {@link encodeDigits} wrote it. */
export function keyOfFinal(release: string): VersionKey {
  return `0${release}${finalMark}${plainTail}` as VersionKey;
}

/** A number as it stands in a key, from its decimal digits without leading zeros. */
export function encodeDigits(digits: string): string {
  const { length } = digits;
  if (length === 1) return digits;
  return length <= 58
    ? String.fromCharCode(0x3f + length) + digits
    : `z${encodeDigits(String(length))}${digits}`;
}

/** The place of `X.dev0`: before everything that belongs to the release `X`. */
export function firstOfRelease(
  epoch: VersionNumber,
  release: readonly VersionNumber[],
): VersionKey {
  return `${encodeRelease(epoch, release)}${devOnly}0` as VersionKey;
}

/** The place of the first version that `<V` must leave out: `V.dev0`, or V itself when V is a pre-release. */
export function firstOfFamily(version: VersionParts): VersionKey {
  if (version.dev !== undefined || version.pre !== undefined) return keyOf(version);
  return keyOf({ ...version, dev: 0, local: undefined });
}

/**
 * The place behind V and all `V+local`. It is written as the least version above them, so that two sets with the same
 * members have the same bounds: `1.0` gives `1.0.post0.dev0`, `1.0.post1` gives `1.0.post2.dev0`, `1.dev3` gives `1.dev4`.
 */
export function afterLocals(version: VersionParts): VersionKey {
  const { epoch, release, pre } = version;
  if (pre === undefined && version.post === undefined && version.dev === undefined)
    return (encodeRelease(epoch, release) + behindFinal) as VersionKey;
  if (version.dev !== undefined)
    return keyOf({ ...version, dev: successor(version.dev), local: undefined });
  const post = version.post === undefined ? 0 : successor(version.post);
  return keyOf({ ...version, post, dev: 0, local: undefined });
}

/**
 * The place behind V and all its post-releases, for a V without post and dev. Behind those of `1.0a1` the least version
 * is `1.0a2.dev0`; behind those of a final release there is none (`1.0.0.0.1` can always be smaller), so it has a mark.
 */
export function afterPosts(version: VersionParts): VersionKey {
  const { epoch, release, pre } = version;
  if (pre !== undefined)
    return keyOf({
      ...version,
      pre: [pre[0], successor(pre[1])],
      post: undefined,
      dev: 0,
      local: undefined,
    });
  return (encodeRelease(epoch, release) + finalMark + afterPostsTail) as VersionKey;
}

/** The place directly behind one version: before `1.0+a` if the version is `1.0`. */
export function afterExactly(key: VersionKey): VersionKey {
  return (key + justAfter) as VersionKey;
}

export function successor(n: VersionNumber): VersionNumber {
  return narrow(BigInt(n) + 1n);
}

/** The smallest representation of a number. */
export function narrow(n: bigint): VersionNumber {
  return n <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(n) : n;
}

/** What a key stands for. Trailing zeros of the release are lost, so `1.0` comes back as `1`. */
export type DecodedKey = VersionParts & {
  /** `at` a version, directly behind exactly it, or behind all its post-releases. */
  readonly place: "at" | "after-exactly" | "after-posts";
};

/** The reverse of the functions above, for every key but {@link minimumKey} and {@link infinityKey}. */
export function decodeKey(key: VersionKey): DecodedKey {
  let at = 0;
  const number = (): VersionNumber => {
    const mark = key.charCodeAt(at++);
    if (mark <= 0x39) return mark - 0x30;
    const length = mark === 0x7a ? Number(number()) : mark - 0x3f;
    const digits = key.slice(at, (at += length));
    return narrow(BigInt(digits));
  };
  const epoch = number();
  const release: VersionNumber[] = [];
  while (key.charCodeAt(at) >= 0x30) release.push(number());
  if (release.length === 0) release.push(0);
  let pre: DecodedKey["pre"];
  let post: VersionNumber | undefined;
  let dev: VersionNumber | undefined;
  let place: DecodedKey["place"] = "at";
  const mark = key[at++];
  if (mark === devOnly) dev = number();
  else {
    if (mark === preMark.a) pre = ["a", number()];
    else if (mark === preMark.b) pre = ["b", number()];
    else if (mark === preMark.rc) pre = ["rc", number()];
    let tail = key[at++];
    if (tail === postTail) {
      post = number();
      tail = key[at++];
    }
    if (tail === devTail) dev = number();
    else if (tail === afterPostsTail) place = "after-posts";
  }
  const segments: string[] = [];
  if (key[at] === localMark) {
    at++;
    while (at < key.length && key[at] !== justAfter) {
      if (key[at++] === "t") segments.push(String(number()));
      else {
        const end = key.indexOf("!", at);
        segments.push(key.slice(at, end));
        at = end + 1;
      }
    }
  }
  if (key.endsWith(justAfter)) place = "after-exactly";
  const local = segments.length === 0 ? undefined : segments.join(".");
  return { epoch, release, pre, post, dev, local, place };
}
