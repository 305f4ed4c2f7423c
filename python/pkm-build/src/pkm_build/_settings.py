"""`[tool.pkm.build]`; pkm's page on the backend describes every key."""

import re
from dataclasses import dataclass

from pkm_build._errors import build_setting_invalid
from pkm_build._glob import Glob
from pkm_build._table import Table
from pkm_build._text import path_in_tree

# The keys of a wheel's `.data` folder (PyPUG binary-distribution-format), in order.
DATA_SCHEMES = ("data", "headers", "platlib", "purelib", "scripts")


@dataclass(frozen=True)
class VersionSource:
    """Where a dynamic version comes from: an attribute of a file, or tags of git."""

    file: "str | None" = None
    attribute: str = "__version__"
    git: "tuple[str, str] | None" = None
    local: bool = True


@dataclass(frozen=True)
class Extension:
    name: str
    sources: list
    include_dirs: list
    define_macros: list
    libraries: list
    compile_args: list
    link_args: list
    # The oldest Python 3 whose limited API the module keeps to.
    limited_api: "int | None"


@dataclass(frozen=True)
class Settings:
    # The folder below which modules lie: `src`, or empty for the project's own.
    root: str
    modules: "list | None"
    include: list
    exclude: list
    wheel_include: list
    wheel_exclude: list
    data: list
    version: "VersionSource | None"
    extensions: list


def read_settings(document, file):
    def fault(key, why):
        return build_setting_invalid(file, key, why)

    table = Table(document, "", fault)
    for key in ("tool", "pkm", "build"):
        table = table.table(key) or Table({}, table.at(key), fault)
    table.refuse_unknown(
        (
            "layout",
            "modules",
            "include",
            "exclude",
            "wheel-include",
            "wheel-exclude",
            "data",
            "version",
            "extensions",
        )
    )
    return Settings(
        root=_layout(table),
        modules=_modules(table),
        include=_globs(table, "include"),
        exclude=_globs(table, "exclude"),
        wheel_include=_globs(table, "wheel-include"),
        wheel_exclude=_globs(table, "wheel-exclude"),
        data=_data(table),
        version=_version_source(table),
        extensions=_extensions(table),
    )


def _layout(table):
    layout = table.text("layout")
    if layout not in (None, "src", "flat"):
        raise table.fault("layout", "is `%s`, which is neither `src` nor `flat`" % layout)
    return "" if layout == "flat" else "src"


def is_module_name(name):
    """True for a name that `import` could say; the first part may be that of a package of stubs (PEP 561)."""
    first, *rest = name.split(".")
    return all(part.isidentifier() for part in [first.removesuffix("-stubs"), *rest])


def _modules(table):
    modules = table.texts("modules")
    for position, name in enumerate(modules or ()):
        if not is_module_name(name):
            raise table.fault(
                "modules[%d]" % position, "is `%s`, which is no name of a module" % name
            )
    return modules


def _globs(table, key):
    globs = []
    for position, text in enumerate(table.texts(key) or ()):
        try:
            globs.append(Glob(text))
        except ValueError as error:
            raise table.fault(
                "%s[%d]" % (key, position), "is `%s`, which %s" % (text, error)
            ) from None
    return globs


def _data(table):
    data = table.table("data")
    if data is None:
        return []
    data.refuse_unknown(DATA_SCHEMES)
    return [
        (scheme, _tree_path(data, scheme, data.required_text(scheme)))
        for scheme in DATA_SCHEMES
        if data.has(scheme)
    ]


def _tree_path(table, key, text):
    path = path_in_tree(text)
    if path is None:
        raise table.fault(key, "is `%s`, which is no path below the project's folder" % text)
    return path


def _tree_paths(table, key):
    return [
        _tree_path(table, "%s[%d]" % (key, position), text)
        for position, text in enumerate(table.texts(key) or ())
    ]


def _version_source(table):
    version = table.table("version")
    if version is None:
        return None
    version.refuse_unknown(("file", "attribute", "git-tag", "local"))
    tag = version.text("git-tag")
    if tag is None:
        if version.has("local"):
            raise version.fault("local", "only has a meaning beside `git-tag`")
        attribute = version.text("attribute")
        attribute = "__version__" if attribute is None else attribute
        if not attribute.isidentifier():
            raise version.fault("attribute", "is `%s`, which is no name of a variable" % attribute)
        file = version.required_text("file") if version.has("file") else None
        if file is not None:
            file = _tree_path(version, "file", file)
        return VersionSource(file=file, attribute=attribute)
    for key in ("file", "attribute"):
        if version.has(key):
            raise version.fault(key, "has no meaning beside `git-tag`")
    parts = tag.split("{version}")
    # Git would take anything else for a pattern of its own.
    if len(parts) != 2 or not re.fullmatch(r"[A-Za-z0-9._/-]*", "".join(parts)):
        raise version.fault("git-tag", "is `%s`, which is not of the form `v{version}`" % tag)
    local = version.truth("local")
    return VersionSource(git=(parts[0], parts[1]), local=local is not False)


def _extensions(build):
    extensions = []
    for table in build.tables("extensions") or ():
        table.refuse_unknown(
            (
                "name",
                "sources",
                "include-dirs",
                "define-macros",
                "libraries",
                "compile-args",
                "link-args",
                "py-limited-api",
            )
        )
        name = table.required_text("name")
        if not is_module_name(name) or "-" in name:
            raise table.fault("name", "is `%s`, which is no name of a module" % name)
        if any(name == other.name for other in extensions):
            raise table.fault("name", "is `%s`, which another extension has" % name)
        sources = _tree_paths(table, "sources")
        if not sources:
            raise table.fault("sources", "must name a file of C")
        for path in sources:
            if not path.endswith(".c"):
                raise table.fault(
                    "sources", "has `%s`, and only files of C (`.c`) are compiled" % path
                )
        extensions.append(
            Extension(
                name=name,
                sources=sources,
                include_dirs=_tree_paths(table, "include-dirs"),
                define_macros=_macros(table),
                libraries=table.texts("libraries") or [],
                compile_args=table.texts("compile-args") or [],
                link_args=table.texts("link-args") or [],
                limited_api=_limited_api(table),
            )
        )
    return extensions


def _macros(table):
    macros = table.texts("define-macros") or []
    for position, macro in enumerate(macros):
        if not re.match(r"[A-Za-z_][A-Za-z0-9_]*(=|\Z)", macro):
            raise table.fault(
                "define-macros[%d]" % position,
                "is `%s`, which is neither `NAME` nor `NAME=VALUE`" % macro,
            )
    return macros


def _limited_api(table):
    text = table.text("py-limited-api")
    if text is None:
        return None
    found = re.fullmatch(r"3\.([0-9]{1,3})", text)
    if found is None or int(found[1]) < 2:
        raise table.fault("py-limited-api", "is `%s`, which is not of the form `3.9`" % text)
    return int(found[1])
