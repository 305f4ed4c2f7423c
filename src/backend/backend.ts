import { writeGzip, writeTar } from "#archive/tar-writer";
import { writeZip } from "#archive/zip-writer";
import { tryParseRequirement } from "#standards/requirement";
import { specifierContains } from "#standards/specifier-set";
import { archiveTime } from "./archive-time.ts";
import { backendVersion } from "./backend-version.ts";
import { editableNeedsCompiler } from "./errors.ts";
import {
  type CompilerSettings,
  compileModules,
  readCompilerSettings,
  tagOf,
} from "./extension-modules.ts";
import { openProject, type OwnProject } from "./own-project.ts";
import type { BackendWorld, BuildRequest } from "./request.ts";
import { sdistMembers } from "./sdist.ts";
import {
  editableParts,
  infoParts,
  pureTag,
  recorded,
  tagText,
  type WheelPart,
  wheelParts,
} from "./wheel.ts";

/** The table `[build-system]` as far as it tells which backend is meant (PEP 518). */
export type BuildSystemTable = {
  readonly requires: readonly string[];
  readonly backend: string | undefined;
  readonly backendPath: readonly string[] | undefined;
};

/**
 * True when a tree asks for the backend of this room, in a version this one is good for, and for nothing else: it can
 * then be built without a Python process. `pkm-build` installed and called through its hooks answers the same.
 */
export function isOwnBackend({ requires, backend, backendPath }: BuildSystemTable): boolean {
  if (backend !== "pkm_build" || backendPath !== undefined || requires.length !== 1) return false;
  const requirement = tryParseRequirement(requires[0] as string);
  return (
    requirement?.name === "pkm-build" &&
    requirement.extras.length === 0 &&
    requirement.url === undefined &&
    requirement.marker === undefined &&
    specifierContains(requirement.specifier, backendVersion, { prereleases: true })
  );
}

/** Writes the sdist into `output` and answers its file name (PEP 517, `build_sdist`). */
export async function buildSdist(request: BuildRequest, world: BackendWorld): Promise<string> {
  const time = archiveTime(world.host);
  const project = await openProject(request.source, world);
  const archive = writeGzip(writeTar(sdistMembers(project), time), time, world.inflate);
  return writeArchive(request, `${project.stem}.tar.gz`, [archive], world);
}

/** Writes the wheel into `output` and answers its file name (PEP 517, `build_wheel`). */
export async function buildWheel(request: BuildRequest, world: BackendWorld): Promise<string> {
  const project = await openProject(request.source, world);
  const settings = await compilerSettings(project, request, world);
  if (settings === undefined)
    return writeWheel(request, project, wheelParts(project, undefined), pureTag, world);
  const tag = tagOf(project.settings.extensions, settings);
  const modules = await compileModules(project, settings, world);
  return writeWheel(request, project, wheelParts(project, { tag, modules }), tagText(tag), world);
}

/** Writes a wheel that leads to the source tree (PEP 660, `build_editable`) and answers its file name. */
export async function buildEditable(request: BuildRequest, world: BackendWorld): Promise<string> {
  const project = await openProject(request.source, world);
  if (project.settings.extensions.length > 0)
    throw editableNeedsCompiler(project.table.displayName);
  return writeWheel(request, project, editableParts(project), pureTag, world);
}

/**
 * Writes the wheel's dist-info folder, RECORD aside, into `output` and answers the folder's name
 * (`prepare_metadata_for_build_wheel`, and the same for editables).
 */
export async function prepareMetadata(request: BuildRequest, world: BackendWorld): Promise<string> {
  const project = await openProject(request.source, world);
  const settings = await compilerSettings(project, request, world);
  const compiled =
    settings === undefined
      ? undefined
      : { tag: tagOf(project.settings.extensions, settings), modules: [] };
  for (const { name, content } of infoParts(project, compiled)) {
    const path = `${request.output}/${name}`;
    world.files.makeFolders(path.slice(0, path.lastIndexOf("/")));
    world.files.write(path, content());
  }
  return `${project.stem}.dist-info`;
}

async function compilerSettings(
  project: OwnProject,
  request: BuildRequest,
  world: BackendWorld,
): Promise<CompilerSettings | undefined> {
  if (project.settings.extensions.length === 0) return undefined;
  return readCompilerSettings(request, world);
}

function writeWheel(
  request: BuildRequest,
  project: OwnProject,
  parts: readonly WheelPart[],
  tag: string,
  world: BackendWorld,
): string {
  const members = recorded(parts, project, world);
  const pieces = writeZip(members, archiveTime(world.host), world.inflate);
  return writeArchive(request, `${project.stem}-${tag}.whl`, pieces, world);
}

/** An archive is there whole or not at all, whatever stops its making. */
function writeArchive(
  { output }: BuildRequest,
  name: string,
  pieces: Iterable<Uint8Array>,
  { files }: BackendWorld,
): string {
  const fresh = `${output}/.${name}.new`;
  try {
    files.write(fresh, pieces);
    files.rename(fresh, `${output}/${name}`);
  } catch (error) {
    files.tryRemove(fresh);
    throw error;
  }
  return name;
}
