import type { RandomAccess } from "#archive/random-access";
import { errnoOf, PkmError } from "#base/errors";
import { strongestHash, type Hashes } from "#base/hash";
import { withoutCredentials } from "#base/url";
import { readStaticMetadata } from "#distribution/sdist";
import { checkedMetadata } from "#distribution/wheel";
import type { HttpClient } from "#http/client";
import type { Files, Hashing, Host, Inflate } from "#platform/ports";
import { type CoreMetadata, isStatic, parseMetadata } from "#standards/metadata";
import { fileUnreadable, hashMismatch } from "./errors.ts";
import type { NormalizedName } from "#standards/name";
import type { Downloads } from "./downloads.ts";
import type { ProjectFile } from "./listing.ts";
import { isKnownAlgorithm, pathOfUrl } from "./local-files.ts";
import { RangeFile, RangesBroken } from "./range-file.ts";
import type { MetadataAnswer } from "./repositories.ts";
import { metadataLimit, wheelMetadata } from "./wheel-metadata.ts";

/** Where answers are kept between runs; `store` has one. What it gives back is what was put there, or nothing. */
export interface MetadataShelf {
  get(project: NormalizedName, key: string): string | undefined;
  put(project: NormalizedName, key: string, text: string): void;
}

export type MetadataWorld = {
  readonly files: Files;
  readonly hashing: Hashing;
  readonly inflate: Inflate;
  readonly host: Host;
};

/**
 * Metadata of one file by the cheapest way there is: what an earlier run saw, the sidecar (PEP 658, 714), byte ranges
 * of the wheel, the whole wheel. Of an sdist only metadata that a build may not change counts (PEP 643).
 */
export class MetadataSource {
  readonly #client: HttpClient;
  readonly #downloads: Downloads;
  readonly #shelf: MetadataShelf | undefined;
  readonly #world: MetadataWorld;
  readonly #answers = new Map<string, MetadataAnswer | Promise<MetadataAnswer>>();
  readonly #recalled = new WeakMap<ProjectFile, MetadataAnswer>();
  /** Origins that send whole files when asked for ranges. */
  readonly #wholeOnly = new Set<string>();
  /** How addresses of the last host begin. */
  #lastOrigin = { start: "\0", origin: "" };

