import { PkmError } from "#base/errors";
import type { Hash } from "#base/hash";
import { withoutCredentials } from "#base/url";

export function hashMismatch(filename: string, url: string, wanted: Hash, found: string): PkmError {
  return new PkmError({
    code: "hash-mismatch",
    what: `Cannot use ${filename}: what was downloaded is not what the index promised`,
    why: `found ${wanted.algorithm} ${found}, needs ${wanted.hex}, from \`${withoutCredentials(url)}\``,
    fix: [
      "try again; if it stays, the file was replaced or tampered with: tell whoever runs the index",
    ],
  });
}

export function sizeMismatch(
  filename: string,
  url: string,
  wanted: number,
  found: number,
): PkmError {
  const more = found > wanted ? "at least " : "";
  return new PkmError({
    code: "size-mismatch",
    what: `Cannot use ${filename}: it has another size than the index promised`,
    why: `found ${more}${found} bytes, needs ${wanted}, from \`${withoutCredentials(url)}\``,
    fix: ["try again; if it stays, tell whoever runs the index"],
  });
}

export function metadataTooLarge(filename: string, size: number, limit: number): PkmError {
  return new PkmError({
    code: "metadata-too-large",
    what: `Cannot read the metadata of ${filename}`,
    why: `METADATA unpacks to ${size} bytes, pkm reads at most ${limit}`,
    fix: ["choose another version, and tell the publisher"],
  });
}

/** A `file:` URL or a find-links file that cannot be read. */
export function fileUnreadable(
  filename: string,
  path: string,
  why: string,
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "file-unreadable",
    what: `Cannot read ${filename} at \`${path}\``,
    why,
    fix: ["check the path and its permissions"],
    cause,
  });
}

/** The cache was cleaned, or the page replaced, between reading its table and reading its entries. */
export function pageChanged(name: string, url: string): PkmError {
  return new PkmError({
    code: "page-changed",
    what: `Cannot read the cached page of ${name} from \`${withoutCredentials(url)}\``,
    why: "the cache was changed by another program, or its disk is damaged",
    fix: ["run the command again: the page is fetched anew"],
  });
}

export function unsupportedLocation(location: string, why: string): PkmError {
  return new PkmError({
    code: "unsupported-location",
    what: `Cannot use \`${withoutCredentials(location)}\` as a source of packages`,
    why,
    fix: ["use a folder, or a URL that begins with `https://`, `http://` or `file://`"],
  });
}

/** A URL requirement whose file name is neither a wheel's nor an sdist's. */
export function notADistribution(url: string, why: string): PkmError {
  return new PkmError({
    code: "not-a-distribution",
    what: `Cannot use \`${withoutCredentials(url)}\` as a distribution`,
    why,
    fix: ["name a file that ends in `.whl`, `.tar.gz` or `.zip`"],
  });
}

export function unknownIndex(name: string, wanted: string, known: readonly string[]): PkmError {
  return new PkmError({
    code: "unknown-index",
    what: `Cannot look for ${name}: it is bound to the index \`${wanted}\`, which is not configured`,
    why:
      known.length === 0
        ? "no index is configured"
        : `configured are ${known.map((k) => `\`${k}\``).join(", ")}`,
  });
}
