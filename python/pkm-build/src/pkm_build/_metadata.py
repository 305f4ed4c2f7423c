"""METADATA and PKG-INFO, entry_points.txt, WHEEL and RECORD, to the letter as pkm writes them."""

import base64
import hashlib
import keyword
import re

from pkm_build import __version__
from pkm_build._errors import build_metadata_invalid
from pkm_build._files import project_file
from pkm_build._license import license_expression
from pkm_build._text import order


def project_metadata(project, licenses):
    """The lowest version of core metadata from 2.2 on that carries the fields (PEP 643)."""
    table, text = project.table, ""
    version = "2.2"
    if licenses or (table.license is not None and table.license[0] == "expression"):
        version = "2.4"
    if table.import_names is not None or table.import_namespaces:
        version = "2.5"
    for header, values in (
        ("Metadata-Version", [version]),
        ("Name", [table.display_name]),
        ("Version", [str(project.version)]),
        ("Summary", _summary(project)),
        ("Description-Content-Type", _content_type(project)),
        ("Keywords", [",".join(table.keywords)] if table.keywords else []),
        *_people(table.authors, "Author"),
        *_people(table.maintainers, "Maintainer"),
        *_license(project),
        ("License-File", _license_files(project, licenses)),
        ("Classifier", table.classifiers),
        ("Requires-Dist", _requirements(table)),
        ("Requires-Python", [] if table.requires_python is None else [_one_line(table.requires_python)]),
        ("Project-URL", _urls(project)),
        ("Provides-Extra", sorted(table.optional_dependencies)),
        ("Import-Name", _imports(project, "import_names")),
        ("Import-Namespace", _imports(project, "import_namespaces")),
    ):
        for value in values:
            text += _header(header, value)
    return text if table.readme is None else "%s\n%s" % (text, _readme(project))


# A line break would begin a new header; further lines are indented up to the value, unless they are folded
# already.
_LINE_BREAK = re.compile("(?:\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029])(?=([ \t])?)")


def _header(header, value):
    if header == "Import-Name" and value == "":
        return "Import-Name:\n"
    indent = "\n" + " " * (len(header) + 2)
    folded = _LINE_BREAK.sub(lambda found: "\n" if found[1] else indent, value)
    return "%s: %s\n" % (header, folded)


def _summary(project):
    summary = project.table.description
    if summary is None:
        return []
    if _LINE_BREAK.search(summary):
        raise build_metadata_invalid(project.file, "summary", "must be one line")
    return [summary]


def _content_type(project):
    if project.table.readme is None:
        return []
    value = project.table.readme.content_type
    kind, *rest = (part.strip(" \t") for part in value.split(";"))
    parameters = dict(
        re.findall(r'^([^=]+?)[ \t]*=[ \t]*"?([^"]*)"?$', part)[0]
        for part in rest
        if "=" in part
    )
    parameters = {name.lower(): text for name, text in parameters.items()}
    problem = None
    if kind.lower() not in ("text/plain", "text/x-rst", "text/markdown"):
        problem = "`%s` is none of text/plain, text/x-rst, text/markdown" % value
    elif any("=" not in part for part in rest if part):
        problem = "`%s` has something that is no parameter" % value
    elif parameters.get("charset", "UTF-8").lower() != "utf-8":
        problem = "charset can only be UTF-8, not `%s`" % parameters["charset"]
    elif kind.lower() == "text/markdown" and parameters.get("variant", "GFM") not in (
        "GFM",
        "CommonMark",
    ):
        problem = "variant can only be GFM or CommonMark, not `%s`" % parameters["variant"]
    if problem is not None:
        raise build_metadata_invalid(project.file, "description-content-type", problem)
    return [value]


def _readme(project):
    readme = project.table.readme
    if readme.file is None:
        return readme.text
    path = project_file(readme.file, "project.readme")
    return project.tree.read_text(path, "project.readme")


def _people(people, header):
    """PEP 621: who has an address stands in the field of addresses, name included."""
    names = [name for name, email in people if email is None and name is not None]
    addresses = [
        email if name is None else "%s <%s>" % (_display_name(name), email)
        for name, email in people
        if email is not None
    ]
    return (
        (header, [", ".join(names)] if names else []),
        (header + "-email", [", ".join(addresses)] if addresses else []),
    )


def _display_name(name):
    """RFC 822: a name with special characters stands in quotes."""
    if re.search(r'[()<>@,:;."\[\]\\]', name) is None:
        return name
    return '"%s"' % re.sub(r'["\\]', r"\\\g<0>", name)


def _license(project):
    if project.table.license is None:
        return ()
    kind, value = project.table.license
    if kind == "text":
        return (("License", [value]),)
    if kind == "file":
        path = project_file(value, "project.license")
        return (("License", [project.tree.read_text(path, "project.license")]),)
    try:
        return (("License-Expression", [license_expression(value)]),)
    except ValueError as error:
        raise build_metadata_invalid(
            project.file,
            "project.license",
            "is `%s`, which is no SPDX expression: %s" % (value, error),
        ) from None


def _license_files(project, licenses):
    for path in licenses:
        if ".." in path or "*" in path:
            raise build_metadata_invalid(
                project.file, "license-file", "`%s` is no path of PEP 639" % path
            )
    return licenses


