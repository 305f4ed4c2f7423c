import { PkmError } from "#base/errors";

/** `[tool.pkm.build]` says what the backend cannot make sense of; `key` is the whole path to it. */
export function buildSettingInvalid(
  file: string,
  key: string,
  why: string,
  fix: readonly string[] = [],
): PkmError {
  return new PkmError({
    code: "build-setting-invalid",
    what: `Cannot read ${file}: \`${key}\` ${why}`,
    fix: fix.length > 0 ? fix : ["docs/build-backend.md has every key of the table"],
  });
}

/** `pyproject.toml` asks for this backend, and says nothing of what to build. */
export function buildNeedsProject(
  file: string,
  why: string,
  fix: readonly string[] = ['add `[project]` with `name = "NAME"` and `version = "1.0"`'],
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "build-needs-project",
    what: `Cannot build from ${file}: ${why}`,
    fix,
    cause,
  });
}

/** A key of `[project]` is left to the build, which cannot tell it. */
export function dynamicNotDetermined(file: string, key: string): PkmError {
  return new PkmError({
    code: "dynamic-not-determined",
    what: `Cannot build from ${file}: \`project.dynamic\` has \`${key}\``,
    why: "of all keys pkm-build can only work out the version",
    fix: [`write \`${key}\` into \`[project]\` and take it out of \`dynamic\``],
  });
}

/** The version is left to the build, and is not where the settings say. */
export function versionNotFound(
  project: string,
  why: string,
  fix: readonly string[],
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "build-version-not-found",
    what: `Cannot tell the version of ${project}`,
    why,
    fix,
    cause,
  });
}

/** What `modules` names (or the project's name stands for) is not in the tree. */
export function moduleNotFound(module: string, why: string, fix: readonly string[]): PkmError {
  return new PkmError({
    code: "build-module-not-found",
    what: `Cannot find the module \`${module}\` to build`,
    why,
    fix,
  });
}

/** A file or folder that `pyproject.toml` names is not there, or cannot be used for what it is named for. */
export function buildFileUnusable(
  path: string,
  key: string,
  why: string,
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "build-file-unusable",
    what: `Cannot use \`${path}\`, which \`${key}\` names`,
    why,
    fix: [`correct \`${key}\` in pyproject.toml, or add the file`],
    cause,
  });
}

/** A glob of `license-files` finds nothing (PEP 639 makes that an error). */
export function licenseGlobUnmatched(glob: string): PkmError {
  return new PkmError({
    code: "license-glob-unmatched",
    what: `Cannot find a license file for \`${glob}\``,
    why: "every glob of `project.license-files` has to match a file",
    fix: ["correct the glob in pyproject.toml, or add the file"],
  });
}

/** A link that leads out of the source tree, to nothing, or round in a circle. */
export function buildLinkRefused(path: string, why: string): PkmError {
  return new PkmError({
    code: "build-link-refused",
    what: `Cannot pack the link \`${path}\`: it ${why}`,
    why: "an archive holds files of the source tree only",
    fix: [`replace the link by a file, or leave it out: \`exclude = ["${path}"]\``],
  });
}

/** A name that no archive may have, or something that is neither a file nor a folder. */
export function buildPathRefused(path: string, why: string): PkmError {
  return new PkmError({
    code: "build-path-refused",
    what: `Cannot pack ${JSON.stringify(path)}: ${why}`,
    fix: ["rename or remove it, or leave it out with `exclude`"],
  });
}

/** A value that is fine in TOML and not allowed in a distribution's metadata. */
export function buildMetadataInvalid(file: string, key: string, why: string): PkmError {
  return new PkmError({
    code: "build-metadata-invalid",
    what: `Cannot build from ${file}: \`${key}\` ${why}`,
    fix: [`correct \`${key}\``],
  });
}

/** `SOURCE_DATE_EPOCH` is no number of seconds. */
export function buildDateInvalid(text: string): PkmError {
  return new PkmError({
    code: "build-date-invalid",
    what: `Cannot date the archive: SOURCE_DATE_EPOCH is \`${text}\``,
    why: "it has to be whole seconds since 1970, in digits",
    fix: ["export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)", "unset SOURCE_DATE_EPOCH"],
  });
}

/** The compiler refused a source of an extension module, or cannot be started. */
export function extensionNotCompiled(
  module: string,
  why: string,
  fix: readonly string[],
  more: { readonly cause?: unknown; readonly excerpt?: string } = {},
): PkmError {
  return new PkmError({
    code: "extension-not-compiled",
    what: `Cannot compile the extension module \`${module}\``,
    why,
    fix,
    ...more,
  });
}

/** The Python to compile for cannot say how. */
export function compilerSettingsUnknown(python: string, why: string): PkmError {
  return new PkmError({
    code: "compiler-settings-unknown",
    what: `Cannot learn from ${python} how extension modules are compiled`,
    why,
    fix: ["build with another Python: `--python PATH`"],
  });
}

/** A path in the source tree is no place for what has to be compiled. */
export function editableNeedsCompiler(project: string): PkmError {
  return new PkmError({
    code: "editable-has-extensions",
    what: `Cannot make an editable wheel of ${project}: it has extension modules`,
    why: "an editable wheel leads to the source tree, where nothing is compiled",
    fix: ["install the project without `-e`"],
  });
}
