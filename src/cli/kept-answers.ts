import { type ExitCode, exit } from "#base/errors";
import { isCompiled } from "#platform/real/executable";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { readHost } from "#platform/real/host";
import { RealInflate } from "#platform/real/inflate";
import { streamDevice, writeStream } from "#platform/real/streams";
import { isAsSeen, type Sightings } from "#platform/sightings";
import { AnswerCache, type AnswerWorld } from "#store/answer-cache";
import { layOut } from "#store/layout";
import { cacheFolder } from "./cache-folder.ts";
import { version } from "./version.ts";

/*
 * Commands that only look answer the same as long as what they look at is the same. The answer is kept with everything
 * that was looked at, and a later run compares before it loads the command
 * (`docs/decisions/0024-kept-answers.md`).
 */

/** What is kept: what was printed, in order, and what it was printed for. */
export type KeptAnswer = {
  readonly seen: Sightings;
  readonly printed: readonly (readonly [stream: 1 | 2, text: string])[];
};

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

/** Prints the kept answer and tells the exit code, or does nothing when there is none that holds. */
export function answerAgain(words: readonly string[]): ExitCode | undefined {
  if (!mayBeKept(words)) return undefined;
  const world = { ...smallWorld, host: readHost() };
  const text = cacheOf(world).get(question(words, world.host.cwd));
  if (text === undefined) return undefined;
  const { seen, printed } = JSON.parse(text) as KeptAnswer;
  if (!isAsSeen(seen, world)) return undefined;
  for (const [stream, line] of printed) writeStream(stream, line);
  return exit.done;
}

const smallWorld = {
  files: new RealFiles(),
  hashing: new RealHashing(),
  inflate: new RealInflate(),
};

export function cacheOf(world: AnswerWorld): AnswerCache {
  return new AnswerCache(layOut(cacheFolder(undefined, world.host)), world);
}

/** Form, program, and all that an answer depends on before anything is looked at. */
export function question(words: readonly string[], cwd: string): string {
  return JSON.stringify([
    "kept-answer-1",
    version,
    process.argv0,
    cwd,
    streamDevice(1),
    streamDevice(2),
    words,
  ]);
}