def _requirements(table):
    """As they were written, white space aside; those of an extra get its marker."""
    lines = [_one_line(text) for text in table.dependencies]
    for extra in sorted(table.optional_dependencies):
        for text in table.optional_dependencies[extra]:
            lines.append(_with_extra(_one_line(text), extra))
    return lines


def _with_extra(requirement, extra):
    # PEP 508: a URL may hold semicolons, and goes on up to white space.
    url = re.match(r"[A-Za-z0-9._-]+ ?(?:\[[^\]]*\])? ?@ ?[^ ]+", requirement)
    semicolon = requirement.find(";", url.end() if url else 0)
    condition = 'extra == "%s"' % extra
    if semicolon == -1:
        return "%s ; %s" % (requirement, condition)
    base, marker = requirement[:semicolon].strip(), requirement[semicolon + 1 :].strip()
    return "%s ; (%s) and %s" % (base, marker, condition)


def _one_line(text):
    return re.sub(r"[ \t\r\n]+", " ", text).strip()


def _urls(project):
    urls = project.table.urls
    for label in urls:
        if label.strip() != label or not 0 < len(label) <= 32 or "," in label:
            raise build_metadata_invalid(
                project.file,
                "project.urls",
                "has the label `%s`, which must have 1 to 32 characters, no comma, and no blanks around it"
                % label,
            )
    # pkm's tables begin with the keys that are numbers, as JavaScript has them.
    labels = sorted(urls, key=lambda label: (0, int(label)) if _is_number(label) else (1, 0))
    return ["%s, %s" % (label, urls[label]) for label in labels]


def _is_number(label):
    return re.fullmatch(r"0|[1-9][0-9]{0,9}", label) is not None and int(label) < 2**32 - 1


def _imports(project, attribute):
    """PEP 794, as written: `private` is part of the field; an empty list is one empty field."""
    values = getattr(project.table, attribute)
    if values is None:
        return []
    lines = []
    for value in values:
        name, *mark = (part.strip() for part in value.split(";"))
        for part in name.split("."):
            if keyword.iskeyword(part):
                raise build_metadata_invalid(
                    project.file,
                    attribute.replace("_", "-").removesuffix("s"),
                    "`%s` is a keyword of Python" % part,
                )
        lines.append("%s; %s" % (name, mark[0]) if mark else name)
    return lines if lines or attribute != "import_names" else [""]


_DOTTED = r"[^\W\d]\w*(?:\.[^\W\d]\w*)*"
_REFERENCE = re.compile(r"(%s)(?:\s*:\s*(%s))?(?:\s*\[([^\]]*)\])?" % (_DOTTED, _DOTTED))
# PyPUG entry-points: no `=`, no blanks around it, no `[` in front; a comment's mark would hide the line.
_ENTRY_NAME = re.compile(r"[^ \t\r\n=\[#;]([^=\r\n]*[^ \t\r\n=])?")
# A script is a file of that name.
_SCRIPT_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")


def entry_points(project):
    """entry_points.txt; empty when there are none."""
    groups, file = {}, project.file

    def add(group, key, entries):
        is_script = key != "project.entry-points"
        for name, text in entries.items():
            if (_SCRIPT_NAME if is_script else _ENTRY_NAME).fullmatch(name) is None:
                raise build_metadata_invalid(
                    file, key, "has the name `%s`, which cannot be one" % name
                )
            found = _REFERENCE.fullmatch(text.strip())
            if found is None or (is_script and not found[2]):
                raise build_metadata_invalid(
                    file,
                    "%s.%s" % (key, name),
                    "is `%s`, which is not of the form `module:object`" % text,
                )
            module, attribute, extras = found.groups(default="")
            value = "%s:%s" % (module, attribute) if attribute else module
            extras = [extra.strip() for extra in extras.split(",") if extra.strip()]
            if extras:
                value += " [%s]" % ",".join(extras)
            groups.setdefault(group, []).append("%s = %s\n" % (name, value))

    add("console_scripts", "project.scripts", project.table.scripts)
    add("gui_scripts", "project.gui-scripts", project.table.gui_scripts)
    for group, entries in project.table.entry_points.items():
        if re.fullmatch(r"[A-Za-z0-9_]+(\.[A-Za-z0-9_]+)*", group) is None:
            raise build_metadata_invalid(
                file,
                "project.entry-points",
                "has the group `%s`, whose name is not made of letters, digits, `_` and `.`" % group,
            )
        add(group, "project.entry-points", entries)
    return "\n".join(
        "[%s]\n%s" % (group, "".join(sorted(groups[group], key=lambda line: order(line[:-1]))))
        for group in sorted(groups)
    )


def wheel_file(tag, is_pure):
    return "Wheel-Version: 1.0\nGenerator: pkm-build %s\nRoot-Is-Purelib: %s\nTag: %s\n" % (
        __version__,
        "true" if is_pure else "false",
        tag,
    )


def record_row(path, content=None):
    """One line of RECORD; that of RECORD itself says nothing of its content."""
    quoted = path
    if re.search(r'[",\n\r]', path):
        quoted = '"%s"' % path.replace('"', '""')
    if content is None:
        return "%s,,\n" % quoted
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return "%s,sha256=%s,%d\n" % (quoted, digest, len(content))
