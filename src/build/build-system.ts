import { nearest } from "#base/text";
import type { World } from "#platform/ports";
import { parseToml } from "#platform/toml";
import { parseRequirement, type Requirement } from "#standards/requirement";
import { TomlTable } from "#standards/toml-table";
import { buildSystemInvalid, sourceInvalid } from "./errors.ts";

/** How a source tree wants to be built (PyPUG pyproject-toml, `[build-system]`). */
export type BuildSystem = {
  readonly requires: readonly string[];
  readonly requirements: readonly Requirement[];
  /** `module.sub:object.attribute`. */
  readonly backend: string;
  /** Folders inside the tree from which the backend must come; `undefined` when it is installed. */
  readonly backendPath: readonly string[] | undefined;
  /** The tree does not say which backend it wants. */
  readonly isLegacy: boolean;
};

/** What `pyproject.toml` of a tree says, as far as builds are concerned. */
export type SourceTables = {
  readonly buildSystem: BuildSystem;
  /** The decoded `pyproject.toml`; `undefined` when there is none. */
  readonly document: unknown;
};

/**
 * Reads `pyproject.toml` of a tree. PEP 517 and 518: a tree without the file, or without the table, is built by
 * setuptools the old way; a table without `requires` is a mistake; folders of `backend-path` lie inside the tree.
 */
export function readBuildSystem(
  root: string,
  source: string,
  { files }: Pick<World, "files">,
): SourceTables {
  const text = files.tryReadText(`${root}/pyproject.toml`);
  if (text === undefined) {
    if (files.tryStat(`${root}/setup.py`)?.kind !== "file")
      throw sourceInvalid(source, "it has neither `pyproject.toml` nor `setup.py`");
    return { buildSystem: legacy(legacyRequires), document: undefined };
  }
  const document = parseToml(text, `pyproject.toml of ${source}`);
  const buildSystem = parseBuildSystem(document, source);
  for (const folder of buildSystem.backendPath ?? []) {
    const path = `${root}/${folder}`;
    const isInside =
      files.tryStat(path)?.kind === "folder" &&
      isWithin(files.realPath(path), files.realPath(root));
    if (!isInside)
      throw buildSystemInvalid(
        source,
        "build-system.backend-path",
        `names \`${folder}\`, which is no folder inside the tree`,
      );
  }
  return { buildSystem, document };
}

/** The table alone, as far as it can be judged without the tree. */
export function parseBuildSystem(document: unknown, source: string): BuildSystem {
  const fault = (key: string, why: string, cause?: unknown) =>
    buildSystemInvalid(source, key, why, cause);
  const table = TomlTable.of(document, "", fault).table("build-system");
  if (table === undefined) return legacy(legacyRequires);
  for (const key of table.keys()) {
    // Later standards may have keys of their own, so only what looks like a slip is refused.
    const near = keys.includes(key) ? undefined : nearest(key, keys, 1)[0];
    if (near !== undefined) throw table.fault(key, `is no key of it, \`${near}\` is`);
  }
  const requires = table.texts("requires");
  if (requires === undefined) throw table.fault("requires", "is missing");
  const requirements = table.parsedList("requires", parseRequirement) ?? [];
  const backend = table.text("build-backend");
  const backendPath = table.texts("backend-path");
  if (backend === undefined) {
    if (backendPath !== undefined)
      throw table.fault("backend-path", "is given without `build-backend`");
    return legacy(requires, requirements);
  }
  if (!/^[\p{L}_][\p{L}\p{N}_.]*(?::[\p{L}_][\p{L}\p{N}_.]*)?$/u.test(backend))
    throw table.fault("build-backend", `is \`${backend}\`, which is not of the form MODULE:OBJECT`);
  for (const folder of backendPath ?? [])
    if (/^(?:[/\\]|[A-Za-z]:)/.test(folder) || folder.split(/[/\\]/).includes(".."))
      throw table.fault("backend-path", `names \`${folder}\`, which leads out of the tree`);
  return { requires, requirements, backend, backendPath, isLegacy: false };
}

const keys = ["requires", "build-backend", "backend-path"];
const legacyRequires = ["setuptools>=40.8.0"];

function legacy(
  requires: readonly string[],
  requirements: readonly Requirement[] = requires.map((text) => parseRequirement(text)),
): BuildSystem {
  return {
    requires,
    requirements,
    backend: "setuptools.build_meta:__legacy__",
    backendPath: undefined,
    isLegacy: true,
  };
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
