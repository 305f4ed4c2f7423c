import type { World } from "#platform/ports";
import type { Interpreter } from "./interpreter.ts";
import { joined, lastName, parentFolder } from "./path-names.ts";
import { withPlace } from "./probe-answer.ts";
import { type VirtualFolder, virtualFolderOf } from "./virtual-folder.ts";

/**
 * What a real probe inside the environment would answer, from the answer of its base and `pyvenv.cfg` alone.
 * A module `_manylinux` inside the environment is the one thing that stays unseen.
 */
export function virtualInterpreter(
  base: Interpreter,
  virtual: VirtualFolder,
  use: { readonly executable: string; readonly source: string },
): Interpreter {
  const layout = base.virtualLayout;
  const inherits = virtual.config.get("include-system-site-packages")?.toLowerCase() === "true";
  return {
    ...base,
    ...use,
    prefix: virtual.prefix,
    paths: withPlace(layout.paths, "{prefix}", virtual.prefix),
    searchPath: [
      ...layout.standardLibrary,
      ...layout.site.map((folder) => folder.replace("{prefix}", () => virtual.prefix)),
      ...(inherits ? layout.inherited : []),
    ],
    externallyManaged: undefined,
  };
}

/**
 * The executable that an environment was made from: where its `python` leads to, or what `pyvenv.cfg` names when
 * that is a copy or a launcher. `missing` names what should be there when the base is gone.
 */
export function baseOfVirtual(
  virtual: VirtualFolder,
  executable: string,
  world: Pick<World, "files" | "host">,
): { readonly path: string } | { readonly missing: string } {
  const { files, host } = world;
  const link = files.tryLstat(executable);
  if (link?.kind === "link") {
    if (files.tryStat(executable) === undefined) return { missing: endOfLinks(executable, world) };
    const target = files.realPath(executable);
    // A link within the environment to a copy there says nothing about the base.
    if (!target.startsWith(`${virtual.prefix}/`) && virtualFolderOf(target, world) === undefined)
      return { path: target };
  }
  const { config } = virtual;
  const home = config.get("home") as string;
  const version = config.get("version_info") ?? config.get("version") ?? "";
  const [major, minor] = version.split(".");
  const end = host.os === "windows" ? ".exe" : "";
  const named = [config.get("base-executable"), config.get("executable")];
  const names = [
    lastName(executable),
    `python${major}.${minor}${end}`,
    `python3${end}`,
    `python${end}`,
    `pypy3${end}`,
    `graalpy${end}`,
  ];
  for (const path of [...named, ...names.map((name) => joined(host, home, name))])
    if (path !== undefined && path !== executable && files.tryStat(path)?.kind === "file")
      return { path };
  return {
    missing: named.find((path) => path !== undefined) ?? joined(host, home, `python${end}`),
  };
}

/** Where a chain of links ends, whether or not anything is there. */
function endOfLinks(path: string, { files }: Pick<World, "files">): string {
  let here = path;
  for (let step = 0; step < 40 && files.tryLstat(here)?.kind === "link"; step++) {
    const target = files.readLink(here);
    here = target.startsWith("/") ? target : `${parentFolder(here)}/${target}`;
  }
  return here;
}