  constructor(
    client: HttpClient,
    downloads: Downloads,
    shelf: MetadataShelf | undefined,
    world: MetadataWorld,
  ) {
    this.#client = client;
    this.#downloads = downloads;
    this.#shelf = shelf;
    this.#world = world;
  }

  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer> {
    const known = this.#answers.get(file.url);
    if (known !== undefined) return known;
    const key = this.#keyOf(file);
    const answer = this.#kept(file, key);
    if (answer !== undefined) {
      this.#answers.set(file.url, answer);
      return answer;
    }
    const promise = this.#find(file, key).then((found) => {
      this.#answers.set(file.url, found);
      return found;
    });
    this.#answers.set(file.url, promise);
    return promise;
  }

  /** What is kept of a file that may be of the past: its address may by now have another. */
  recall(file: ProjectFile): CoreMetadata | undefined {
    const answer = this.#kept(file, this.#keyOf(file));
    return answer?.kind === "metadata" ? answer.metadata : undefined;
  }

  #kept(file: ProjectFile, key: string | undefined): MetadataAnswer | undefined {
    const known = this.#recalled.get(file);
    if (known !== undefined) return known;
    const note = key === undefined ? undefined : this.#shelf?.get(file.identity.name, key);
    const answer = note === undefined ? undefined : recalled(note, file);
    if (answer !== undefined) this.#recalled.set(file, answer);
    return answer;
  }

  /** What the wheel itself says takes the place of what was heard of it. */
  believe(file: ProjectFile, metadata: string): void {
    const finding = headersOnly({ kind: "text", text: metadata });
    this.#answers.set(file.url, judged(finding, file));
    const key = this.#keyOf(file);
    if (key !== undefined) this.#shelf?.put(file.identity.name, key, noted(finding));
  }

  async #find(file: ProjectFile, key: string | undefined): Promise<MetadataAnswer> {
    let finding: Finding;
    try {
      finding = headersOnly(await this.#read(file));
    } catch (error) {
      // Wrong content is the file's fault, and another file may do; a server out of order is for a person to hear of.
      if (!(error instanceof PkmError) || !contentFaults.has(error.code)) throw error;
      return { kind: "invalid", reason: reasonOf(error), error };
    }
    const answer = judged(finding, file);
    if (key !== undefined && answer.kind !== "invalid")
      this.#shelf?.put(file.identity.name, key, noted(finding));
    return answer;
  }

  async #read(file: ProjectFile): Promise<Finding> {
    if (file.metadataHashes !== undefined) {
      const text = await this.#sidecar(file, file.metadataHashes);
      if (text !== undefined) return { kind: "text", text };
    }
    if (file.identity.kind === "sdist") return this.#fromSdist(file);
    return { kind: "text", text: await this.#fromWheel(file) };
  }

  /** `undefined` when the index promised one that is not there: then the file itself is asked. */
  async #sidecar(file: ProjectFile, hashes: Hashes): Promise<string | undefined> {
    const answer = await this.#client.get(`${file.url}.metadata`, {
      cache: "none",
      limit: metadataLimit,
    });
    if (answer.status !== 200) return undefined;
    for (const [algorithm, hex] of Object.entries(hashes)) {
      if (!isKnownAlgorithm(algorithm)) continue;
      const found = this.#world.hashing.digest(algorithm, answer.body);
      if (found !== hex)
        throw hashMismatch(`the metadata of ${file.filename}`, file.url, { algorithm, hex }, found);
    }
    const headers = decoder.decode(headerBytes(answer.body));
    giveBack(answer.body);
    return headers;
  }

  async #fromWheel(file: ProjectFile): Promise<string> {
    if (/^file:/i.test(file.url)) return this.#fromZip(localAccess(file, this.#world), file);
    const { origin } = new URL(file.url);
    if (!this.#wholeOnly.has(origin)) {
      try {
        const opened = await RangeFile.open(file.url, file.size, this.#client);
        if (opened.kind === "ranges") return await this.#fromZip(opened.file, file);
        if (opened.kind === "whole-only") this.#wholeOnly.add(origin);
      } catch (error) {
        if (!(error instanceof RangesBroken)) throw error;
        this.#wholeOnly.add(origin);
      }
    }
    // Whoever installs the wheel later has it then.
    const download = await this.#downloads.fetch(file);
    this.#downloads.keep(download);
    const { content } = download;
    const source =
      content.kind === "bytes"
        ? {
            size: content.bytes.length,
            read: (at: number, length: number) => content.bytes.subarray(at, at + length),
          }
        : accessTo(content.path, this.#world);
    return this.#fromZip(source, file);
  }

  async #fromZip(source: RandomAccess, file: ProjectFile): Promise<string> {
    return decoder.decode(await wheelMetadata(source, file.filename, this.#world.inflate));
  }

  async #fromSdist(file: ProjectFile): Promise<Finding> {
    const { identity } = file;
    if (identity.kind !== "sdist") throw new Error(`${file.filename} is no sdist`);
    const download = await this.#downloads.fetch(file);
    this.#downloads.keep(download);
    const { content } = download;
    const bytes = content.kind === "bytes" ? content.bytes : this.#world.files.read(content.path);
    const found = readStaticMetadata(bytes, file.filename, identity, this.#world);
    return found.kind === "metadata" ? { kind: "text", text: found.text } : found;
  }

  /**
   * By digest and origin: what one index says about the metadata of a file must not be believed for the file of the
   * same digest on another. Local files may change at any time and are read again.
   */
  #keyOf(file: ProjectFile): string | undefined {
    if (/^file:/i.test(file.url)) return undefined;
    const hash = strongestHash(file.hashes);
    if (hash === undefined) return `${withoutCredentials(file.url)} ${file.size ?? ""}`;
    return `${hash.algorithm}:${hash.hex} ${this.#originOf(file.url)}`;
  }

  /** Most files of an index come from one host. */
  #originOf(url: string): string {
    const { start, origin } = this.#lastOrigin;
    if (url.startsWith(start)) return origin;
    const found = new URL(url).origin;
    // Whatever follows a plain host and its slash makes no other origin of it.
    const plain = /^https?:\/\/[\w.:-]+\//i.exec(url)?.[0];
    if (plain !== undefined) this.#lastOrigin = { start: plain, origin: found };
    return found;
  }
}

