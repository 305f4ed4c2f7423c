import { errnoOf } from "#base/errors";
import type { Files, Hashing, Inflate } from "#platform/ports";
import type { Freshness } from "./freshness.ts";

/** An answer in the cache: what the server said about it, and a body in whatever form its reader wants. */
export type CachedAnswer = {
  readonly freshness: Freshness;
  readonly status: number;
  /** Final address, after redirects. */
  readonly url: string;
  readonly contentType: string;
  readonly body: Uint8Array;
};

type CacheWorld = { readonly files: Files; readonly hashing: Hashing; readonly inflate: Inflate };

/**
 * One file per address: eight bytes of magic, a checksum of all that follows, the length of the header, the header as
 * JSON, the body. It is written beside and renamed into place; whatever does not check out is a miss, never an error.
 */
export class PageCache {
  readonly #folder: string;
  readonly #world: CacheWorld;
  readonly #tag: string;
  #writes = 0;

  /** `tag` makes the names of half-written files this process's own. */
  constructor(folder: string, tag: string, world: CacheWorld) {
    this.#folder = folder;
    this.#tag = tag;
    this.#world = world;
  }

  read(key: string): CachedAnswer | undefined {
    const content = this.#readFile(this.#pathOf(key));
    if (content === undefined || content.length < prefixLength) return undefined;
    for (let at = 0; at < magic.length; at++) if (content[at] !== magic[at]) return undefined;
    const view = new DataView(content.buffer, content.byteOffset, content.length);
    if (this.#world.inflate.crc32(content.subarray(12)) !== view.getUint32(8, true))
      return undefined;
    const bodyStart = prefixLength + view.getUint32(12, true);
    if (bodyStart > content.length) return undefined;
    const header = readHeader(content.subarray(prefixLength, bodyStart));
    if (header?.key !== key) return undefined;
    return { ...header.answer, body: content.subarray(bodyStart) };
  }

  /** A cache that cannot be written is no reason to fail: the answer is just asked for again. */
  write(key: string, answer: CachedAnswer): void {
    const { body, ...rest } = answer;
    const header = new TextEncoder().encode(JSON.stringify({ key, answer: rest }));
    const content = new Uint8Array(prefixLength + header.length + body.length);
    content.set(magic);
    content.set(header, prefixLength);
    content.set(body, prefixLength + header.length);
    const view = new DataView(content.buffer);
    view.setUint32(12, header.length, true);
    view.setUint32(8, this.#world.inflate.crc32(content.subarray(12)), true);
    const path = this.#pathOf(key);
    const draft = `${path}.${this.#tag}.${this.#writes++}`;
    try {
      this.#writeDraft(draft, content);
      this.#world.files.rename(draft, path);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      this.#discard(draft);
    }
  }

  forget(key: string): void {
    this.#discard(this.#pathOf(key));
  }

  #pathOf(key: string): string {
    return `${this.#folder}/${this.#world.hashing.digest("sha256", key).slice(0, 40)}`;
  }

  #readFile(path: string): Uint8Array | undefined {
    try {
      return this.#world.files.tryRead(path);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return undefined;
    }
  }

  #writeDraft(draft: string, content: Uint8Array): void {
    try {
      this.#world.files.write(draft, content);
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      this.#world.files.makeFolders(this.#folder);
      this.#world.files.write(draft, content);
    }
  }

  #discard(path: string): void {
    try {
      this.#world.files.tryRemove(path);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }
}

const magic = new TextEncoder().encode("pkmhttp1");
const prefixLength = 16;

type Header = { readonly key: string; readonly answer: Omit<CachedAnswer, "body"> };

// The checksum has vouched for the content; what remains is an entry of a future pkm.
function readHeader(bytes: Uint8Array): Header | undefined {
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (
      typeof header !== "object" ||
      header === null ||
      !("key" in header) ||
      !("answer" in header)
    )
      return undefined;
    return header as Header;
  } catch {
    return undefined;
  }
}
