import type { AnswerCache } from "./answer-cache.ts";
import type { PackedManifest } from "./manifest-text.ts";
import type { TreeList } from "./tree-list.ts";

/** What is kept of one wheel in a pack. */
export type PackedWheel = { readonly manifest: PackedManifest; readonly tree: TreeList };

/**
 * Manifests and trees of wheels that were installed together, in one file in place of two for each:
 * environments are made again and again with the same wheels. A pack is a memo and nothing rests on it:
 * whoever uses it looks whether what it tells of is there.
 */
export class WheelPacks {
  readonly #answers: AnswerCache;
  readonly #wheels = new Map<string, PackedWheel>();
  #question: { readonly key: string; readonly hashes: readonly string[] } | undefined;
  #isStale = false;

  constructor(answers: AnswerCache) {
    this.#answers = answers;
  }

  /** Reads what is kept of these wheels, if they were installed together before. */
  open(hashes: readonly string[]): void {
    if (hashes.length < fewWheels) return;
    const key = `${form} ${hashes.join(" ")}`;
    this.#question = { key, hashes };
    const text = this.#answers.get(key);
    this.#isStale = text === undefined;
    if (text === undefined) return;
    const packed = JSON.parse(text) as readonly PackedWheel[];
    for (const wheel of packed) this.#wheels.set(wheel.manifest.sha256, wheel);
  }

  get(sha256: string): PackedWheel | undefined {
    return this.#wheels.get(sha256);
  }

  /** What a pack told of a wheel is so no longer. */
  forget(sha256: string): void {
    this.#isStale = true;
    this.#wheels.delete(sha256);
  }

  /** Keeps what was asked for, unless it is kept already, or one of the wheels is not known by now. */
  close(known: (sha256: string) => PackedWheel | undefined): void {
    if (this.#question === undefined || !this.#isStale) return;
    const { key, hashes } = this.#question;
    const wheels = hashes.map((sha256) => this.#wheels.get(sha256) ?? known(sha256));
    if (wheels.every((wheel) => wheel !== undefined))
      this.#answers.put(key, JSON.stringify(wheels));
  }
}

/** Below this a pack does not pay. */
const fewWheels = 8;
/** Rises with every change of what is in it. */
const form = "wheel-pack-1";
