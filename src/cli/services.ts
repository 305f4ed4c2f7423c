import type { InterpreterWorld } from "#interpreter/world";
import { RealWorkers } from "#platform/real/worker";
import { openStore, type Store } from "#store/store";
import { cacheFolder } from "./cache-folder.ts";
import type { Invocation } from "./invocation.ts";

/** The store of this run: the user's, or with `--no-cache` one that goes with the process. */
export function openInvocationStore(invocation: Invocation): Store {
  const { world, global } = invocation;
  const { files, host } = world;
  const storeWorld = { ...world, workers: new RealWorkers() };
  if (!global.noCache) return openStore({ root: cacheFolder(global.cacheDir, host), world: storeWorld });
  const root = files.makeTemporaryFolder(host.temporaryFolder, "pkm-cache-");
  process.on("exit", () => files.removeTree(root));
  return openStore({ root, world: storeWorld });
}

/** What finding interpreters needs, with their answers kept in the store. */
export function interpreterWorld(invocation: Invocation, store: Store): InterpreterWorld {
  const { files, processes, host } = invocation.world;
  return { files, processes, host, answers: store.answers };
}
