"""Globs as PEP 639 has them for licence files, for all settings.

They count from the project's folder, with `/`: `*` and `?` stay within one part of a path, `[a-z]` is one character
of a set, `**` as a whole part stands for any number of parts. A glob that finds a folder means all that is below.
"""

import re


class Glob:
    def __init__(self, text):
        """Raises ValueError, which says what is wrong."""
        if "\\" in text:
            raise ValueError("has a backslash, parts of a path are divided by `/`")
        self.text = text
        self.parts = []
        for word in (text[:-1] if text.endswith("/") else text).split("/"):
            if word in ("", ".", ".."):
                raise ValueError("is no path below the project's folder")
            self.parts.append(_part(word))

    def matches(self, path):
        """True when the glob means this path: it finds the path itself, or a folder above."""
        return any(all(part is None for part in self.parts[taken:]) for taken in self._progress(path))

    def reaches(self, folder):
        """True when something below a folder may be meant."""
        return folder == "" or bool(self._progress(folder))

    def _progress(self, path):
        """How many parts of the glob a path may have taken; nothing when the glob leads elsewhere."""
        before = {0}
        for name in path.split("/"):
            after = set()
            for taken in before:
                # `**`, None here, may stand for nothing, and what follows is tried as well.
                while True:
                    end = taken == len(self.parts)
                    part = None if end else self.parts[taken]
                    if part is None:
                        after.add(taken)
                    elif part.fullmatch(name):
                        after.add(taken + 1)
                    if end or part is not None:
                        break
                    taken += 1
            before = after
        return before


def is_meant(globs, path):
    return any(glob.matches(path) for glob in globs)


def _part(word):
    if word == "**":
        return None
    pattern, at = "", 0
    while at < len(word):
        character = word[at]
        if character == "*":
            pattern += ".*"
        elif character == "?":
            pattern += "."
        elif character in "[]":
            end = word.find("]", at)
            members = word[at + 1 : end] if character == "[" and end > 0 else ""
            is_plain = all(one.isalnum() or one in "_.-" for one in members)
            if not members or not is_plain or "--" in members:
                raise ValueError(_BAD_SET)
            pattern += "[%s]" % members
            at = end
        else:
            pattern += re.escape(character)
        at += 1
    try:
        return re.compile(pattern, re.DOTALL)
    except re.error:
        # A range that runs backwards.
        raise ValueError(_BAD_SET) from None


_BAD_SET = "has `[` and `]` around something other than letters, digits, `_`, `-`, `.`"
