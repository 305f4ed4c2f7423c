"""From a source tree to archives; what the hooks do."""

import os
import tomllib
from dataclasses import dataclass

from pkm_build import _archives, _extensions, _files, _metadata
from pkm_build._errors import (
    build_needs_project,
    dynamic_not_determined,
    editable_needs_compiler,
    toml_syntax,
)
from pkm_build._project_table import ProjectTable, read_project_table
from pkm_build._settings import Settings, read_settings
from pkm_build._text import order
from pkm_build._tree import SourceTree
from pkm_build._version import project_version

_PURE_TAG = "py3-none-any"


@dataclass(frozen=True)
class Project:
    """A source tree that has been understood, and nothing written yet."""

    # pyproject.toml, as messages name it.
    file: str
    tree: SourceTree
    table: ProjectTable
    settings: Settings
    module_files: list
    version: object
    # `name-version` as it stands in file names (PEP 427, 625).
    stem: str


def open_project(folder):
    file = os.path.join(folder, "pyproject.toml")
    document = _read_toml(file)
    table = read_project_table(document, file)
    if table is None:
        raise build_needs_project(file, "it has no `[project]`")
    for key in table.dynamic:
        if key != "version":
            raise dynamic_not_determined(file, key)
    settings = read_settings(document, file)
    tree = SourceTree(folder)
    module_files, entries = _files.find_modules(table, settings, tree, file)
    version = project_version(table, settings, entries, tree)
    stem = "%s-%s" % (table.name.replace("-", "_"), version)
    return Project(file, tree, table, settings, module_files, version, stem)


def _read_toml(file):
    try:
        with open(file, encoding="utf-8-sig", newline="") as stream:
            return tomllib.loads(stream.read())
    except FileNotFoundError:
        raise build_needs_project(file, "there is no such file") from None
    except UnicodeDecodeError:
        raise build_needs_project(file, "it is not UTF-8", ["save it as UTF-8"]) from None
    except tomllib.TOMLDecodeError as error:
        raise toml_syntax(file, str(error)) from None


def build_sdist(directory):
    seconds = _archives.archive_time()
    project = open_project(os.getcwd())
    tree = project.tree
    members = [
        ("%s/%s" % (project.stem, path), tree.mode(path), tree.read(path))
        for path in _files.sdist_files(project)
    ]
    metadata = _metadata.project_metadata(project, _files.license_files(project))
    members.append((project.stem + "/PKG-INFO", 0o644, metadata.encode()))
    members.sort(key=lambda member: order(member[0]))
    return _written(directory, project.stem + ".tar.gz", _archives.write_tar_gz, members, seconds)


def build_wheel(directory):
    project = open_project(os.getcwd())
    extensions = project.settings.extensions
    if not extensions:
        return _write_wheel(directory, project, _wheel_parts(project), _PURE_TAG)
    settings = _extensions.read_compiler_settings()
    tag = _extensions.tag_of(extensions, settings)
    compiled = _extensions.compile_modules(project, settings)
    return _write_wheel(directory, project, _wheel_parts(project, compiled), tag)


def build_editable(directory):
    """A wheel whose path file leads to the tree (PEP 660), with what a path cannot give."""
    project = open_project(os.getcwd())
    if project.settings.extensions:
        raise editable_needs_compiler(project.table.display_name)
    root = os.path.join(project.tree.folder, project.settings.root).rstrip(os.sep)
    parts = dict(_data_parts(project))
    parts[project.table.name.replace("-", "_") + ".pth"] = (0o644, (root + "\n").encode())
    return _write_wheel(directory, project, parts, _PURE_TAG)


def prepare_metadata(directory):
    """The dist-info folder of the wheel, RECORD aside."""
    project = open_project(os.getcwd())
    extensions, tag = project.settings.extensions, _PURE_TAG
    if extensions:
        tag = _extensions.tag_of(extensions, _extensions.read_compiler_settings())
    for name, (_, content) in _info_parts(project, tag).items():
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    return project.stem + ".dist-info"


def _wheel_parts(project, compiled=()):
    """Members outside the dist-info folder: name to mode and content."""
    tree, parts = project.tree, {}
    for name, path in _files.wheel_files(project).items():
        parts[name] = (tree.mode(path), tree.read(path))
    parts.update(_data_parts(project))
    # What was compiled now stands before what an earlier build may have left in the tree.
    for name, content in compiled:
        parts[name] = (0o755, content)
    return parts


def _data_parts(project):
    tree = project.tree
    for below, path in _files.data_files(project).items():
        mode = 0o755 if below.startswith("scripts/") else tree.mode(path)
        yield "%s.data/%s" % (project.stem, below), (mode, tree.read(path))


def _info_parts(project, tag):
    licenses = _files.license_files(project)
    texts = {
        "METADATA": _metadata.project_metadata(project, licenses),
        "WHEEL": _metadata.wheel_file(tag, not project.settings.extensions),
        "entry_points.txt": _metadata.entry_points(project),
    }
    contents = {name: text.encode() for name, text in texts.items() if text != ""}
    for path in licenses:
        contents["licenses/" + path] = project.tree.read(path)
    return {
        "%s.dist-info/%s" % (project.stem, name): (0o644, content)
        for name, content in contents.items()
    }


def _write_wheel(directory, project, parts, tag):
    info = _info_parts(project, tag)
    members = [
        (name, *some[name]) for some in (parts, info) for name in sorted(some, key=order)
    ]
    record = project.stem + ".dist-info/RECORD"
    rows = [_metadata.record_row(record)]
    rows += [_metadata.record_row(name, content) for name, _, content in members]
    members.append((record, 0o644, "".join(sorted(rows, key=order)).encode()))
    filename = "%s-%s.whl" % (project.stem, tag)
    return _written(directory, filename, _archives.write_zip, members, _archives.archive_time())


def _written(directory, name, write, members, seconds):
    """An archive is there whole or not at all, whatever stops its making."""
    fresh = os.path.join(directory, ".%s.new" % name)
    try:
        write(fresh, members, seconds)
        os.replace(fresh, os.path.join(directory, name))
    except BaseException:
        if os.path.lexists(fresh):
            os.remove(fresh)
        raise
    return name
