import type { World } from "#platform/ports";
import { openKept, replaceFile, sealKept, unlessRefused } from "./kept-file.ts";
import { makeStore, type StorePlaces } from "./layout.ts";

/**
 * Small answers by their question: what interpreters said of themselves, remembered resolutions, stamps of
 * environments. The key carries whatever the answer depends on, the form of the answer included.
 */
export class AnswerCache {
  readonly #places: StorePlaces;
  readonly #world: AnswerWorld;

  constructor(places: StorePlaces, world: AnswerWorld) {
    this.#places = places;
    this.#world = world;
  }

  /** The answer as it was put, or `undefined`: never there, removed, or damaged. */
  get(key: string): string | undefined {
    return openKept(form, this.#world.files.tryRead(this.#path(key)), this.#world.inflate);
  }

  /** Keeps an answer in the place of any other; does nothing where the cache cannot be written. */
  put(key: string, answer: string): void {
    const path = this.#path(key);
    const content = sealKept(form, answer, this.#world.inflate);
    unlessRefused(() => {
      makeStore(this.#places, this.#world);
      this.#world.files.makeFolders(path.slice(0, path.lastIndexOf("/")));
      replaceFile(path, content, this.#world);
    });
  }

  /** Forgets everything: what one of them rested on turned out wrong, and nobody knows on which others it bears. */
  clear(): void {
    unlessRefused(() => this.#world.files.removeTree(this.#places.answers));
  }

  #path(key: string): string {
    const digest = this.#world.hashing.digest("sha256", key);
    return `${this.#places.answers}/${digest.slice(0, 2)}/${digest.slice(2, 40)}`;
  }
}

export type AnswerWorld = Pick<World, "files" | "hashing" | "inflate" | "host">;

const form = "pkm-answer-1";
