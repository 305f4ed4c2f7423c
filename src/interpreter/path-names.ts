import type { Host } from "#platform/ports";

/** The folder that holds a path; the root is its own parent. */
export function parentFolder(path: string): string {
  const cut = lastSeparator(path);
  if (cut < 0) return ".";
  if (cut === 0) return path.slice(0, 1);
  // `C:\` is a root, `C:` is not.
  return cut === 2 && path[1] === ":" ? path.slice(0, 3) : path.slice(0, cut);
}

/** The last part of a path. */
export function lastName(path: string): string {
  return path.slice(lastSeparator(path) + 1);
}

/** Brings a path that a person wrote to its absolute form without `.`, `..` and doubled separators; links stay. */
export function absolutePath(path: string, host: Pick<Host, "os" | "cwd" | "home">): string {
  const windows = host.os === "windows";
  let full = path;
  if (path === "~" || path.startsWith("~/") || (windows && path.startsWith("~\\")))
    full = host.home + path.slice(1);
  else if (!isAbsolute(path, windows)) full = `${host.cwd}/${path}`;
  return windows ? tidyWindows(full) : tidyPosix(full);
}

/** Joins names to a folder with the separator of the system. */
export function joined(host: Pick<Host, "os">, folder: string, ...names: string[]): string {
  const separator = host.os === "windows" ? "\\" : "/";
  const start = folder.endsWith(separator) ? folder.slice(0, -1) : folder;
  return [start, ...names].join(separator);
}

/** The folders of a PATH-like variable, each once, empty entries left out. */
export function searchFolders(value: string | undefined, host: Pick<Host, "os">): string[] {
  const folders = new Set((value ?? "").split(host.os === "windows" ? ";" : ":"));
  folders.delete("");
  return [...folders];
}

/** The folder and those above it, nearest first. */
export function* upwards(folder: string): Generator<string> {
  for (let here = folder; ;) {
    yield here;
    const above = parentFolder(here);
    if (above === here) return;
    here = above;
  }
}

function lastSeparator(path: string): number {
  return Math.max(path.lastIndexOf("/"), isWindowsPath(path) ? path.lastIndexOf("\\") : -1);
}

// On POSIX a backslash is an ordinary character of a name.
function isWindowsPath(path: string): boolean {
  return path[1] === ":" || path.startsWith("\\\\");
}

function isAbsolute(path: string, windows: boolean): boolean {
  return windows ? /^(?:[a-z]:[\\/]|[\\/]{2})/i.test(path) : path.startsWith("/");
}

function tidyPosix(path: string): string {
  return `/${tidyParts(path.split("/")).join("/")}`;
}

function tidyWindows(path: string): string {
  const drive = /^(?:[a-z]:|[\\/]{2}[^\\/]+[\\/][^\\/]+)/i.exec(path)?.[0] ?? "";
  const parts = tidyParts(path.slice(drive.length).split(/[\\/]/));
  return `${drive.replaceAll("/", "\\")}\\${parts.join("\\")}`;
}

function tidyParts(parts: readonly string[]): string[] {
  const kept: string[] = [];
  for (const part of parts)
    if (part === "..") kept.pop();
    else if (part !== "" && part !== ".") kept.push(part);
  return kept;
}
