import { errnoOf } from "#base/errors";
import type { Files, Hashing, Host } from "#platform/ports";
import { fileUnreadable, hashMismatch, unsupportedLocation } from "./errors.ts";
import type { Download, FileAddress } from "./repositories.ts";

export type LocalWorld = { readonly files: Files; readonly hashing: Hashing; readonly host: Host };

/** The path of a `file:` URL; a host other than `localhost` is allowed on Windows alone (a share). */
export function pathOfUrl(url: string, world: Pick<LocalWorld, "host">): string {
  let parsed: URL;
  let path: string;
  try {
    parsed = new URL(url);
    path = decodeURIComponent(parsed.pathname);
  } catch {
    throw unsupportedLocation(url, "it is not a valid `file:` URL");
  }
  if (world.host.os === "windows") {
    if (parsed.host !== "" && parsed.host !== "localhost") return `//${parsed.host}${path}`;
    return /^\/[A-Za-z]:/.test(path) ? path.slice(1) : path;
  }
  if (parsed.host !== "" && parsed.host !== "localhost")
    throw unsupportedLocation(url, `it names a file of the host \`${parsed.host}\``);
  return path;
}

/** The `file:` URL of an absolute path. */
export function urlOfPath(path: string): string {
  const slashes = path.replaceAll("\\", "/");
  const rooted = slashes.startsWith("/") ? slashes : `/${slashes}`;
  return `file://${encodeURI(rooted).replaceAll("?", "%3F").replaceAll("#", "%23")}`;
}

/** A page on this machine; `undefined` when it is not there. */
export function readLocalPage(url: string, world: LocalWorld): Uint8Array | undefined {
  const path = pathOfUrl(url, world);
  try {
    return world.files.tryRead(path);
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === undefined) throw cause;
    throw fileUnreadable("a project page", path, `the system says ${errno}`, cause);
  }
}

/** Hashes a file where it lies. Small ones are handed over as bytes, as they had to be read anyway. */
export function openLocalFile(file: FileAddress, world: LocalWorld): Download {
  const path = pathOfUrl(file.url, world);
  const { files, hashing } = world;
  try {
    const stat = files.tryStat(path);
    if (stat === undefined) throw fileUnreadable(file.filename, path, "it is not there");
    if (stat.kind !== "file") throw fileUnreadable(file.filename, path, "it is not a file");
    const wanted = Object.entries(file.hashes).filter(([algorithm]) => isKnownAlgorithm(algorithm));
    const running = new Map(wanted.map(([algorithm]) => [algorithm, hashing.start(algorithm)]));
    if (!running.has("sha256")) running.set("sha256", hashing.start("sha256"));
    const bytes = stat.size <= inMemory ? files.read(path) : undefined;
    for (const piece of bytes === undefined ? piecesOf(path, stat.size, files) : [bytes])
      for (const hash of running.values()) hash.update(piece);
    const found = new Map([...running].map(([algorithm, hash]) => [algorithm, hash.hex()]));
    for (const [algorithm, hex] of wanted)
      if (found.get(algorithm) !== hex)
        throw hashMismatch(file.filename, file.url, { algorithm, hex }, found.get(algorithm) ?? "");
    return {
      file,
      sha256: found.get("sha256") as string,
      content: bytes === undefined ? { kind: "path", path } : { kind: "bytes", bytes },
    };
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === undefined) throw cause;
    throw fileUnreadable(file.filename, path, `the system says ${errno}`, cause);
  }
}

/** Files up to this size travel in memory: to write one and to read it again takes longer than to receive it. */
export const inMemory = 64 * 2 ** 20;

/** Algorithms that can be checked; a digest of another is passed over. */
export function isKnownAlgorithm(algorithm: string): boolean {
  return known.has(algorithm);
}

const known = new Set([
  "md5",
  "sha1",
  "sha224",
  "sha256",
  "sha384",
  "sha512",
  "sha3_224",
  "sha3_256",
  "sha3_384",
  "sha3_512",
]);

export function* piecesOf(path: string, size: number, files: Files): Generator<Uint8Array> {
  const step = 4 * 2 ** 20;
  for (let at = 0; at < size; at += step) yield files.readAt(path, at, Math.min(step, size - at));
}
