import type { World } from "#platform/ports";
import { joined, lastName, parentFolder, searchFolders, upwards } from "./path-names.ts";
import { reachable } from "./reachable.ts";

type PyenvWorld = Pick<World, "files" | "host">;

export type ShimTarget =
  | { readonly kind: "executable"; readonly path: string }
  /** No version that is chosen now has such a program; pyenv itself would refuse as well. */
  | { readonly kind: "none"; readonly why: string };

/**
 * What a pyenv shim would run here, found without its bash: `PYENV_VERSION`, `.python-version` upwards from the
 * current folder, then pyenv's global choice. `undefined` when the path is no shim of pyenv.
 */
export function pyenvShimTarget(shim: string, world: PyenvWorld): ShimTarget | undefined {
  const shims = parentFolder(shim);
  const root = parentFolder(shims);
  const { files, host } = world;
  if (
    lastName(shims) !== "shims" ||
    reachable(() => files.tryStat(joined(host, root, "versions"))) === undefined
  )
    return undefined;
  const { names, from } = chosenVersions(root, world);
  const program = lastName(shim);
  for (const name of names) {
    const path =
      name === "system"
        ? onPathWithout(shims, program, world)
        : inVersion(root, name, program, world);
    if (path !== undefined) return { kind: "executable", path };
  }
  return {
    kind: "none",
    why: `pyenv has no \`${program}\` in ${names.map((name) => `\`${name}\``).join(", ")} (${from})`,
  };
}

/** The folder in which pyenv keeps its Pythons; it may not exist. */
export function pyenvVersionsFolder({ host }: Pick<World, "host">): string {
  const root = host.env["PYENV_ROOT"] ?? host.env["PYENV"];
  if (root !== undefined && root !== "") return joined(host, root, "versions");
  return host.os === "windows"
    ? joined(host, host.home, ".pyenv", "pyenv-win", "versions")
    : joined(host, host.home, ".pyenv", "versions");
}

/** The executable of one of pyenv's versions by its name (`3.12.1`, `3.12`, `pypy3.10-7.3.15`). */
export function pyenvExecutable(name: string, world: PyenvWorld): string | undefined {
  if (name.includes("/") || name.includes("\\") || name.startsWith(".")) return undefined;
  const { host, files } = world;
  const folder = joined(host, pyenvVersionsFolder(world), name);
  const path = host.os === "windows" ? joined(host, folder, "python.exe") : `${folder}/bin/python`;
  return reachable(() => files.tryStat(path))?.kind === "file" ? path : undefined;
}

/** The version in the name of one of pyenv's folders; PyPy has the language's there, GraalPy and others have none. */
export function releaseInPyenvName(name: string): readonly number[] {
  const numbers = /^(?:pypy)?([0-9]+(?:\.[0-9]+)+)/.exec(name)?.[1];
  return numbers === undefined ? [] : numbers.split(".").map(Number);
}

function chosenVersions(
  root: string,
  { files, host }: PyenvWorld,
): { names: string[]; from: string } {
  const variable = host.env["PYENV_VERSION"];
  if (variable !== undefined && variable !== "")
    return { names: variable.split(":"), from: "PYENV_VERSION" };
  for (const folder of upwards(host.env["PYENV_DIR"] ?? host.cwd)) {
    const path = joined(host, folder, ".python-version");
    const names = versionNames(reachable(() => files.tryReadText(path)));
    if (names.length > 0) return { names, from: path };
  }
  const names = versionNames(reachable(() => files.tryReadText(joined(host, root, "version"))));
  return names.length > 0
    ? { names, from: joined(host, root, "version") }
    : { names: ["system"], from: "no version is chosen" };
}

function versionNames(text: string | undefined): string[] {
  const names: string[] = [];
  for (const line of (text ?? "").split("\n"))
    names.push(...(line.split("#", 1)[0] as string).split(/\s+/).filter((word) => word !== ""));
  return names;
}

function inVersion(
  root: string,
  name: string,
  program: string,
  { files, host }: PyenvWorld,
): string | undefined {
  const versions = joined(host, root, "versions");
  const wanted = name.startsWith("python-") ? name.slice("python-".length) : name;
  const inFolder = (folder: string | undefined) => {
    if (folder === undefined || folder.includes("/")) return undefined;
    const path = joined(host, versions, folder, "bin", program);
    return reachable(() => files.tryStat(path))?.kind === "file" ? path : undefined;
  };
  const exact = inFolder(name) ?? (wanted === name ? undefined : inFolder(wanted));
  return exact ?? inFolder(newestOf(wanted, versions, files));
}

/** pyenv takes `3.12` for the newest `3.12.x` it has. */
function newestOf(prefix: string, versions: string, files: World["files"]): string | undefined {
  if (!/^\d+(?:\.\d+)?$/.test(prefix)) return undefined;
  let newest: string | undefined;
  let best: readonly number[] = [];
  for (const { name } of reachable(() => files.tryList(versions)) ?? []) {
    if (!name.startsWith(`${prefix}.`) || !/^[\d.]+$/.test(name)) continue;
    const numbers = name.split(".").map(Number);
    if (newest !== undefined && compareNumbers(numbers, best) <= 0) continue;
    newest = name;
    best = numbers;
  }
  return newest;
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function onPathWithout(
  shims: string,
  program: string,
  { files, host }: PyenvWorld,
): string | undefined {
  for (const folder of searchFolders(host.env["PATH"], host)) {
    const path = joined(host, folder, program);
    if (folder !== shims && reachable(() => files.tryStat(path))?.kind === "file") return path;
  }
  return undefined;
}
