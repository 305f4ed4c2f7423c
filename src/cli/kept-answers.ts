import { type ExitCode, exit } from "#base/errors";
import { RealClock } from "#platform/real/clock";
import { isCompiled } from "#platform/real/executable";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { readHost } from "#platform/real/host";
import { RealInflate } from "#platform/real/inflate";
import { streamDevice, writeStream } from "#platform/real/streams";
import { isAsSeen, type SeenMachine } from "#platform/sightings";
import { AnswerCache, type AnswerWorld } from "#store/answer-cache";
import { layOut } from "#store/layout";
import { cacheFolder } from "./cache-folder.ts";
import type { KeptAnswer, KeptChange } from "./kept-forms.ts";
import { version } from "./version.ts";

/*
 * Commands that only look answer the same as long as what they look at is the same, and a change is the same as long as
 * what it came from is. Answer and change are kept with everything that was looked at, and a later run compares before it
 * loads the command (`docs/decisions/0024-kept-answers.md`, `0029-kept-changes.md`).
 */

/** Kept in place of a change that was made for the first time. */
export const madeOnce = "";

/**
 * Whether an answer to these words could be kept: one of pip's commands, by a program whose code is in one file, with the
 * cache where it always is.
 */
export function mayBeKept(words: readonly string[]): boolean {
  return (
    words[0] === "pip" &&
    isCompiled &&
    !words.some((word) => word.startsWith("--no-cache") || word.startsWith("--cache-dir"))
  );
}

/** Prints the kept answer, or makes the kept change, and tells the exit code; does nothing when there is none that holds. */
export async function answerAgain(words: readonly string[]): Promise<ExitCode | undefined> {
  if (!mayBeKept(words)) return undefined;
  const world: AnswerWorld & SeenMachine = { ...smallWorld, host: readHost() };
  const answers = cacheOf(world);
  const { cwd } = world.host;
  const answer = answers.get(question("answer", words, cwd));
  if (answer !== undefined) {
    const { seen, printed } = JSON.parse(answer) as KeptAnswer;
    if (isAsSeen(seen, world)) return print(printed);
  }
  const change = answers.get(question("change", words, cwd));
  if (change === undefined || change === madeOnce) return undefined;
  const { changeAgain } = await import("./kept-changes.ts");
  const kept = JSON.parse(change) as KeptChange;
  return (await changeAgain(kept, world)) ? print(kept.printed) : undefined;
}

function print(printed: KeptAnswer["printed"]): ExitCode {
  for (const [stream, line] of printed) writeStream(stream, line);
  return exit.done;
}

const smallWorld = {
  files: new RealFiles(),
  hashing: new RealHashing(),
  inflate: new RealInflate(),
  clock: new RealClock(),
};

export function cacheOf(world: AnswerWorld): AnswerCache {
  return new AnswerCache(layOut(cacheFolder(undefined, world.host)), world);
}

/** Form, program, and all that an answer depends on before anything is looked at. */
export function question(kind: "answer" | "change", words: readonly string[], cwd: string): string {
  return JSON.stringify([
    `kept-${kind}-2`,
    version,
    process.argv0,
    cwd,
    streamDevice(1),
    streamDevice(2),
    words,
  ]);
}
