"""What a person has to deal with. Codes and words are those of pkm, which explains each code on a page."""

import json


class BuildError(Exception):
    def __init__(self, code, what, why=None, fix=()):
        lines = ["%s [%s]" % (what, code)]
        if why is not None:
            lines.append("  why: " + why)
        lines.extend("  hint: " + line for line in fix)
        super().__init__("\n".join(lines))
        self.code = code


def build_setting_invalid(file, key, why, fix=()):
    fix = fix or ["docs/build-backend.md has every key of the table"]
    return BuildError("build-setting-invalid", "Cannot read %s: `%s` %s" % (file, key, why), None, fix)


def project_table_invalid(file, key, why):
    return BuildError("project-table-invalid", "Cannot read %s: `%s` %s" % (file, key, why))


def toml_syntax(file, why):
    return BuildError("toml-syntax", "Cannot read %s: it is not valid TOML" % file, why)


def build_needs_project(file, why, fix=()):
    fix = fix or ['add `[project]` with `name = "NAME"` and `version = "1.0"`']
    return BuildError("build-needs-project", "Cannot build from %s: %s" % (file, why), None, fix)


def dynamic_not_determined(file, key):
    return BuildError(
        "dynamic-not-determined",
        "Cannot build from %s: `project.dynamic` has `%s`" % (file, key),
        "of all keys pkm-build can only work out the version",
        ["write `%s` into `[project]` and take it out of `dynamic`" % key],
    )


def version_not_found(project, why, fix):
    return BuildError("build-version-not-found", "Cannot tell the version of " + project, why, fix)


def module_not_found(module, why, fix):
    return BuildError("build-module-not-found", "Cannot find the module `%s` to build" % module, why, fix)


def build_file_unusable(path, key, why):
    return BuildError(
        "build-file-unusable",
        "Cannot use `%s`, which `%s` names" % (path, key),
        why,
        ["correct `%s` in pyproject.toml, or add the file" % key],
    )


def license_glob_unmatched(glob):
    return BuildError(
        "license-glob-unmatched",
        "Cannot find a license file for `%s`" % glob,
        "every glob of `project.license-files` has to match a file",
        ["correct the glob in pyproject.toml, or add the file"],
    )


def build_link_refused(path, why):
    return BuildError(
        "build-link-refused",
        "Cannot pack the link `%s`: it %s" % (path, why),
        "an archive holds files of the source tree only",
        ['replace the link by a file, or leave it out: `exclude = ["%s"]`' % path],
    )


def build_path_refused(path, why):
    return BuildError(
        "build-path-refused",
        "Cannot pack %s: %s" % (json.dumps(path, ensure_ascii=False), why),
        None,
        ["rename or remove it, or leave it out with `exclude`"],
    )


def build_metadata_invalid(file, key, why):
    return BuildError(
        "build-metadata-invalid",
        "Cannot build from %s: `%s` %s" % (file, key, why),
        None,
        ["correct `%s`" % key],
    )


def build_date_invalid(text):
    return BuildError(
        "build-date-invalid",
        "Cannot date the archive: SOURCE_DATE_EPOCH is `%s`" % text,
        "it has to be whole seconds since 1970, in digits",
        ["export SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)", "unset SOURCE_DATE_EPOCH"],
    )


def extension_not_compiled(module, why, fix):
    return BuildError(
        "extension-not-compiled", "Cannot compile the extension module `%s`" % module, why, fix
    )


def compiler_settings_unknown(python, why):
    return BuildError(
        "compiler-settings-unknown",
        "Cannot learn from %s how extension modules are compiled" % python,
        why,
        ["build with another Python: `--python PATH`"],
    )


def editable_needs_compiler(project):
    return BuildError(
        "editable-has-extensions",
        "Cannot make an editable wheel of %s: it has extension modules" % project,
        "an editable wheel leads to the source tree, where nothing is compiled",
        ["install the project without `-e`"],
    )
