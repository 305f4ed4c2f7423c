import { busyForSeconds } from "#base/busy-code";
import type { SimpleStatus } from "./simple-page.ts";
import { pageIsTooNew, pageIsBroken } from "./errors.ts";

/** What the two readers of project pages have in common: versions, statuses, addresses and names of files. */

// As pip reads them; wheels first because they are most of a page.
const distributionEndings = [
  ".whl",
  ".tar.gz",
  ".zip",
  ".tgz",
  ".tar.bz2",
  ".tar.xz",
  ".tar",
  ".tbz",
  ".txz",
  ".tlz",
  ".tar.lz",
  ".tar.lzma",
];

export function isDistributionName(filename: string): boolean {
  if (filename.endsWith(".whl") || filename.endsWith(".tar.gz")) return true;
  const lower = filename.toLowerCase();
  return distributionEndings.some((ending) => lower.endsWith(ending));
}

// oxlint-disable-next-line no-control-regex
const unsafe = /[\0-\x1f/\\\x7f]/;

/** A name that can be a file in a folder and cannot be anywhere else. */
export function isSafeSegment(filename: string): boolean {
  return filename !== "" && filename !== "." && filename !== ".." && !unsafe.test(filename);
}

/** The newest version of the API whose meaning is known here is 1.5 (PEP 752). */
export const newestMinor = 5;

export type ApiVersion = readonly [major: number, minor: number];

/** PEP 629: missing means 1.0; a newer major version cannot be read. */
export function readApiVersion(text: string | undefined, url: string): ApiVersion {
  if (text === undefined) return [1, 0];
  const match = /^(\d+)\.(\d+)$/.exec(text.trim());
  if (match === null) throw pageIsBroken(url, `its API version is \`${text}\``);
  const version: ApiVersion = [Number(match[1]), Number(match[2])];
  if (version[0] !== 1) throw pageIsTooNew(url, text.trim());
  return version;
}

export function readStatus(status: unknown, reason: unknown): SimpleStatus {
  const word =
    status === "archived" || status === "quarantined" || status === "deprecated"
      ? status
      : "active";
  return { status: word, reason: typeof reason === "string" && reason !== "" ? reason : undefined };
}

/** Turns the references of one page into absolute addresses, and refuses those that leave the network. */
export class LinkBase {
  readonly #base: string;
  readonly #isLocal: boolean;
  /** What a relative reference begins with after no, one, two … steps up; empty where only a URL parser knows. */
  readonly #above: readonly string[];

  constructor(base: string, page: string) {
    this.#base = base;
    this.#isLocal = page.slice(0, 5).toLowerCase() === "file:";
    this.#above = foldersAbove(base);
  }

  /** Without fragment; `undefined` when it is no address at all. */
  resolve(reference: string): string | undefined {
    const hash = reference.indexOf("#");
    const bare = hash === -1 ? reference : reference.slice(0, hash);
    if (isPlainHttp(bare)) return bare;
    const near = this.#resolveNear(bare);
    if (near !== undefined) return near;
    try {
      return new URL(bare, this.#base).href;
    } catch {
      return undefined;
    }
  }

  /** `../../packages/x.whl` and its like, without a URL parser. */
  #resolveNear(bare: string): string | undefined {
    let steps = 0;
    while (bare.startsWith("../", steps * 3)) steps++;
    const folder = this.#above[steps];
    const rest = steps === 0 ? bare : bare.slice(steps * 3);
    return folder !== undefined && isPlainPath(rest) ? folder + rest : undefined;
  }

  /** Why an address may not be followed from this page, or `undefined` when it may. */
  refusal(resolved: string | undefined): string | undefined {
    if (resolved === undefined) return "its address is not a URL";
    if (resolved.startsWith("https://") || resolved.startsWith("http://")) return undefined;
    const scheme = resolved.slice(0, resolved.indexOf(":"));
    if (scheme === "file")
      return this.#isLocal ? undefined : "a page from the network links to a local file";
    return `its address has the scheme \`${scheme}\``;
  }
}

// Addresses that a URL parser would give back unchanged: the rule on most pages, and several times faster.
function isPlainHttp(text: string): boolean {
  return /^https?:\/\/[a-z0-9.-]+(?::(?!80\/|443\/)(?:[1-5][0-9]{4}|[1-9][0-9]{0,3}))?(?:\/[A-Za-z0-9_+~@!,=-][A-Za-z0-9_.+~@!,=-]*)+$/.test(
    text,
  );
}

function isPlainPath(text: string): boolean {
  return /^[A-Za-z0-9_+~@!,=-][A-Za-z0-9_.+~@!,=-]*(?:\/[A-Za-z0-9_+~@!,=-][A-Za-z0-9_.+~@!,=-]*)*$/.test(
    text,
  );
}

function foldersAbove(base: string): string[] {
  const folder = base.slice(0, base.lastIndexOf("/") + 1);
  const parts = folder.split("/");
  // `https:`, nothing, the host, then folders, then nothing behind the last slash.
  if (!isPlainHttp(folder.slice(0, -1)) || parts.length < 4) return [];
  const above: string[] = [];
  for (let last = parts.length - 1; last >= 3; last--)
    above.push(`${parts.slice(0, last).join("/")}/`);
  return above;
}

export type DigestTable = { [algorithm: string]: string };

export const noDigests: DigestTable = Object.freeze({});

const digest = /^[0-9a-fA-F]+$/;
const lowerDigest = /=[0-9a-f]{64}$/;

/** `sha256=abcd…` pairs of a fragment or an attribute; anything else in it is somebody else's. */
export function readDigests(text: string): DigestTable {
  // Nearly all are this one.
  if (text.length === 71 && text.startsWith("sha256=") && lowerDigest.test(text))
    return { sha256: text.slice(7) };
  let found: DigestTable | undefined;
  for (const part of text.split("&")) {
    const equals = part.indexOf("=");
    if (equals <= 0) continue;
    const algorithm = part.slice(0, equals).toLowerCase();
    const hex = part.slice(equals + 1);
    if (!knownAlgorithms.has(algorithm) || !digest.test(hex)) continue;
    found ??= {};
    found[algorithm] = hex.toLowerCase();
  }
  return found ?? noDigests;
}

const knownAlgorithms = new Set([
  "sha512",
  "sha384",
  "sha256",
  "sha224",
  "sha1",
  "md5",
  "blake2b",
  "blake2s",
  "sha3_256",
  "sha3_384",
  "sha3_512",
]);

busyForSeconds(isDistributionName, LinkBase);
