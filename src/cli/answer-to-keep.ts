import type { ChangeEvent, PreparedChange } from "#installer/events";
import { observeWorld, type ObservedWorld, type Prepared } from "#platform/observed-world";
import type { World } from "#platform/ports";
import { writeStream } from "#platform/real/streams";
import { cacheFolder } from "./cache-folder.ts";
import type { GlobalValues } from "./invocation.ts";
import { cacheOf, madeOnce, question } from "./kept-answers.ts";
import type { KeptAnswer, KeptChange } from "./kept-forms.ts";

type ChangeToKeep =
  | "made once"
  | "not repeatable"
  | (Prepared & { readonly change: PreparedChange });

/**
 * An answer, or a change, that comes about: the world and the streams its command is to use, and whether it is worth
 * keeping.
 */
export class AnswerToKeep {
  readonly #words: readonly string[];
  readonly #real: World;
  readonly #observed: ObservedWorld;
  readonly #printed: [1 | 2, string][] = [];
  /** `undefined` where nothing was changed. */
  #change: ChangeToKeep | undefined;

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

  /** Changes are kept from the second time on: most are made once, in a folder that is never seen again. */
  readonly onChange = (event: ChangeEvent): void => {
    if (event.type === "change-began") {
      const isFirst = cacheOf(this.#real).get(this.#question("change")) === undefined;
      this.#change = isFirst ? "made once" : "not repeatable";
      if (isFirst) this.#observed.forget();
      else this.#observed.expectStaging(event.places.transaction);
    } else if (this.#change !== "made once") this.#prepare(event);
  };

  #prepare({ places, steps, emptied }: PreparedChange): void {
    const { root, transaction, lock } = places;
    const own = [root, cacheFolder(undefined, this.#real.host)];
    const prepared = this.#observed.prepared({ root, passing: [transaction, lock] }, own);
    if (prepared !== undefined) this.#change = { ...prepared, change: { places, steps, emptied } };
  }

  /** Keeps what was successful, if everything it came from can be looked at again. */
  keep({ noCache, cacheDir }: GlobalValues): void {
    const { host } = this.#real;
    if (noCache || cacheFolder(cacheDir, host) !== cacheFolder(undefined, host)) return;
    if (this.#change !== undefined) return this.#keepChange(this.#change);
    const seen = this.#observed.sightings();
    if (seen !== undefined) this.#put("answer", { seen, printed: this.#printed });
  }

  #keepChange(made: ChangeToKeep): void {
    if (made === "made once") cacheOf(this.#real).put(this.#question("change"), madeOnce);
    else if (made !== "not repeatable" && made.isAll()) {
      const { seen, staged, change } = made;
      this.#put("change", { seen, staged, change, printed: this.#printed });
    }
  }

  #put(kind: "answer" | "change", kept: KeptAnswer | KeptChange): void {
    cacheOf(this.#real).put(this.#question(kind), JSON.stringify(kept));
  }

  #question(kind: "answer" | "change"): string {
    return question(kind, this.#words, this.#real.host.cwd);
  }
}
