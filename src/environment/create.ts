import { errnoOf, PkmError } from "#base/errors";
import type { Interpreter } from "#interpreter/interpreter";
import { joined, lastName, parentFolder } from "#interpreter/path-names";
import { virtualInterpreter } from "#interpreter/virtual";
import { parseVirtualConfig, readVirtualFolder } from "#interpreter/virtual-folder";
import type { World } from "#platform/ports";
import { activationScripts } from "./activation.ts";
import { virtualEnvironment } from "./environment-of.ts";
import { EnvironmentWriter } from "./environment-writer.ts";
import type { PythonEnvironment } from "./environment.ts";
import {
  environmentExists,
  environmentNotWritten,
  folderIsForeign,
  folderIsUnusable,
} from "./errors.ts";
import * as posix from "./layout.posix.ts";
import * as windows from "./layout.windows.ts";
import { replaceFolder, stagingBeside } from "./replace-folder.ts";
import { formatVirtualConfig } from "./virtual-config.ts";

export type CreateRequest = {
  /** Absolute folder of the environment. */
  readonly path: string;
  readonly interpreter: Interpreter;
  /** Version of pkm, for `pyvenv.cfg`. */
  readonly creator: string;
  /**
   * Shown before the shell's prompt; `.` stands for the name of the current folder. When left out the name of the
   * environment's folder, or of the folder around a `.venv`.
   */
  readonly prompt?: string;
  readonly systemSitePackages?: boolean;
  /** Replace an environment that is there. A folder that is no environment is refused. */
  readonly clear?: boolean;
  /** Write into an existing folder and keep what else it holds. */
  readonly allowExisting?: boolean;
  readonly relocatable?: boolean;
  /** Whole folders of distributions shall be links into the store. */
  readonly shared?: boolean;
  /** Noted in `pyvenv.cfg`; the seeding itself is done by `provision`. */
  readonly seed?: boolean;
};

type CreateWorld = Pick<World, "files" | "host">;

/**
 * Makes a virtual environment (PEP 405, PyPUG virtual-environments) without running Python. It appears in one
 * step, whole; when anything fails, what was there before is there again and nothing else.
 */
export function createEnvironment(request: CreateRequest, world: CreateWorld): PythonEnvironment {
  refuseUnusablePath(request, world);
  const { path } = request;
  try {
    const there = world.files.tryStat(path);
    if (there === undefined) {
      if (world.files.tryLstat(path) !== undefined)
        throw folderIsForeign(path, "a link that leads nowhere is in the way", false);
      createFresh(request, world);
    } else if (there.kind !== "folder") throw folderIsForeign(path, "a file is in the way", false);
    else createOver(request, world);
  } catch (error) {
    if (error instanceof PkmError || errnoOf(error) === undefined) throw error;
    throw environmentNotWritten(path, error);
  }
  return environmentMade(request, world);
}

function refuseUnusablePath({ path, interpreter }: CreateRequest, { host }: CreateWorld): void {
  const separator = host.os === "windows" ? ";" : ":";
  const name = host.os === "windows" ? path.slice(2) : path;
  if (name.includes(separator))
    throw folderIsUnusable(
      path,
      `its path has a \`${separator}\`, which separates the folders of PATH`,
    );
  if (path.includes("\0")) throw folderIsUnusable(path, "its path has a null character");
  if (/[\r\n]/.test(parentFolder(interpreter.baseExecutable)))
    throw folderIsUnusable(
      path,
      "the interpreter's folder has a line end in its name, which pyvenv.cfg cannot hold",
    );
  if (parentFolder(path) === path)
    throw folderIsUnusable(path, "it is the root of the file system");
}

/** Builds in a folder beside and renames: nobody sees an environment that is not whole. */
function createFresh(request: CreateRequest, world: CreateWorld): void {
  const { files } = world;
  const parent = parentFolder(request.path);
  const missing = missingFolders(parent, world);
  const staging = stagingBeside(request.path, world);
  let isWhole = false;
  try {
    if (missing.length > 0) files.makeFolders(parent);
    files.makeFolder(staging);
    build(staging, request, world, false);
    isWhole = true;
    files.rename(staging, request.path);
  } catch (error) {
    files.removeTree(staging);
    for (const folder of missing) ignoringFailure(() => files.removeEmptyFolder(folder));
    // Somebody else was faster.
    if (isWhole && ["ENOTEMPTY", "EEXIST"].includes(errnoOf(error) ?? ""))
      throw environmentExists(request.path);
    throw error;
  }
}

