import type { PythonEnvironment } from "#environment/environment";
import type { Files } from "#platform/ports";
import type { NormalizedName } from "#standards/name";
import { isKeeper } from "#store/installed-metadata";
import { InstalledFiles } from "./installed-files.ts";

/**
 * Distributions of a shared environment with linked folders that lead nowhere, because the store was removed or moved by
 * hand. One look at each link; RECORDs are read only where one is lost.
 */
export function lostFolders(
  environment: Pick<PythonEnvironment, "paths">,
  { files }: { readonly files: Files },
): ReadonlySet<NormalizedName> {
  const { purelib, platlib } = environment.paths;
  const sites = [...new Set([purelib, platlib])];
  const lost = sites.flatMap((site) => [...lostLinks(site, true, files)]);
  if (lost.length === 0) return new Set();
  const key = (path: string): string => path;
  const installed = new InstalledFiles({ sites, leaving: new Set(), key, files, windows: false });
  return new Set(lost.flatMap((path) => installed.ownersOf(path).map(({ name }) => name)));
}

/** Links that lead nowhere, in site-packages and in the folders below that were made for links. */
function* lostLinks(folder: string, isSite: boolean, files: Files): Generator<string> {
  const entries = files.tryList(folder) ?? [];
  if (!isSite && !entries.some(({ name }) => isKeeper(name))) {
    // It may hold one that was made for links.
    if (entries.some(({ kind }) => kind !== "folder")) return;
  }
  for (const { name, kind } of entries) {
    const path = `${folder}/${name}`;
    if (kind === "link" && files.tryStat(path) === undefined) yield path;
    else if (kind === "folder" && !name.endsWith(".dist-info"))
      yield* lostLinks(path, false, files);
  }
}
