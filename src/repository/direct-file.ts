import type { Hashes } from "#base/hash";
import type { NormalizedName } from "#standards/name";
import { identityOf } from "./compact-page.ts";
import { notADistribution } from "./errors.ts";
import type { ProjectFile } from "./listing.ts";

/** What stands behind a URL requirement, as far as its text tells. */
export type DirectFile =
  /** A wheel, or an sdist whose name says project and version. */
  | {
      readonly kind: "distribution";
      readonly file: ProjectFile;
      readonly subdirectory: string | undefined;
    }
  /** An archive of a source tree (`…/archive/main.zip`): only its content knows what it is. */
  | {
      readonly kind: "archive";
      readonly filename: string;
      /** Without fragment; may hold credentials. */
      readonly url: string;
      readonly hashes: Hashes;
      readonly subdirectory: string | undefined;
    };

/**
 * Reads an http(s) or `file:` URL with its fragment: digests (`sha256=…`), `subdirectory=…`; `egg=…` is pip's and
 * says nothing that the requirement does not. Version-control URLs are not files.
 */
export function directFile(url: string, name: NormalizedName | undefined): DirectFile {
  const hash = url.indexOf("#");
  const bare = hash === -1 ? url : url.slice(0, hash);
  if (!/^(?:https?|file):/i.test(bare))
    throw notADistribution(bare, "it begins with none of `https:`, `http:` and `file:`");
  const fragment = readFragment(hash === -1 ? "" : url.slice(hash + 1));
  const filename = filenameOf(bare);
  if (!isDistributionFilename(filename))
    throw notADistribution(
      bare,
      filename === "" ? "it names no file" : `\`${filename}\` is no archive that pkm reads`,
    );
  const { hashes, subdirectory } = fragment;
  const identity = identityOf(filename, undefined);
  if (
    identity?.kind === "wheel" ||
    (identity !== undefined && subdirectory === undefined && isOf(identity.name, name))
  )
    return {
      kind: "distribution",
      subdirectory,
      file: {
        filename,
        url: bare,
        identity,
        hashes,
        size: undefined,
        requiresPython: undefined,
        yanked: false,
        uploadTime: undefined,
        metadataHashes: undefined,
        repository: "",
      },
    };
  if (filename.endsWith(".whl"))
    throw notADistribution(bare, `\`${filename}\` is not the name of a wheel`);
  return { kind: "archive", filename, url: bare, hashes, subdirectory };
}

/** By its ending: a wheel or an archive of a source tree. */
export function isDistributionFilename(filename: string): boolean {
  return /\.(?:whl|zip|tar(?:\.(?:gz|bz2|xz|zst|lzma))?|tgz|tbz2?|txz|tlz)$/i.test(filename);
}

function isOf(found: NormalizedName, wanted: NormalizedName | undefined): boolean {
  return wanted === undefined || found === wanted;
}

function filenameOf(url: string): string {
  const path = url.split("?", 1)[0] ?? "";
  const segment = path.slice(path.lastIndexOf("/") + 1);
  try {
    const decoded = decodeURIComponent(segment);
    return /[/\\\p{Cc}]/u.test(decoded) ? "" : decoded;
  } catch {
    return segment;
  }
}

function readFragment(fragment: string): {
  readonly hashes: Hashes;
  readonly subdirectory: string | undefined;
} {
  const hashes: Record<string, string> = {};
  let subdirectory: string | undefined;
  for (const part of fragment.split("&")) {
    const equals = part.indexOf("=");
    if (equals <= 0) continue;
    const key = part.slice(0, equals).toLowerCase();
    const value = part.slice(equals + 1);
    if (key === "subdirectory") subdirectory = value;
    else if (/^(?:md5|sha1|sha224|sha256|sha384|sha512)$/.test(key) && /^[0-9a-fA-F]+$/.test(value))
      hashes[key] = value.toLowerCase();
  }
  return { hashes, subdirectory };
}
