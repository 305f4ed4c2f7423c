import { releaseMemory } from "#base/memory";
import { compileReluctantly } from "#platform/real/compiling";
import { unpackBody } from "#platform/real/content-coding";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { serveMessages } from "#platform/real/worker";
import { compactAndKeep, type PageOrder } from "./page-thread.ts";

/* A thread that makes compact pages, one after the other: an entry point of its own in the build. */

const world = { files: new RealFiles(), hashing: new RealHashing(), inflate: new RealInflate() };

compileReluctantly();
serveMessages((message) => {
  const order = message as PageOrder;
  const made = compactAndKeep(order, unpackBody, world);
  const { body, encodings } = order.answer;
  // What came unpacked may be part of the answer.
  if (encodings.length > 0) releaseMemory(body);
  return made;
});
