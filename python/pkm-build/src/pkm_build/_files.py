"""Which files of a tree go where."""

import re

from pkm_build._errors import (
    build_file_unusable,
    build_setting_invalid,
    license_glob_unmatched,
    module_not_found,
)
from pkm_build._glob import Glob, is_meant
from pkm_build._text import order, path_in_tree


def find_modules(table, settings, tree, file):
    """What can be imported from a project: its files in order, and the file that runs for each module."""
    files, entries = set(), []
    modules = settings.modules
    if modules is None:
        default = table.name.replace("-", "_")
        compiled = any(extension.name == default for extension in settings.extensions)
        modules = [] if compiled else [default]
    for module in modules:
        path = _path_of(module, settings.root)
        _refuse_package_above(module, settings, tree, file)
        entry = _entry_of(path, tree)
        if entry is not None:
            if is_meant(settings.exclude, entry):
                raise build_setting_invalid(
                    file,
                    "tool.pkm.build.exclude",
                    "leaves out %s, without which there is no module `%s`" % (entry, module),
                )
            entries.append(entry)
        is_folder = tree.kind(path) == "folder" if entry is None else entry.startswith(path + "/")
        if is_folder:
            # A folder without `__init__.py` is a namespace only where somebody says so: mostly the file is
            # forgotten.
            if entry is None and settings.modules is None:
                raise module_not_found(
                    module,
                    "%s has no __init__.py" % path,
                    [
                        "add %s/__init__.py" % path,
                        'say that it is a namespace: `modules = ["%s"]` in `[tool.pkm.build]`' % module,
                    ],
                )
            below = tree.below(path, settings.exclude)
            if not below:
                raise module_not_found(
                    module, "%s has no files" % path, ["add one, or take it out of `modules`"]
                )
            files.update(below)
        elif entry is None:
            raise _not_found(module, path, settings, tree)
        else:
            files.add(entry)
            stub = path + ".pyi"
            if tree.kind(stub) == "file" and not is_meant(settings.exclude, stub):
                files.add(stub)
    return sorted(files, key=order), entries


def _path_of(module, root):
    path = module.replace(".", "/")
    return "%s/%s" % (root, path) if root else path


def _entry_of(path, tree):
    for file in (path + "/__init__.py", path + "/__init__.pyi", path + ".py"):
        if tree.kind(file) == "file":
            return file
    return None


def _refuse_package_above(module, settings, tree, file):
    parts = module.split(".")
    for length in range(1, len(parts)):
        above = ".".join(parts[:length])
        runs = _path_of(above, settings.root) + "/__init__.py"
        if tree.kind(runs) == "file" and above not in (settings.modules or ()):
            raise build_setting_invalid(
                file,
                "tool.pkm.build.modules",
                "has `%s` without `%s`, and %s makes `%s` a package of its own"
                % (module, above, runs, above),
                ["write `%s` in its place, or remove %s" % (above, runs)],
            )


def _not_found(module, path, settings, tree):
    other = "src" if settings.root == "" else ""
    elsewhere = _path_of(module, other)
    if _entry_of(elsewhere, tree) is not None:
        layout = "src" if other else "flat"
        return module_not_found(
            module,
            "found it at %s, not at %s" % (elsewhere, path),
            ['write `layout = "%s"` into `[tool.pkm.build]`' % layout],
        )
    return module_not_found(
        module,
        "there is neither %s/__init__.py nor %s.py" % (path, path),
        ['name what can be imported: `modules = ["NAME"]` in `[tool.pkm.build]`'],
    )


def project_file(text, key):
    path = path_in_tree(text)
    if path is None:
        raise build_file_unusable(text, key, "it does not lie below the project's folder")
    return path


_CUSTOMARY_LICENSES = [Glob(text) for text in ("LICEN[CS]E*", "COPYING*", "NOTICE*", "AUTHORS*")]


def license_files(project):
    """The licence files of a project (PEP 639). Where it says nothing, files of the customary names count."""
    if project.table.license_files is None:
        return project.tree.find(_CUSTOMARY_LICENSES)
    found = set()
    for text in project.table.license_files:
        try:
            glob = Glob(text)
        except ValueError as error:
            raise build_file_unusable(text, "project.license-files", "it %s" % error) from None
        files = project.tree.find([glob])
        if not files:
            raise license_glob_unmatched(text)
        found.update(files)
    return sorted(found, key=order)


def wheel_files(project):
    """What the wheel takes from the tree: its path there to the path here."""
    settings, found = project.settings, {}
    further = ()
    if settings.wheel_include:
        further = project.tree.find(settings.wheel_include, settings.exclude)
    below = settings.root + "/" if settings.root else ""
    for path in (*project.module_files, *further):
        if is_meant(settings.wheel_exclude, path):
            continue
        if not path.startswith(below):
            raise build_setting_invalid(
                project.file,
                "tool.pkm.build.wheel-include",
                "finds %s, which does not lie below `%s`" % (path, settings.root),
                ["name its folder in `[tool.pkm.build.data]`, or move it"],
            )
        found[path[len(below) :]] = path
    return found


def data_files(project):
    """What the wheel's `.data` folder takes from the tree: `scheme/path` to the path here."""
    found = {}
    for scheme, folder in project.settings.data:
        for path in _data_below(project, scheme, folder):
            if not is_meant(project.settings.wheel_exclude, path):
                found["%s/%s" % (scheme, path[len(folder) + 1 :])] = path
    return found


def _data_below(project, scheme, folder):
    """An empty folder is refused like none, since no sdist could hold it."""
    tree = project.tree
    files = tree.kind(folder) == "folder" and tree.below(folder, project.settings.exclude)
    if not files:
        raise build_file_unusable(
            folder, "tool.pkm.build.data." + scheme, "there is no such folder, or no file in it"
        )
    return files


def sdist_files(project):
    """Everything the sdist takes from the tree, so that the wheel can be built from it; in order."""
    tree, table, settings = project.tree, project.table, project.settings
    found = {"pyproject.toml", *project.module_files, *license_files(project)}
    if table.readme is not None and table.readme.file is not None:
        found.add(project_file(table.readme.file, "project.readme"))
    if table.license is not None and table.license[0] == "file":
        found.add(project_file(table.license[1], "project.license"))
    found.update(tree.find(settings.include + settings.wheel_include, settings.exclude))
    for scheme, folder in settings.data:
        found.update(_data_below(project, scheme, folder))
    if table.version is None and settings.version is not None and settings.version.file is not None:
        found.add(settings.version.file)
    for extension in settings.extensions:
        found.update(extension_files(extension, tree))
    found.discard("PKG-INFO")
    return sorted(found, key=order)


def extension_files(extension, tree):
    """Sources, and the headers of the folders they are looked for in."""
    found = list(extension.sources)
    for path in found:
        if tree.kind(path) != "file":
            raise build_file_unusable(path, "tool.pkm.build.extensions", "there is no such file")
    for folder in extension.include_dirs:
        files = tree.below(folder, ()) if tree.kind(folder) == "folder" else []
        headers = [path for path in files if re.search(r"\.(h|inc)\Z", path)]
        if not headers:
            raise build_file_unusable(
                folder, "tool.pkm.build.extensions", "there is no such folder, or no header in it"
            )
        found.extend(headers)
    return found
