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

/** The `file:` URL of an absolute path. */
export function fileUrl(path: string): string {
  const slashed = path.replaceAll("\\", "/");
  const encoded = slashed.split("/").map((part) => encodeURIComponent(part));
  if (slashed.startsWith("//")) return `file:${encoded.join("/")}`;
  // The colon of a drive letter stays.
  const drive = /^[A-Za-z]:/.exec(slashed)?.[0];
  if (drive !== undefined) encoded[0] = drive;
  return `file://${drive === undefined ? "" : "/"}${encoded.join("/")}`;
}

/** The path of a `file:` URL in the style of `cwd`; `undefined` when it lies on another machine. */
export function pathOfFileUrl(url: string, cwd: string): string | undefined {
  const { host, pathname } = new URL(url, `${fileUrl(cwd)}/`);
  if (host !== "" && host !== "localhost") return undefined;
  try {
    const path = decodeURIComponent(pathname);
    return isWindows(cwd) ? path.replace(/^\/([A-Za-z]:)/, "$1").replaceAll("/", "\\") : path;
  } catch {
    return undefined;
  }
}

export function looksLikePath(text: string, cwd: string): boolean {
  return text.startsWith(".") || text.includes("/") || (isWindows(cwd) && text.includes("\\"));
}