/** What a file says, before it is judged. */
type Finding =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "needs-build"; readonly reason: string };

const decoder = new TextDecoder();

/** Errors that say that a file is not what it should be. */
const contentFaults = new Set([
  "hash-mismatch",
  "invalid-metadata",
  "metadata-too-large",
  "archive-corrupt",
  "archive-unsafe",
  "wheel-invalid",
  "sdist-invalid",
  "metadata-of-another",
]);

function judged(finding: Finding, file: ProjectFile): MetadataAnswer {
  if (finding.kind === "needs-build") return finding;
  const { identity, filename } = file;
  try {
    if (identity.kind === "wheel")
      return { kind: "metadata", metadata: checkedMetadata(finding.text, identity, filename) };
    const metadata = parseMetadata(finding.text, `\`${filename}\``);
    if (metadata.name !== identity.name || metadata.version.key !== identity.version.key)
      return { kind: "invalid", reason: `it says it is ${metadata.name} ${metadata.version.text}` };
    return isStatic(metadata)
      ? { kind: "metadata", metadata }
      : { kind: "needs-build", reason: "a build may change its dependencies" };
  } catch (error) {
    if (!(error instanceof PkmError)) throw error;
    return { kind: "invalid", reason: reasonOf(error), error };
  }
}

function reasonOf(error: PkmError): string {
  return error.why === undefined ? error.what : `${error.what}: ${error.why}`;
}

/** Without the description, which is most of a METADATA file: nobody resolves by it. An empty line ends the headers. */
function headersOnly(finding: Finding): Finding {
  if (finding.kind === "needs-build") return finding;
  const text = finding.text.includes("\r") ? finding.text.replaceAll("\r\n", "\n") : finding.text;
  const end = text.indexOf("\n\n");
  return { kind: "text", text: end === -1 ? text : text.slice(0, end + 1) };
}

/** The same before anything is decoded, as far as line ends are single. */
function headerBytes(content: Uint8Array): Uint8Array {
  for (let at = content.indexOf(newline); at !== -1; at = content.indexOf(newline, at + 1))
    if (content[at + 1] === newline) return content.subarray(0, at + 1);
  return content;
}

/** The memory of a body that nobody reads again serves the next one; collected later, thousands take fresh memory each. */
function giveBack({ buffer, byteLength }: Uint8Array): void {
  const isWhole = byteLength > 0 && buffer.byteLength === byteLength;
  if (isWhole && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

const newline = 0x0a;

// A line that says what follows, then the headers of METADATA.
function noted(finding: Finding): string {
  return finding.kind === "needs-build"
    ? `needs-build\n${finding.reason}`
    : `metadata\n${finding.text}`;
}

function recalled(note: string, file: ProjectFile): MetadataAnswer | undefined {
  const lineEnd = note.indexOf("\n");
  const rest = note.slice(lineEnd + 1);
  switch (note.slice(0, lineEnd)) {
    case "needs-build":
      return { kind: "needs-build", reason: rest };
    case "metadata": {
      const answer = judged({ kind: "text", text: rest }, file);
      return answer.kind === "invalid" ? undefined : answer;
    }
    default:
      return undefined;
  }
}

function localAccess(file: ProjectFile, world: MetadataWorld): RandomAccess {
  return accessTo(pathOfUrl(file.url, world), world);
}

function accessTo(path: string, world: MetadataWorld): RandomAccess {
  const stat = world.files.tryStat(path);
  if (stat?.kind !== "file")
    throw fileUnreadable("a distribution", path, "it is not there, or not a file");
  return {
    size: stat.size,
    read(offset, length) {
      try {
        return world.files.readAt(path, offset, length);
      } catch (cause) {
        const errno = errnoOf(cause);
        if (errno === undefined) throw cause;
        throw fileUnreadable("a distribution", path, `the system says ${errno}`, cause);
      }
    },
  };
}
