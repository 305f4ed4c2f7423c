import type { InterpreterWorld } from "#interpreter/world";
import type { Host } from "#platform/ports";
import { RealWorkers } from "#platform/real/worker";
import { invalidSetting } from "#settings/errors";
import { openStore, type Store } from "#store/store";
import { cacheFolder } from "./cache-folder.ts";
import type { Invocation } from "./invocation.ts";

/** The store of this run: the user's, or with `--no-cache` one that goes with the process. */
export function openInvocationStore(invocation: Invocation): Store {
  const { world, global } = invocation;
  const { files, host } = world;
  const storeWorld = { ...world, workers: new RealWorkers(mostWorkers(host)) };
  if (!global.noCache)
    return openStore({ root: cacheFolder(global.cacheDir, host), world: storeWorld });
  const root = files.makeTemporaryFolder(host.temporaryFolder, "pkm-cache-");
  const clean = (): void => files.removeTree(root);
  process.on("exit", clean);
  world.interrupts?.before(() => files.removeSoon(root));
  return openStore({ root, world: storeWorld, isPassing: true });
}

/** `PKM_CONCURRENT_INSTALLS`, without the other settings: every command that opens the store comes by here. */
function mostWorkers({ env }: Host): number | undefined {
  const text = env.PKM_CONCURRENT_INSTALLS ?? "";
  if (text === "") return undefined;
  if (/^[1-9][0-9]{0,5}$/.test(text)) return Number(text);
  const why = `must be a number from 1 on, found \`${text}\``;
  throw invalidSetting("concurrent-installs", "PKM_CONCURRENT_INSTALLS", why);
}

/** What finding interpreters needs, with their answers kept in the store. */
export function interpreterWorld(invocation: Invocation, store: Store): InterpreterWorld {
  const { files, processes, host } = invocation.world;
  return { files, processes, host, answers: store.answers };
}
