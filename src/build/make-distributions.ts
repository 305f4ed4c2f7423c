import { readStaticMetadata } from "#distribution/sdist";
import { urlOfPath } from "#repository/local-files";
import { parseSdistFilename } from "#standards/sdist-filename";
import type { BuildOptions, BuildWorld } from "./build-options.ts";
import { openBuildSession } from "./source-builder.ts";
import type { BuildSession } from "./session.ts";
import type { SourceBuild } from "./source-build.ts";

export type MakeRequest = {
  /** The folder of a project, or an sdist; absolute. */
  readonly source: string;
  /** Receives the files; made when it is not there. */
  readonly output: string;
  /** `both`: an sdist, and the wheel out of it, as everybody will build it who gets the sdist. */
  readonly make: "sdist" | "wheel" | "both" | "both-from-tree";
  readonly options: BuildOptions;
};

export type MadeDistribution = {
  readonly kind: "sdist" | "wheel";
  readonly filename: string;
  readonly path: string;
};

/**
 * Makes distributions of a source (`pkm build`), anew each time. Files appear in the output folder when all of them are
 * made: a build that fails leaves nothing there.
 */
export async function makeDistributions(
  { source, output, make, options }: MakeRequest,
  world: BuildWorld,
): Promise<readonly MadeDistribution[]> {
  const session = openBuildSession({ ...options, keepsNothing: true }, world);
  try {
    const made: MadeDistribution[] = [];
    const build = await buildOf(source, session);
    if (make !== "wheel") made.push(await makeSdist(build, session));
    if (make !== "sdist") {
      const [sdist] = made;
      const from =
        make === "both" && sdist !== undefined ? await buildOf(sdist.path, session) : build;
      const { wheel, path } = await from.anyWheel();
      made.push({ kind: "wheel", filename: wheel.manifest.filename, path });
    }
    world.files.makeFolders(output);
    return made.map((one) => ({ ...one, path: place(one, output, world) }));
  } finally {
    await session.close();
  }
}

async function buildOf(path: string, session: BuildSession): Promise<SourceBuild> {
  const { files, hashing } = session.world;
  const isFolder = files.tryStat(path)?.kind === "folder";
  if (isFolder)
    return session.buildOf(`folder ${path}`, { kind: "folder", path, editable: false }, true);
  const filename = path.slice(path.lastIndexOf("/") + 1);
  const sha256 = hashing.digest("sha256", files.read(path));
  const source = {
    kind: "archive",
    filename,
    url: urlOfPath(path),
    hashes: { sha256 },
    subdirectory: undefined,
  } as const;
  return session.buildOf(`archive ${sha256} `, source, true);
}

async function makeSdist(build: SourceBuild, session: BuildSession): Promise<MadeDistribution> {
  const { world } = session;
  const file = await build.sdist(await session.workFolder(build.shown));
  // An sdist that nobody could read is worth nothing.
  await build.holdToRules("sdist", () => {
    const identity = parseSdistFilename(file.filename);
    readStaticMetadata(world.files.read(file.path), file.filename, identity, world);
  });
  return { kind: "sdist", ...file };
}

function place({ filename, path }: MadeDistribution, output: string, world: BuildWorld): string {
  const { files, host } = world;
  const target = `${output}/${filename}`;
  const fresh = `${target}.pkm-${host.processId}`;
  try {
    files.tryRemove(fresh);
    files.copy(path, fresh);
    files.rename(fresh, target);
  } catch (error) {
    files.tryRemove(fresh);
    throw error;
  }
  return target;
}
