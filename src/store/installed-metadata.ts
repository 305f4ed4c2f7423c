import { nameInFile, type NormalizedName } from "#standards/name";

/*
 * What an installer puts beside a wheel's own files. The store knows of it because trees are kept as they are
 * installed.
 */

/**
 * Files of a wheel's dist-info that the installer writes itself, or that signed what is no longer there (PEP
 * 815).
 */
const replaced: ReadonlySet<string> = new Set([
  "RECORD",
  "RECORD.jws",
  "RECORD.p7s",
  "INSTALLER",
  "REQUESTED",
  "direct_url.json",
]);

/** True for a file of a wheel that is not installed as it is; `path` is relative to site-packages. */
export function isReplaced(path: string, distInfo: string): boolean {
  return (
    path.startsWith(distInfo) &&
    path[distInfo.length] === "/" &&
    replaced.has(path.slice(distInfo.length + 1))
  );
}

/** What INSTALLER holds, and its digest as RECORD writes it. */
export const installer = "pkm\n";
export const installerDigest = "7-QbJ71L_UmYehzG1JRZ-TljWkrZxQeBUyVovQmZEDw";
/** SHA-256 of nothing. */
export const emptyDigest = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU";

/**
 * A file of the distribution's own in each folder that holds links of it. pip takes a folder without foreign
 * files away whole, and does not count links to folders; other distributions' links in it would go as well.
 */
export function keeperName(name: NormalizedName): string {
  return `.${nameInFile(name)}.shared`;
}

/** True for a path that ends in a {@link keeperName}. */
export function isKeeper(path: string): boolean {
  return path.endsWith(".shared") && path.startsWith(".", path.lastIndexOf("/") + 1);
}
