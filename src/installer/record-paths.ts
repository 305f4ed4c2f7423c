/*
 * Paths as RECORD writes them (PyPUG recording-installed-packages): `/` between folders, relative to the folder
 * that holds the dist-info, absolute only where there is no relative way.
 */

/** What stands before the paths of files below `target` in a RECORD that lies in `site`: `""`, or ends in `/`. */
export function recordPrefix(site: string, target: string): string {
  if (site === target) return "";
  const from = site.split("/");
  const to = target.split("/");
  let shared = 0;
  while (shared < from.length && shared < to.length && from[shared] === to[shared]) shared++;
  // Not even the root in common: another drive (`C:`, `D:`).
  if (shared === 0) return `${target}/`;
  const way = [...Array<string>(from.length - shared).fill(".."), ...to.slice(shared)];
  return `${way.join("/")}/`;
}

/** The absolute path that a row means, `.` and `..` resolved by text alone. */
export function resolveRecordPath(site: string, row: string, windows: boolean = false): string {
  const path = windows ? row.replaceAll("\\", "/") : row;
  if (!isAbsolute(path) && !path.includes("./") && !path.includes("//") && !path.endsWith("/.."))
    return `${site}/${path}`;
  const parts: string[] = [];
  for (const part of (isAbsolute(path) ? path : `${site}/${path}`).split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  const joined = parts.join("/");
  return /^[A-Za-z]:/.test(joined) && windows ? joined : `/${joined}`;
}

/** True when `path` is strictly below `folder`. */
export function isInside(path: string, folder: string): boolean {
  return path.length > folder.length && path.startsWith(folder) && path[folder.length] === "/";
}

/** One field of a line of RECORD; the dialect is that of Python's `csv` module. */
export function recordField(path: string): string {
  // Most paths need no quotes; two scans are cheaper than one regular expression.
  if (!path.includes(",") && !path.includes('"') && !path.includes("\n") && !path.includes("\r"))
    return path;
  return `"${path.replaceAll('"', '""')}"`;
}

function isAbsolute(path: string): boolean {
  return path.startsWith("/") || /^[A-Za-z]:\//.test(path);
}
