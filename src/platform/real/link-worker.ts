import { at, LayWork, openClaim, type SharedWork, takenClaim } from "./lay-work.ts";
import { folderCalls } from "./system-calls.ts";

/* The second thread of {@link LayBatches}: waits for batches until the process ends. An entry point of the build. */

const port = globalThis as unknown as { onmessage: (event: MessageEvent<SharedWork>) => void };

port.onmessage = ({ data: shared }) => {
  const calls = folderCalls();
  if (calls === undefined) return;
  const work = new LayWork(shared, calls);
  const { control } = work;
  for (let done = 0; ;) {
    Atomics.wait(control, at.batch, done);
    const batch = Atomics.load(control, at.batch);
    if (batch === done) continue;
    done = batch;
    const claim = openClaim(batch);
    if (Atomics.compareExchange(control, at.claim, claim, takenClaim(batch)) !== claim) continue;
    work.lay();
    Atomics.store(control, at.finished, batch);
    Atomics.notify(control, at.finished);
  }
};
