import type { Host } from "#platform/ports";

/**
 * The cache folder: `--cache-dir`, `PKM_CACHE_DIR`, then where the platform keeps caches (XDG on Linux,
 * `~/Library/Caches`, `%LOCALAPPDATA%`).
 */
export function cacheFolder(chosen: string | undefined, host: Host): string {
  const { env, home } = host;
  const named = chosen ?? env.PKM_CACHE_DIR;
  if (named !== undefined && named !== "") return absolute(named, host.cwd);
  if (host.os === "windows") return `${env.LOCALAPPDATA ?? `${home}/AppData/Local`}/pkm/cache`;
  if (host.os === "macos") return `${home}/Library/Caches/pkm`;
  const xdg = env.XDG_CACHE_HOME;
  // The specification of base folders says to ignore a relative one.
  return `${xdg?.startsWith("/") === true ? xdg : `${home}/.cache`}/pkm`;
}

/** A path as typed, from the current folder. */
export function absolute(path: string, cwd: string): string {
  if (path.startsWith("/") || /^[A-Za-z]:[\\/]/.test(path)) return path;
  const parts: string[] = [];
  for (const part of `${cwd}/${path}`.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "." && part !== "") parts.push(part);
  }
  return `/${parts.join("/")}`;
}
