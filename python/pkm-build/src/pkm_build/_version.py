"""The version of a project: stated, of the sdist this tree came from, of git, or of a module's attribute."""

import re
import subprocess

from pkm_build._errors import version_not_found
from pkm_build._standards import Version, normalize_name, parse_version


def project_version(table, settings, entries, tree):
    if table.version is not None:
        return table.version
    source = settings.version
    if source is not None and source.git is not None:
        return _sdist_version(table, tree) or _git_version(table, source, tree)
    file = source and source.file or (entries[0] if entries else None)
    if file is None:
        raise version_not_found(
            table.display_name,
            "there is no module to look it up in",
            ['write `version = "1.0"` into `[project]`'],
        )
    attribute = source.attribute if source is not None else "__version__"
    fix = ['write `%s = "1.0"` into %s' % (attribute, file)]
    try:
        text = static_attribute(tree.read_text(file, "tool.pkm.build.version.file"), attribute)
    except ValueError as error:
        raise version_not_found(table.display_name, "%s: %s" % (file, error), fix) from None
    version = parse_version(text)
    if version is None:
        raise version_not_found(
            table.display_name,
            "%s: `%s` is `%s`, which is no version" % (file, attribute, text),
            fix,
        )
    return version


def _sdist_version(table, tree):
    """An sdist keeps the version it was made with: its tree has no history."""
    if tree.kind("PKG-INFO") != "file":
        return None
    headers = tree.read_text("PKG-INFO", "PKG-INFO").split("\n\n")[0]
    fields = dict(re.findall(r"^(Name|Version): (.*)$", headers, re.MULTILINE))
    if normalize_name(fields.get("Name", "")) != table.name:
        return None
    return parse_version(fields.get("Version", ""))


def static_attribute(text, name):
    """The text that a module assigns to a name at its top level.

    The module is read, not run: strings and comments are stepped over, and only a plain string on one line
    counts. ValueError says why there is none.
    """
    value, at = None, 0
    while at < len(text):
        end = text.find("\n", at)
        line = text[at : len(text) if end == -1 else end]
        # Not another name that begins alike, and no use of this one.
        rest = line[len(name) :] if line.startswith(name) else ""
        if re.match(r"[ \t]*(:[^=]*)?=(?!=)", rest):
            found = _ASSIGNED.fullmatch(rest)
            if found is None:
                raise ValueError("`%s` is assigned something other than a plain string" % name)
            if value is not None:
                raise ValueError("`%s` is assigned twice" % name)
            value = found[1] if found[1] is not None else found[2]
        at = _next_statement(text, at)
    if value is None:
        raise ValueError("it assigns no `%s`" % name)
    return value


_ASSIGNED = re.compile(
    r"""[ \t]*(?::[^=]*)?=[ \t]*(?:"([^"\\]*)"|'([^'\\]*)')[ \t]*(?:\#.*)?"""
)


def _next_statement(text, at):
    """Where the next line begins that is not inside a string."""
    while at < len(text):
        character = text[at]
        if character == "\n":
            return at + 1
        if character == "#":
            end = text.find("\n", at)
            at = len(text) if end == -1 else end
        elif character in "\"'":
            at = _string_end(text, at, character)
        else:
            at += 1
    return at


def _string_end(text, at, quote):
    """Behind the string that begins here; an unclosed one ends with its line, or with the text."""
    is_long = text.startswith(quote * 3, at)
    close = quote * 3 if is_long else quote
    at += len(close)
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "\n" and not is_long:
            return at
        elif text.startswith(close, at):
            return at + len(close)
        at += 1
    return len(text)


def _git_version(table, source, tree):
    prefix, suffix = source.git

    def fail(why):
        return version_not_found(
            table.display_name,
            why,
            [
                "git tag %s1.0%s" % (prefix, suffix),
                "fetch the tags of a shallow clone: git fetch --tags --unshallow",
            ],
        )

    # Neither the index is written, nor a program started that the tree's own configuration names.
    command = ["git", "--no-optional-locks", "-c", "core.fsmonitor=false", "describe", "--tags"]
    try:
        described = subprocess.run(
            [*command, "--long", "--dirty", "--abbrev=40", "--match", "%s[0-9]*%s" % source.git],
            cwd=tree.folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
        )
    except OSError:
        raise fail("git cannot be started") from None
    if described.returncode != 0:
        raise fail(described.stderr.strip().split("\n")[-1])
    found = re.fullmatch(r"(.*)-([0-9]+)-g([0-9a-f]+)(-dirty)?\n", described.stdout, re.DOTALL)
    tag = found[1] if found else ""
    tagged = parse_version(tag[len(prefix) : len(tag) - len(suffix)])
    if found is None or tagged is None:
        raise fail("the newest tag is `%s`, which has no version" % tag)
    commits, is_dirty = int(found[2]), found[4] is not None
    if commits == 0 and not is_dirty:
        return tagged
    version = _next_version(tagged, commits)
    if source.local:
        version.local = "g" + found[3][:8] + (".dirty" if is_dirty else "")
    return version


def _next_version(tagged, commits):
    """The first development release that comes behind a tagged version, `commits` later."""
    release, pre, post = list(tagged.release), tagged.pre, tagged.post
    if tagged.dev is not None:
        commits += tagged.dev
    elif post is not None:
        post += 1
    elif pre is not None:
        pre = (pre[0], pre[1] + 1)
    else:
        release[-1] += 1
    return Version(tagged.epoch, release, pre, post, commits)
