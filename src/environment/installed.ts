import { errnoOf } from "#base/errors";
import { type DirectUrl, parseDirectUrl } from "#standards/direct-url";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import { parseRecord, type RecordEntry } from "#standards/record";
import type { InstalledDistribution, PythonEnvironment } from "./environment.ts";
import { metadataOfEgg, requirementSearch } from "./metadata-file.ts";
import {
  type ReadingFiles,
  type ReadingWorld,
  sitePackagesBelow,
  surveyInstalled,
} from "./survey.ts";

/**
 * The distributions of an environment, sorted by name, without running its interpreter
 * (PyPUG recording-installed-packages; egg-info, egg-link and eggs as setuptools left them).
 */
export function readInstalled(
  environment: Pick<PythonEnvironment, "sitePackages">,
  world: ReadingWorld,
): readonly InstalledDistribution[] {
  return surveyInstalled(environment, world).distributions;
}

/**
 * {@link readInstalled} for those who have read it a moment ago. As long as the folders hold the same `dist-info` folders
 * and nothing else that names distributions it is the very same list: who installs or removes something changes their names,
 * which tell project and version.
 */
export function readInstalledAgain(
  before: readonly InstalledDistribution[],
  environment: Pick<PythonEnvironment, "sitePackages">,
  world: ReadingWorld,
): readonly InstalledDistribution[] {
  const missing = new Set(before.map(({ metadataPath }) => metadataPath));
  for (const folder of environment.sitePackages)
    for (const { name } of world.files.tryList(folder) ?? [])
      if (name.endsWith(".dist-info") ? !missing.delete(`${folder}/${name}`) : mayName(name))
        return readInstalled(environment, world);
  return missing.size === 0 ? before : readInstalled(environment, world);
}

/** Eggs, links to them, and files that add folders. */
function mayName(entry: string): boolean {
  return /\.(?:egg|egg-info|egg-link|pth)$/.test(entry);
}

/**
 * The distributions below a prefix, for programs that use pkm as a library: no interpreter is asked, the folders are
 * found by their usual names.
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { installedDistributions } from "#environment/installed";
 * import { MemoryFiles } from "#platform/memory/files";
 *
 * const files = new MemoryFiles({
 *   "/env/lib/python3.13/site-packages/six-1.17.0.dist-info/METADATA":
 *     "Metadata-Version: 2.1\nName: six\nVersion: 1.17.0\n",
 * });
 * const [six] = installedDistributions("/env", files);
 * assert.equal(`${six?.name}==${six?.version}`, "six==1.17.0");
 * ```
 */
export function installedDistributions(
  prefix: string,
  files: ReadingFiles,
): readonly InstalledDistribution[] {
  return readInstalled({ sitePackages: sitePackagesBelow(prefix, files) }, { files });
}

/** Where an installed distribution came from; `undefined` for one from an index. Refuses a damaged file. */
export function readDirectUrl(
  distribution: InstalledDistribution,
  world: ReadingWorld,
): DirectUrl | undefined {
  if (distribution.directUrl !== undefined || !distribution.hasDirectUrl)
    return distribution.directUrl;
  const text = world.files.tryReadText(`${distribution.metadataPath}/direct_url.json`);
  return text === undefined ? undefined : parseDirectUrl(text);
}

/** The tool that installed it, as `INSTALLER` says. */
export function readInstaller(
  distribution: InstalledDistribution,
  world: ReadingWorld,
): string | undefined {
  if (distribution.kind !== "dist-info") return undefined;
  const text = world.files.tryReadText(`${distribution.metadataPath}/INSTALLER`);
  const line = text?.split("\n").find((each) => each.trim() !== "");
  return line?.trim();
}

/** Whether a person named it (`REQUESTED`) rather than another distribution. */
export function readRequested(distribution: InstalledDistribution, world: ReadingWorld): boolean {
  return (
    distribution.kind === "dist-info" &&
    world.files.tryStat(`${distribution.metadataPath}/REQUESTED`) !== undefined
  );
}

/** The files it consists of; `undefined` where there is no RECORD, as with eggs. */
export function readRecord(
  distribution: InstalledDistribution,
  world: ReadingWorld,
): RecordEntry[] | undefined {
  if (distribution.kind !== "dist-info") return undefined;
  const text = world.files.tryReadText(`${distribution.metadataPath}/RECORD`);
  return text === undefined ? undefined : parseRecord(text);
}

/**
 * Those of some distributions that may require one of these names, without reading all metadata with care: none is left
 * out that does.
 */
export function mayRequire(
  distributions: readonly InstalledDistribution[],
  names: Iterable<NormalizedName>,
  world: ReadingWorld,
): readonly InstalledDistribution[] {
  const requires = requirementSearch(names);
  return distributions.filter(({ kind, metadataPath }) => {
    if (kind !== "dist-info") return true;
    try {
      return requires(`${metadataPath}/METADATA`, world.files);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return true;
    }
  });
}

/** Its core metadata. Eggs keep requirements beside PKG-INFO; they are read into it. */
export function readMetadata(
  distribution: InstalledDistribution,
  world: ReadingWorld,
): CoreMetadata {
  const what = `${distribution.displayName} ${distribution.version}`;
  if (distribution.kind === "dist-info")
    return parseMetadata(
      world.files.tryReadText(`${distribution.metadataPath}/METADATA`) ?? "",
      what,
    );
  return parseMetadata(metadataOfEgg(distribution, world.files), what);
}
