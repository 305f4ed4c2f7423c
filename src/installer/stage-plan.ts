import { mapLimited } from "#base/concurrency";
import { nextTurn } from "#base/turn";
import type { PythonEnvironment } from "#environment/environment";
import type { LinkMode } from "#platform/ports";
import type { BytecodeSource } from "./bytecode.ts";
import { CommonStaging } from "./common-staging.ts";
import { treesFor } from "./linked-folders.ts";
import type { LinkWay, Plan, TreeSource, WheelSource } from "./plan-types.ts";
import { type Places, spellingOf } from "./places.ts";
import { launcherFor } from "./scripts.ts";
import { stageWheel } from "./stage-wheel.ts";
import type { StagedPart } from "./staged-part.ts";
import { stagingFolder } from "./transaction.ts";
import type { InstallerWorld } from "./world.ts";

export type StagingOptions = {
  /** When left out, hard links, and whole folders in an environment that was made so. */
  readonly linkMode?: LinkWay;
  /** Keeps the folders that are linked whole. */
  readonly trees?: TreeSource;
  /** Compiled modules to put beside the sources; none are when left out. */
  readonly bytecode?: BytecodeSource;
};

/** Wheels asked for at a time; a source that downloads keeps stricter limits of its own. */
const wheelsAtOnce = 512;

/**
 * Asks for the wheels of a plan side by side, and lays those that arrive in one turn of the event loop together: all of
 * them when they lie in the store.
 */
export async function stagePlan(
  { installs }: Plan,
  environment: PythonEnvironment,
  places: Places,
  wheels: WheelSource,
  world: InstallerWorld,
  options: StagingOptions,
): Promise<StagedPart[]> {
  if (installs.length === 0) return [];
  const { linkMode, bytecode } = options;
  const staging = stagingFolder(places);
  const way = linkMode === undefined || linkMode === "tree" ? "hardlink" : linkMode;
  const trees = treesFor(linkMode, environment, options.trees, `${staging}/link`, world);
  trees?.register(places.root);
  const folders = new StagingFolders(staging, way, places, world);
  const shared = {
    common: folders,
    prefixes: new Map<string, string>(),
    linkMode: way,
    places,
    environment,
    launcher: launcherFor(world.host),
  };
  const staged = await mapLimited(installs, wheelsAtOnce, async (install, position) => {
    const wheel = await wheels.wheel(install.wanted);
    const { name, version } = wheel.manifest;
    if (name !== install.wanted.name)
      throw new Error(`asked for ${install.wanted.name} and got ${name}`);
    const compiled = (await bytecode?.bytecode(wheel, environment.interpreter)) ?? [];
    const parts = stageWheel(
      {
        ...shared,
        install,
        wheel,
        bytecode: compiled,
        folder: `${staging}/${position}`,
        tree: trees?.tree(wheel, compiled),
      },
      world,
    );
    await folders.lay();
    world.report?.({ type: "wheel-staged", name, version });
    return parts;
  });
  return staged.flat();
}

/** The folders in which wheels that do not meet are staged side by side. */
class StagingFolders {
  readonly root: CommonStaging;
  readonly scripts: CommonStaging;
  readonly data: CommonStaging;
  readonly #way: LinkMode;
  #laying: Promise<void> | undefined;

  constructor(staging: string, way: LinkMode, places: Places, { files }: InstallerWorld) {
    const key = spellingOf(places, files);
    this.root = new CommonStaging(`${staging}/site`, files, key);
    this.scripts = new CommonStaging(`${staging}/scripts`, files, key);
    this.data = new CommonStaging(`${staging}/data`, files, key);
    this.#way = way;
  }

  /** Lays what was noted until the next turn. */
  lay(): Promise<void> {
    return (this.#laying ??= nextTurn().then(() => {
      this.#laying = undefined;
      for (const folder of [this.root, this.data, this.scripts]) folder.lay(this.#way);
    }));
  }
}
