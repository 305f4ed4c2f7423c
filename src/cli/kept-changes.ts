import { repeatChange } from "#installer/repeat-change";
import { RealInterrupts } from "#platform/real/interrupts";
import { isAsSeen, isSeenBelow, type SeenMachine } from "#platform/sightings";
import { repeatStaging } from "#platform/staging-log";
import type { AnswerWorld } from "#store/answer-cache";
import { holdStore, layOut } from "#store/layout";
import { cacheFolder } from "./cache-folder.ts";
import type { KeptChange } from "./kept-forms.ts";

/** Makes a kept change again; `false` where anything is other than it was, and nothing has been touched then. */
export async function changeAgain(
  { seen, change, staged }: KeptChange,
  world: AnswerWorld & SeenMachine,
): Promise<boolean> {
  const { files, host } = world;
  // Before there are locks in what may be no environment.
  if (!isSeenBelow(change.places.root, seen, world)) return false;
  const places = layOut(cacheFolder(undefined, host));
  const hold = await holdStore(places, world, `pkm (process ${host.processId})`);
  try {
    return await repeatChange(
      change,
      {
        isAsBefore: () => isAsSeen(seen, world),
        layOut: () => repeatStaging(staged, files),
      },
      { ...world, interrupts: new RealInterrupts() },
    );
  } finally {
    hold.release();
  }
}
