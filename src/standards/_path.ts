/** Joining and normalising paths as text, in the style of the folder that is given as the current one. */

/** Makes `path` absolute as `os.path.abspath` of Python does: `.` and `..` are settled without looking at the disk. */
export function absolutePath(path: string, cwd: string): string {
  return isWindows(cwd)
    ? absoluteWindows(path, cwd)
    : normalPosix(path.startsWith("/") ? path : `${cwd}/${path}`);
}

export function folderOf(path: string, cwd: string): string {
  const last = isWindows(cwd)
    ? Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"))
    : path.lastIndexOf("/");
  if (last === -1) return "";
  return last === 0 ? path.slice(0, 1) : path.slice(0, last);
}

/** `path` as seen from `folder`; an absolute path is itself. */
export function joinPath(folder: string, path: string, cwd: string): string {
  if (isAbsolute(path, cwd) || folder === "") return path;
  return `${folder}/${path}`;
}

function isAbsolute(path: string, cwd: string): boolean {
  return isWindows(cwd) ? /^(?:[A-Za-z]:)?[\\/]/.test(path) : path.startsWith("/");
}

function isWindows(cwd: string): boolean {
  return /^(?:[A-Za-z]:[\\/]|\\\\)/.test(cwd);
}

function normalPosix(path: string): string {
  return `/${settled(path.split("/")).join("/")}`;
}

function absoluteWindows(path: string, cwd: string): string {
  const drive = /^(?:[A-Za-z]:|[\\/]{2}[^\\/]+[\\/]+[^\\/]+)/;
  const home = drive.exec(cwd)?.[0] ?? "";
  let whole = path;
  if (!drive.test(path)) whole = /^[\\/]/.test(path) ? home + path : `${cwd}\\${path}`;
  const root = drive.exec(whole)?.[0] ?? "";
  return `${root.replaceAll("/", "\\")}\\${settled(whole.slice(root.length).split(/[\\/]/)).join("\\")}`;
}

function settled(parts: readonly string[]): string[] {
  const kept: string[] = [];
  for (const part of parts) {
    if (part === "" || part === ".") continue;
    if (part === "..") kept.pop();
    else kept.push(part);
  }
  return kept;
}
