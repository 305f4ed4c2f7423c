import type { InstallerEvent, PreparedChange } from "#installer/events";
import { observeWorld, type ObservedWorld, type Prepared } from "#platform/observed-world";
import type { World } from "#platform/ports";
import { writeStream } from "#platform/real/streams";
import { cacheFolder } from "./cache-folder.ts";
import type { GlobalValues } from "./invocation.ts";
import { cacheOf, type KeptAnswer, type KeptChange, madeOnce, question } from "./kept-answers.ts";

type PreparedAnswer = Prepared & { readonly change: PreparedChange };

/**
 * An answer, or a change, that comes about: the world and the streams its command is to use, and whether it is worth
 * keeping.
 */
export class AnswerToKeep {
  readonly #words: readonly string[];
  readonly #real: World;
  readonly #observed: ObservedWorld;
  readonly #printed: [1 | 2, string][] = [];
  #change: PreparedAnswer | "not repeatable" | undefined;

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

  readonly onChange = (event: InstallerEvent): void => {
    if (event.type === "change-began") this.#observed.expectStaging(event.places.transaction);
    if (event.type !== "change-prepared") return;
    const { places, steps, emptied } = event;
    const change: PreparedChange = { places, steps, emptied };
    const { root, transaction, lock } = places;
    const passing = [transaction, lock];
    const own = [root, cacheFolder(undefined, this.#real.host)];
    const prepared = this.#observed.prepared({ root, passing }, own);
    this.#change = prepared === undefined ? "not repeatable" : { change, ...prepared };
  };

  /** Keeps what was successful, if everything it came from can be looked at again. */
  keep({ noCache, cacheDir }: GlobalValues): void {
    const { host } = this.#real;
    if (noCache || cacheFolder(cacheDir, host) !== cacheFolder(undefined, host)) return;
    if (this.#change !== undefined) return this.#keepChange(this.#change);
    const seen = this.#observed.sightings();
    if (seen !== undefined) this.#put("answer", { seen, printed: this.#printed });
  }

  /** From the second time on: most changes are made once, in a folder that is never seen again. */
  #keepChange(prepared: PreparedAnswer | "not repeatable"): void {
    const answers = cacheOf(this.#real);
    const key = question("change", this.#words, this.#real.host.cwd);
    if (answers.get(key) === undefined) answers.put(key, madeOnce);
    else if (prepared !== "not repeatable" && prepared.isAll()) {
      const { seen, staged, change } = prepared;
      this.#put("change", { seen, staged, change, printed: this.#printed });
    }
  }

  #put(kind: "answer" | "change", kept: KeptAnswer | KeptChange): void {
    const { cwd } = this.#real.host;
    cacheOf(this.#real).put(question(kind, this.#words, cwd), JSON.stringify(kept));
  }
}
