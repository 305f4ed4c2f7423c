"""`[project]` after validation (PyPUG pyproject-toml; PEP 621, 639, 794)."""

import re
from dataclasses import dataclass

from pkm_build._errors import project_table_invalid
from pkm_build._standards import (
    is_requirement,
    is_specifier_set,
    normalize_name,
    parse_version,
)
from pkm_build._table import Table
from pkm_build._text import nearest

# Those of one value, which cannot be both given and dynamic, and lists and tables.
_SINGLE = ("version", "description", "readme", "requires-python", "license")
_KNOWN = (
    "name",
    "dynamic",
    *_SINGLE,
    "license-files",
    "authors",
    "maintainers",
    "keywords",
    "classifiers",
    "urls",
    "scripts",
    "gui-scripts",
    "entry-points",
    "dependencies",
    "optional-dependencies",
    "import-names",
    "import-namespaces",
)


@dataclass(frozen=True)
class Readme:
    file: "str | None"
    text: "str | None"
    content_type: str


@dataclass(frozen=True)
class ProjectTable:
    name: str
    display_name: str
    version: object
    description: "str | None"
    readme: "Readme | None"
    requires_python: "str | None"
    # ("expression" | "file" | "text", value)
    license: "tuple[str, str] | None"
    license_files: "list | None"
    authors: list
    maintainers: list
    keywords: list
    classifiers: list
    urls: dict
    scripts: dict
    gui_scripts: dict
    entry_points: dict
    dependencies: list
    # By normalised name.
    optional_dependencies: dict
    import_names: "list | None"
    import_namespaces: "list | None"
    dynamic: list


def read_project_table(document, file):
    """The table, or None when there is none."""
    if "project" not in document:
        return None
    table = Table(document["project"], "project", lambda key, why: project_table_invalid(file, key, why))
    for key in table.value:
        near = None if key in _KNOWN else nearest(key, _KNOWN)
        if near is not None:
            raise table.fault(key, "is no key of it, `%s` is" % near)
    dynamic = _dynamic(table)
    display_name = table.required_text("name")
    name = normalize_name(display_name)
    if name is None:
        raise table.fault("name", "is `%s`, which is no name of a project" % display_name)
    version = _checked(table, "version", parse_version)
    if version is None and "version" not in dynamic:
        raise table.fault("version", "is missing")
    import_names = _imports(table, "import-names")
    import_namespaces = _imports(table, "import-namespaces")
    for entry in import_names or ():
        if _bare(entry) in map(_bare, import_namespaces or ()):
            raise table.fault(
                "import-namespaces", "has `%s`, which `import-names` has too" % _bare(entry)
            )
    description = table.text("description")
    if description is not None and ("\n" in description or "\r" in description):
        raise table.fault("description", "has more than one line")
    return ProjectTable(
        name=name,
        display_name=display_name,
        version=version and parse_version(version),
        description=description,
        readme=_readme(table),
        requires_python=_checked(table, "requires-python", is_specifier_set),
        license=_license(table),
        license_files=_license_files(table),
        authors=_people(table, "authors"),
        maintainers=_people(table, "maintainers"),
        keywords=table.texts("keywords") or [],
        classifiers=_classifiers(table),
        urls=table.text_table("urls"),
        scripts=table.text_table("scripts"),
        gui_scripts=table.text_table("gui-scripts"),
        entry_points=_entry_points(table),
        dependencies=_requirements(table, "dependencies"),
        optional_dependencies=_optional(table),
        import_names=import_names,
        import_namespaces=import_namespaces,
        dynamic=dynamic,
    )


def _checked(table, key, check):
    text = table.text(key)
    if text is not None and not check(text):
        raise table.fault(key, "is `%s`, which cannot be read" % text)
    return text


def _dynamic(table):
    dynamic = table.texts("dynamic") or []
    for key in dynamic:
        if key == "name":
            raise table.fault("dynamic", "has `name`, which must be given")
        if key not in _KNOWN or key == "dynamic":
            raise table.fault("dynamic", "has `%s`, which is no key of `[project]`" % key)
        if key in _SINGLE and table.has(key):
            raise table.fault(key, "is given and in `dynamic` at once")
    return dynamic


