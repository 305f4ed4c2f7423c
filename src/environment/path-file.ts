import type { FolderEntry } from "#platform/ports";
import type { ReadingFiles } from "./survey.ts";

/**
 * The folders that `.pth` files of a site folder add to `sys.path`, in the order in which Python adds them. Lines
 * that are code are not run: what they would add stays unknown.
 */
export function foldersOfPathFiles(
  folder: string,
  entries: readonly FolderEntry[],
  files: ReadingFiles,
): string[] {
  const names: string[] = [];
  for (const { name } of entries)
    // site.py passes over hidden ones.
    if (name.endsWith(".pth") && !name.startsWith(".")) names.push(name);
  const found: string[] = [];
  for (const name of names.sort())
    for (const raw of (files.tryReadText(`${folder}/${name}`) ?? "").split("\n")) {
      const line = raw.trim();
      if (line === "" || line.startsWith("#") || /^import[ \t]/.test(line)) continue;
      const path = isAbsolute(line) ? line : `${folder}/${line.replace(/^\.\//, "")}`;
      // An egg is read from the folder that holds it.
      if (path.endsWith(".egg") || found.includes(path)) continue;
      if (files.tryStat(path)?.kind === "folder") found.push(path);
    }
  return found;
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[a-z]:[\\/]/i.test(path) || path.startsWith("\\\\");
}
