import type { Host, World } from "#platform/ports";

/** A settings file that exists. */
export type SettingsFile = {
  readonly path: string;
  /** Relative paths in the file start here. */
  readonly folder: string;
  readonly text: string;
  /** The table with the settings: none in `pkm.toml`, `tool.pkm` in `pyproject.toml`. */
  readonly section: readonly string[];
};

/** The files that hold settings, nearest first; those that are not there are left out. */
export function placesOf(world: Pick<World, "files" | "host">): SettingsFile[] {
  const found: SettingsFile[] = [];
  const project = nearestProject(world);
  if (project !== undefined) found.push(project);
  for (const folder of [userFolder(world.host), ...systemFolders(world.host)]) {
    const path = `${folder}/pkm.toml`;
    const text = world.files.tryReadText(path);
    if (text !== undefined) found.push({ path, folder, text, section: [] });
  }
  return found;
}

function nearestProject(world: Pick<World, "files" | "host">): SettingsFile | undefined {
  let folder = world.host.cwd;
  for (;;) {
    const path = `${folder === "/" ? "" : folder}/pyproject.toml`;
    const text = world.files.tryReadText(path);
    // A project that says nothing about pkm is not decoded at all.
    if (text !== undefined)
      return text.includes("pkm") ? { path, folder, text, section: ["tool", "pkm"] } : undefined;
    const parent = parentOf(folder);
    if (parent === undefined) return undefined;
    folder = parent;
  }
}

function parentOf(folder: string): string | undefined {
  const slash = Math.max(folder.lastIndexOf("/"), folder.lastIndexOf("\\"));
  if (slash === -1 || folder.length === slash + 1) return undefined;
  if (slash === 0) return "/";
  return folder.slice(0, slash);
}

/** XDG on Linux; macOS alike, as command-line programs have it there; `%APPDATA%` on Windows. */
function userFolder(host: Host): string {
  if (host.os === "windows") return `${host.env.APPDATA ?? `${host.home}/AppData/Roaming`}/pkm`;
  const xdg = host.env.XDG_CONFIG_HOME;
  return xdg !== undefined && xdg.startsWith("/") ? `${xdg}/pkm` : `${host.home}/.config/pkm`;
}

/** Nearest first, as everywhere here; XDG lists the weightier folder first as well. */
function systemFolders(host: Host): string[] {
  switch (host.os) {
    case "windows":
      return [`${host.env.PROGRAMDATA ?? "C:/ProgramData"}/pkm`];
    case "macos":
      return ["/Library/Application Support/pkm"];
    case "linux": {
      const listed = (host.env.XDG_CONFIG_DIRS ?? "")
        .split(":")
        .filter((entry) => entry.startsWith("/"));
      return [...(listed.length === 0 ? ["/etc/xdg"] : listed), "/etc"].map(
        (entry) => `${entry}/pkm`,
      );
    }
    default:
      return host.os satisfies never;
  }
}