def _readme(table):
    value = table.value.get("readme")
    if value is None:
        return None
    if isinstance(value, str):
        lower = value.lower()
        if lower.endswith(".md"):
            return Readme(value, None, "text/markdown")
        if lower.endswith(".rst"):
            return Readme(value, None, "text/x-rst")
        raise table.fault("readme", "is `%s`, which ends neither in `.md` nor in `.rst`" % value)
    readme = table.table("readme")
    file, text = readme.text("file"), readme.text("text")
    if (file is None) == (text is None):
        raise table.fault("readme", "must have either `file` or `text`")
    return Readme(file, text, readme.required_text("content-type"))


def _license(table):
    value = table.value.get("license")
    if value is None:
        return None
    if isinstance(value, str):
        return ("expression", value)
    license = table.table("license")
    file, text = license.text("file"), license.text("text")
    if table.has("license-files"):
        raise table.fault("license", "must be an SPDX expression beside `license-files` (PEP 639)")
    if (file is None) == (text is None):
        raise table.fault("license", "must have either `file` or `text`")
    return ("file", file) if text is None else ("text", text)


def _license_files(table):
    globs = table.texts("license-files")
    for position, glob in enumerate(globs or ()):
        key = "license-files[%d]" % position
        if glob.startswith("/") or ".." in glob.split("/"):
            raise table.fault(key, "is `%s`, which leads out of the project" % glob)
        sets = re.sub(r"\[[^\[\]*?/ ]+\]", "", glob)
        if glob == "" or not all(one.isalnum() or one in "_-./ *?" for one in sets):
            raise table.fault(key, "is `%s`, which is no glob of PEP 639" % glob)
    return globs


def _people(table, key):
    people = []
    for person in table.tables(key) or ():
        name, email = person.text("name"), person.text("email")
        for other in person.value:
            if other not in ("name", "email"):
                raise person.fault(other, "is no key of a person, `name` and `email` are")
        if name is not None and "," in name:
            raise person.fault("name", "is `%s`, and a comma cannot be in it" % name)
        people.append((name, email))
    return people


def _classifiers(table):
    classifiers = table.texts("classifiers") or []
    if isinstance(table.value.get("license"), str):
        for entry in classifiers:
            if entry.startswith("License ::"):
                raise table.fault(
                    "classifiers",
                    "has `%s`, which an SPDX expression in `license` replaces (PEP 639)" % entry,
                )
    return classifiers


def _entry_points(table):
    groups = table.table("entry-points")
    if groups is None:
        return {}
    for group, key in (("console_scripts", "scripts"), ("gui_scripts", "gui-scripts")):
        if groups.has(group):
            raise groups.fault(group, "belongs into `project.%s`" % key)
    return {group: groups.text_table(group) for group in groups.value}


def _requirements(table, key):
    requirements = table.texts(key) or []
    for position, text in enumerate(requirements):
        if not is_requirement(text):
            raise table.fault("%s[%d]" % (key, position), "is `%s`, which cannot be read" % text)
    return requirements


def _optional(table):
    optional = table.table("optional-dependencies")
    extras = {}
    for key in optional.value if optional is not None else ():
        name = normalize_name(key)
        if name is None:
            raise table.fault(
                "optional-dependencies", "has `%s`, which is no name of an extra" % key
            )
        if name in extras:
            raise table.fault("optional-dependencies", "has `%s` twice, in two spellings" % name)
        extras[name] = _requirements(optional, key)
    return extras


def _imports(table, key):
    names = table.texts(key)
    if key == "import-namespaces" and names == []:
        raise table.fault(key, "must not be empty")
    for position, entry in enumerate(names or ()):
        parts = [part.strip() for part in entry.split(";")]
        is_name = all(part.isidentifier() for part in parts[0].split("."))
        if not is_name or parts[1:2] not in ([], ["private"]):
            raise table.fault(
                "%s[%d]" % (key, position), "is `%s`, which is no name of a module" % entry
            )
    return names


def _bare(entry):
    return entry.split(";")[0].strip()
