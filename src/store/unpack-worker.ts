import { compileReluctantly } from "#platform/real/compiling";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { readHost } from "#platform/real/host";
import { RealInflate } from "#platform/real/inflate";
import { handOver, serveMessages } from "#platform/real/worker";
import { unpackWheel } from "./unpack.ts";
import { memoryOf, type UnpackAnswer, type UnpackRequest } from "./unpack-request.ts";

/* A thread that unpacks wheels, one after the other: an entry point of its own in the build. */

const world = {
  files: new RealFiles(),
  hashing: new RealHashing(),
  inflate: new RealInflate(),
  host: readHost(),
};

compileReluctantly();
serveMessages((message) => {
  const request = message as UnpackRequest;
  const manifest = unpackWheel(request, world);
  // Whatever came is this thread's own, be it a copy.
  const memory = memoryOf(request, true);
  const answer: UnpackAnswer = { manifest, memory };
  return memory === undefined ? answer : handOver(answer, [memory]);
});
