import type { World } from "#platform/ports";
import { isExecutable } from "./interpreter-at.ts";
import { joined, lastName, parentFolder, searchFolders } from "./path-names.ts";
import { pyenvShimTarget, pyenvVersionsFolder, releaseInPyenvName } from "./pyenv.ts";
import type { PythonRequest } from "./python-request.ts";
import { reachable } from "./reachable.ts";
import { registeredPythons } from "./registered-pythons.ts";
import { activeFolders, executableIn, nearestVirtualFolder } from "./virtual-folder.ts";
import type { InterpreterWorld } from "./world.ts";

/** An executable worth asking. */
export type Candidate = {
  readonly path: string;
  readonly source: string;
  /** What its name already says about its version. */
  readonly release: readonly number[];
  /** Why there is nothing to ask behind the path now: a shim of pyenv for a version that is not chosen. */
  readonly idle?: string;
};

/** The active environment, then the nearest one. */
export function* environmentCandidates(world: InterpreterWorld): Generator<Candidate> {
  const { host } = world;
  for (const { variable, folder } of activeFolders(host)) {
    const atTop = variable === "CONDA_PREFIX" && host.os === "windows";
    const path = atTop ? joined(host, folder, "python.exe") : executableIn(folder, world);
    if (isExecutable(path, world)) yield { path, source: variable, release: [] };
  }
  const nearest = nearestVirtualFolder(host.cwd, world);
  if (nearest === undefined) return;
  const path = executableIn(nearest.prefix, world);
  if (isExecutable(path, world)) yield { path, source: ".venv", release: [] };
}

/** Everything installed: PATH, pyenv's and uv's folders, the registry. Lazy: what is not asked for is not looked up. */
export function* installedCandidates(
  request: PythonRequest,
  world: InterpreterWorld,
): Generator<Candidate> {
  yield* pathCandidates(request, world);
  if (request.kind === "program") return;
  yield* pyenvCandidates(world);
  yield* uvCandidates(world);
  if (world.registry !== undefined) yield* registeredPythons(world.registry, world);
}

function* pathCandidates(request: PythonRequest, world: InterpreterWorld): Generator<Candidate> {
  const { host } = world;
  const names = programNames(request).map((name) => (host.os === "windows" ? `${name}.exe` : name));
  for (const folder of searchFolders(host.env["PATH"], host))
    for (const name of names) {
      const path = joined(host, folder, name);
      if (isExecutable(path, world)) yield onPath(path, name, world);
    }
}

function onPath(path: string, name: string, world: InterpreterWorld): Candidate {
  const shim = pyenvShimTarget(path, world);
  if (shim === undefined) return { path, source: "PATH", release: releaseInName(name) };
  if (shim.kind === "none")
    return { path, source: "PATH", release: releaseInName(name), idle: shim.why };
  const folder = lastName(parentFolder(parentFolder(shim.path)));
  return { path: shim.path, source: "PATH", release: releaseInPyenvName(folder) };
}

/** Minor versions whose programs are looked for by name when the request leaves the version open. */
const minors = Array.from({ length: 20 }, (_, index) => 25 - index);

function programNames(request: PythonRequest): string[] {
  if (request.kind === "program") return [request.name];
  const plain = ["python", "python3"];
  if (request.kind !== "version")
    return [...plain, ...minors.map((minor) => `python3.${minor}`), "pypy3", "graalpy"];
  const { implementation, release, build } = request;
  const [major, minor] = release;
  const own =
    implementation === undefined || implementation === "cpython" ? "python" : implementation;
  const names: string[] = [];
  if (major !== undefined && minor !== undefined) {
    if (build.freeThreaded === true) names.push(`${own}${major}.${minor}t`);
    names.push(`${own}${major}.${minor}`);
    if (implementation === undefined) names.push(`pypy${major}.${minor}`);
  }
  names.push(...(own === "python" ? plain : [`${own}3`, own, ...plain]));
  if (minor === undefined && own !== "graalpy")
    names.push(
      ...minors.flatMap((each) =>
        build.freeThreaded === true ? [`${own}3.${each}t`, `${own}3.${each}`] : `${own}3.${each}`,
      ),
    );
  return names;
}

function* pyenvCandidates(world: InterpreterWorld): Generator<Candidate> {
  const { files, host } = world;
  const versions = pyenvVersionsFolder(world);
  const found: { name: string; release: readonly number[] }[] = [];
  for (const { name } of reachable(() => files.tryList(versions)) ?? []) {
    found.push({ name, release: releaseInPyenvName(name) });
  }
  for (const { name, release } of newestFirst(found)) {
    const folder = joined(host, versions, name);
    const path =
      host.os === "windows" ? joined(host, folder, "python.exe") : `${folder}/bin/python`;
    if (isExecutable(path, world)) yield { path, source: "pyenv", release };
  }
}

function* uvCandidates(world: InterpreterWorld): Generator<Candidate> {
  const { files, host } = world;
  const folder = uvFolder(world);
  const found: { name: string; release: readonly number[] }[] = [];
  for (const { name } of reachable(() => files.tryList(folder)) ?? []) {
    const parts = /^(?:cpython|pypy|graalpy)-([0-9]+\.[0-9]+(?:\.[0-9]+)?)/.exec(name);
    if (parts !== null) found.push({ name, release: (parts[1] as string).split(".").map(Number) });
  }
  for (const { name, release } of newestFirst(found)) {
    const inside = joined(host, folder, name);
    const path =
      host.os === "windows"
        ? joined(host, inside, "python.exe")
        : `${inside}/bin/python${name.startsWith("cpython") ? "3" : ""}`;
    if (isExecutable(path, world)) yield { path, source: "uv", release };
  }
}

function uvFolder({ host }: Pick<World, "host">): string {
  const named = host.env["UV_PYTHON_INSTALL_DIR"];
  if (named !== undefined && named !== "") return named;
  if (host.os === "windows")
    return joined(host, host.env["APPDATA"] ?? host.home, "uv", "data", "python");
  const data = host.env["XDG_DATA_HOME"];
  return joined(
    host,
    data !== undefined && data !== "" ? data : `${host.home}/.local/share`,
    "uv",
    "python",
  );
}

function newestFirst<T extends { name: string; release: readonly number[] }>(found: T[]): T[] {
  return found.sort((a, b) => {
    for (let index = 0; index < 3; index++) {
      const difference = (b.release[index] ?? -1) - (a.release[index] ?? -1);
      if (difference !== 0) return difference;
    }
    return a.name < b.name ? -1 : 1;
  });
}

function releaseInName(name: string): readonly number[] {
  const numbers = /([0-9]+(?:\.[0-9]+)?)t?(?:\.exe)?$/.exec(lastName(name))?.[1];
  return numbers === undefined ? [] : numbers.split(".").map(Number);
}
