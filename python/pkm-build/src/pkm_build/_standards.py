"""Names, versions and requirements as far as a backend has to judge them (PEP 440, 503, 508)."""

import re

NAME = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?"


def normalize_name(name):
    """The one spelling of a name, or None when it is none."""
    return re.sub(r"[-_.]+", "-", name).lower() if re.fullmatch(NAME, name) else None


class Version:
    """A version by PEP 440 in its parts; `str` is the normalised spelling."""

    def __init__(self, epoch, release, pre, post, dev, local=None):
        self.epoch = epoch
        self.release = release
        self.pre = pre
        self.post = post
        self.dev = dev
        self.local = local

    def __str__(self):
        return "".join(
            (
                "" if self.epoch == 0 else "%d!" % self.epoch,
                ".".join(map(str, self.release)),
                "" if self.pre is None else "%s%d" % self.pre,
                "" if self.post is None else ".post%d" % self.post,
                "" if self.dev is None else ".dev%d" % self.dev,
                "" if self.local is None else "+" + self.local,
            )
        )


_VERSION = re.compile(
    r"""v?
    (?:(?P<epoch>[0-9]+)!)?
    (?P<release>[0-9]+(?:\.[0-9]+)*)
    (?:[-_.]?(?P<stage>alpha|a|beta|b|preview|pre|c|rc)[-_.]?(?P<pre>[0-9]+)?)?
    (?P<after>-(?P<bare>[0-9]+)|[-_.]?(?:post|rev|r)[-_.]?(?P<post>[0-9]+)?)?
    (?P<working>[-_.]?dev[-_.]?(?P<dev>[0-9]+)?)?
    (?:\+(?P<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?""",
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)
_STAGES = {"alpha": "a", "beta": "b", "c": "rc", "pre": "rc", "preview": "rc"}


def parse_version(text):
    """A version in any spelling that PEP 440 accepts, or None."""
    found = _VERSION.fullmatch(text.strip())
    if found is None:
        return None
    stage = (found["stage"] or "").lower()
    local = found["local"]
    if local is not None:
        parts = re.split(r"[-_.]", local.lower())
        local = ".".join(str(int(part)) if part.isdigit() else part for part in parts)
    return Version(
        epoch=int(found["epoch"] or 0),
        release=[int(part) for part in found["release"].split(".")],
        pre=(_STAGES.get(stage, stage), int(found["pre"] or 0)) if stage else None,
        post=int(found["bare"] or found["post"] or 0) if found["after"] else None,
        dev=int(found["dev"] or 0) if found["working"] else None,
        local=local,
    )


def is_specifier_set(text):
    """True for what may stand behind a name, or in Requires-Python; empty for any version."""
    parts = (part.strip() for part in text.split(","))
    return all(part == "" or _is_specifier(part) for part in parts)


def _is_specifier(text):
    found = re.fullmatch(r"(===|~=|==|!=|<=|>=|<|>)\s*([^\s;)]*)", text)
    if found is None:
        return False
    operator, version = found[1], found[2]
    if operator == "===":
        return True
    is_series = operator in ("==", "!=") and version.endswith(".*")
    parsed = parse_version(version[:-2] if is_series else version)
    if parsed is None:
        return False
    if is_series:
        return (parsed.pre, parsed.post, parsed.dev, parsed.local) == (None, None, None, None)
    if parsed.local is not None and operator not in ("==", "!="):
        return False
    return operator != "~=" or len(parsed.release) > 1


# A trailing `_` is let pass, as published metadata has it.
_IDENTIFIER = r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9_])?"
_BEGINNING = re.compile(
    r"[ \t]*{0}[ \t]*(?:\[[ \t]*(?:{0}[ \t]*(?:,[ \t]*{0}[ \t]*)*)?\])?[ \t]*".format(_IDENTIFIER)
)
_URL = re.compile(r"@[ \t]*[^ \t\x00-\x1f\x7f-\x9f]+(?=[ \t]|\Z)[ \t]*")
_CLAUSE = r"[<>=!~]+\s*[^\s),;]*"
_CLAUSES = re.compile(r"[ \t]*((?:{0}(?:[ \t]*,[ \t]*{0})*(?:[ \t]*,)?)?)[ \t]*".format(_CLAUSE))


def is_requirement(text):
    """True for a dependency specifier (PEP 508)."""
    found = _BEGINNING.match(text)
    if found is None:
        return False
    at = found.end()
    if text.startswith("@", at):
        found = _URL.match(text, at)
        if found is None:
            return False
        at = found.end()
    else:
        is_enclosed = text.startswith("(", at)
        found = _CLAUSES.match(text, at + is_enclosed)
        if not is_specifier_set(found[1]):
            return False
        at = found.end()
        if is_enclosed:
            if not text.startswith(")", at):
                return False
            at += 1
            at += len(text) - at - len(text[at:].lstrip(" \t"))
    return at == len(text) or (text[at] == ";" and is_marker(text[at + 1 :]))


_TOKEN = re.compile(
    r"""[ \t]*(?:(?P<value>"[^"]*"|'[^']*'|[a-z_.]+\b)|(?P<sign>[()]|[<>=!~]{1,3}))"""
)
_VARIABLES = frozenset(
    """python_version python_full_version os_name os.name sys_platform sys.platform platform_release
    platform_system platform_version platform.version platform_machine platform.machine
    platform_python_implementation platform.python_implementation python_implementation
    implementation_name implementation_version extra extras dependency_groups""".split()
)
_COMPARISONS = frozenset(("<", "<=", ">", ">=", "==", "!=", "~=", "===", "in"))


def is_marker(text):
    """True for an environment marker: comparisons joined by `and` and `or`, with parentheses."""
    tokens, at = [], 0
    text = text.rstrip(" \t")
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            return False
        tokens.append(found["value"] or found["sign"])
        at = found.end()
    try:
        return _joined(tokens, 0) == len(tokens)
    except (IndexError, ValueError):
        return False


def _joined(tokens, at):
    at = _term(tokens, at)
    while at < len(tokens) and tokens[at] in ("and", "or"):
        at = _term(tokens, at + 1)
    return at


def _term(tokens, at):
    if tokens[at] == "(":
        at = _joined(tokens, at + 1)
        if tokens[at] != ")":
            raise ValueError(tokens)
        return at + 1
    _operand(tokens[at])
    if tokens[at + 1] == "not" and tokens[at + 2] == "in":
        at += 1
    elif tokens[at + 1] not in _COMPARISONS:
        raise ValueError(tokens)
    _operand(tokens[at + 2])
    return at + 3


def _operand(token):
    if token[0] not in "\"'" and token not in _VARIABLES:
        raise ValueError(token)
