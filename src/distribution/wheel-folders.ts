import type { ZipDirectory } from "#archive/zip-directory";
import { normalizeName } from "#standards/name";
import type { WheelFilename } from "#standards/wheel-filename";
import { otherIdentity, wheelInvalid } from "./errors.ts";

/** The one dist-info folder, of the name and version that the file name says. */
export function distInfoOf(
  directory: ZipDirectory,
  identity: WheelFilename,
  filename: string,
): string {
  const found = topFolders(directory, ".dist-info");
  const [distInfo] = found;
  if (distInfo === undefined || found.length > 1)
    throw wheelInvalid(
      filename,
      found.length === 0
        ? "it has no dist-info folder"
        : `it has the dist-info folders ${quoted(found)}`,
      "a wheel has exactly one dist-info folder at its top",
    );
  if (!belongsTo(distInfo, identity))
    throw otherIdentity(filename, `${identity.name} ${identity.version.text}`, distInfo);
  return distInfo;
}

/** The data folder, when there is one. */
export function dataFolderOf(
  directory: ZipDirectory,
  identity: WheelFilename,
  filename: string,
): string | undefined {
  const found = topFolders(directory, ".data").filter((top) => belongsTo(top, identity));
  if (found.length > 1)
    throw wheelInvalid(
      filename,
      `it has the data folders ${quoted(found)}`,
      "a wheel has at most one data folder",
    );
  return found[0];
}

/** Those with the ending, sorted. */
function topFolders({ topFolders: tops }: ZipDirectory, ending: string): readonly string[] {
  return [...tops].filter((top) => top.endsWith(ending)).sort();
}

/** Unnormalised spellings are tolerated, as tools before 2021 wrote them. */
function belongsTo(folder: string, identity: WheelFilename): boolean {
  const stem = folder.slice(0, folder.lastIndexOf("."));
  return normalizeName(stem).startsWith(`${identity.name}-`);
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(" and ");
}
