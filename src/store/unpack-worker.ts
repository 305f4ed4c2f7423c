import { compileReluctantly } from "#platform/real/compiling";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { readHost } from "#platform/real/host";
import { RealInflate } from "#platform/real/inflate";
import { serveMessages } from "#platform/real/worker";
import { type UnpackRequest, unpackWheel } from "./unpack.ts";

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
  free(request);
  return manifest;
});

/** The archive is this thread's own, and the next one comes before the collector does. */
function free({ content }: UnpackRequest): void {
  if (content.kind === "path") return;
  const { buffer } = content.bytes;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
