import { observeWorld, type ObservedWorld } from "#platform/observed-world";
import type { World } from "#platform/ports";
import { writeStream } from "#platform/real/streams";
import { cacheFolder } from "./cache-folder.ts";
import type { GlobalValues } from "./invocation.ts";
import { cacheOf, type KeptAnswer, question } from "./kept-answers.ts";

/** An answer that comes about: the world and the streams its command is to use, and whether it is worth keeping. */
export class AnswerToKeep {
  readonly #words: readonly string[];
  readonly #real: World;
  readonly #observed: ObservedWorld;
  readonly #printed: [1 | 2, string][] = [];

  constructor(words: readonly string[], real: World) {
    this.#words = words;
    this.#real = real;
    this.#observed = observeWorld(real);
    // Another program may answer otherwise.
    this.world.files.tryStat(process.execPath);
  }

  get world(): World {
    return this.#observed.world;
  }

  readonly write = (stream: 1 | 2, text: string): void => {
    this.#printed.push([stream, text]);
    writeStream(stream, text);
  };

  /** Keeps a successful answer, if everything it came from can be looked at again. */
  keep({ noCache, cacheDir }: GlobalValues): void {
    const { host } = this.#real;
    if (noCache || cacheFolder(cacheDir, host) !== cacheFolder(undefined, host)) return;
    const seen = this.#observed.sightings();
    if (seen === undefined) return;
    const answer: KeptAnswer = { seen, printed: this.#printed };
    cacheOf(this.#real).put(question(this.#words, host.cwd), JSON.stringify(answer));
  }
}