function createOver(request: CreateRequest, world: CreateWorld): void {
  const { path } = request;
  const { files } = world;
  const isEnvironment = readVirtualFolder(path, world) !== undefined;
  const isEmpty = !isEnvironment && files.list(path).length === 0;
  if (request.clear === true && !isEmpty) {
    if (!isEnvironment)
      throw folderIsForeign(
        path,
        "it has no pyvenv.cfg, so it is no environment, and `--clear` would delete what it holds",
        true,
      );
    const target = world.files.realPath(path);
    replaceFolder(target, (folder) => build(folder, request, world, false), world);
    return;
  }
  if (!isEmpty && request.allowExisting !== true)
    throw isEnvironment
      ? environmentExists(path)
      : folderIsForeign(path, "the folder exists, is no environment, and is not empty", true);
  build(path, request, world, !isEmpty);
}

/** Writes everything below a folder that exists. `pyvenv.cfg` comes last: it makes the folder an environment. */
function build(
  folder: string,
  request: CreateRequest,
  world: CreateWorld,
  mayExist: boolean,
): void {
  const { interpreter } = request;
  const layout = world.host.os === "windows" ? windows : posix;
  const places = relativePlaces(interpreter);
  const writer = new EnvironmentWriter(folder, world.files, mayExist);
  try {
    writer.folder(places.scripts);
    writer.folder(places.purelib);
    if (layout.needsLib64(interpreter) && !writer.has("lib64")) writer.link("lib", "lib64");
    if (!places.platlib.startsWith("lib64/")) writer.folder(places.platlib);
    layout.placeInterpreter(places.scripts, interpreter, writer);
    for (const [name, text] of activationScripts({
      folder: request.path,
      scripts: places.scripts,
      prompt: shownPrompt(request, world),
      relocatable: request.relocatable === true,
      sitePackages: [...new Set([places.purelib, places.platlib])],
    }))
      writer.file(`${places.scripts}/${name}`, text);
    if (!writer.has(".gitignore")) writer.file(".gitignore", "*\n");
    writer.file("CACHEDIR.TAG", cacheTag);
    writer.file("pyvenv.cfg", configOf(request, world));
  } catch (error) {
    writer.undo();
    throw error;
  }
}

// The first line is fixed by the convention that backup programs know (bford.info/cachedir).
const cacheTag = `Signature: 8a477f597d28d172789f06886806bc55
# A Python environment: everything in this folder can be made anew.
`;

function configOf(request: CreateRequest, world: CreateWorld): string {
  return formatVirtualConfig({
    interpreter: request.interpreter,
    creator: request.creator,
    systemSitePackages: request.systemSitePackages === true,
    relocatable: request.relocatable === true,
    shared: request.shared === true,
    seed: request.seed === true,
    prompt:
      request.prompt === undefined && lastName(request.path) !== ".venv"
        ? undefined
        : shownPrompt(request, world),
  });
}

function shownPrompt({ prompt, path }: CreateRequest, { host }: CreateWorld): string {
  if (prompt === ".") return lastName(host.cwd);
  if (prompt !== undefined) return prompt;
  const name = lastName(path);
  return name === ".venv" ? lastName(parentFolder(path)) || name : name;
}

/** Folders of the virtual scheme relative to the environment, with `/`. */
function relativePlaces({ virtualLayout }: Interpreter): {
  scripts: string;
  purelib: string;
  platlib: string;
} {
  const { scripts, purelib, platlib } = virtualLayout.paths;
  const relative = (path: string) => path.slice("{prefix}".length + 1).replaceAll("\\", "/");
  return { scripts: relative(scripts), purelib: relative(purelib), platlib: relative(platlib) };
}

function environmentMade(request: CreateRequest, world: CreateWorld): PythonEnvironment {
  const virtual = { prefix: request.path, config: parseVirtualConfig(configOf(request, world)) };
  const { scripts } = relativePlaces(request.interpreter);
  const program = world.host.os === "windows" ? "python.exe" : "python";
  const executable = joined(world.host, request.path, scripts, program);
  const use = { executable, source: "venv" };
  return virtualEnvironment(
    virtualInterpreter(request.interpreter, virtual, use),
    virtual,
    world.host,
  );
}

/** The folder and those above it that do not exist, innermost first. */
function missingFolders(folder: string, { files }: CreateWorld): string[] {
  const missing: string[] = [];
  for (let here = folder; files.tryStat(here) === undefined; here = parentFolder(here))
    missing.push(here);
  return missing;
}

function ignoringFailure(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}
