import { at, linkShares, openClaim, type SharedBatch, takenClaim } from "./shared-links.ts";
import { folderCalls } from "./system-calls.ts";

/* The second thread of {@link LinkBatch}: waits for batches until the process ends. An entry point of the build. */

const port = globalThis as unknown as { onmessage: (event: MessageEvent<SharedBatch>) => void };

port.onmessage = ({ data: shared }) => {
  const calls = folderCalls();
  if (calls === undefined) return;
  const control = new Int32Array(shared.control);
  const address = calls.addressOf(new Uint8Array(shared.text));
  Atomics.store(control, at.ready, 1);
  for (let done = 0; ;) {
    Atomics.wait(control, at.batch, done);
    const batch = Atomics.load(control, at.batch);
    if (batch === done) continue;
    done = batch;
    const claim = openClaim(batch);
    if (Atomics.compareExchange(control, at.claim, claim, takenClaim(batch)) !== claim) continue;
    linkShares(shared, address, calls);
    Atomics.store(control, at.finished, batch);
    Atomics.notify(control, at.finished);
  }
};
