import { compileReluctantly } from "#platform/real/compiling";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { readHost } from "#platform/real/host";
import { RealInflate } from "#platform/real/inflate";
import { handOver, serveMessages } from "#platform/real/worker";
import { releaseMemory } from "#base/memory";
import { unpackWheel } from "./unpack.ts";
import { requestIn, type UnpackMessage } from "./unpack-request.ts";

/* A thread that unpacks wheels, one after the other: an entry point of its own in the build. */

const world = {
  files: new RealFiles(),
  hashing: new RealHashing(),
  inflate: new RealInflate(),
  host: readHost(),
};

let shared: SharedArrayBuffer | undefined;

compileReluctantly();
serveMessages((message) => {
  const { request, memory } = requestIn(message as UnpackMessage, shared);
  shared = memory;
  const manifest = unpackWheel(request, world);
  // Whatever is not shared is this thread's own, be it a copy.
  if (request.content.kind === "bytes") releaseMemory(request.content.bytes);
  return handOver(manifest, [manifest.buffer as ArrayBuffer]);
});
