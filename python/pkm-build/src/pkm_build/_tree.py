"""A source tree as archives see it."""

import os
import stat

from pkm_build._errors import (
    BuildError,
    build_file_unusable,
    build_link_refused,
    build_path_refused,
)
from pkm_build._glob import is_meant
from pkm_build._text import order

_LEFT_BEHIND = frozenset(
    (
        ".git",
        ".hg",
        ".svn",
        ".bzr",
        "CVS",
        "__pycache__",
        ".venv",
        ".tox",
        ".nox",
        ".mypy_cache",
        ".pytest_cache",
        ".ruff_cache",
        ".DS_Store",
    )
)


class SourceTree:
    """Regular files under paths relative to the tree's folder, with `/`.

    Links are followed as long as they stay inside; leaving the tree is refused, and so are devices and names
    that no archive may have. What tools leave behind everywhere is never seen.
    """

    def __init__(self, folder):
        self.folder = folder
        self._real = os.path.realpath(folder)

    def absolute(self, path):
        return os.path.join(self.folder, path) if path else self.folder

    def kind(self, path):
        """"file", "folder", or None when there is nothing."""
        absolute = self.absolute(path)
        if not os.path.lexists(absolute):
            return None
        mode, _ = self._follow(path)
        return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else None

    def read(self, path):
        with open(self.absolute(path), "rb") as file:
            return file.read()

    def read_text(self, path, key):
        """UTF-8, a byte order mark taken off, lines ended as on Unix."""
        if self.kind(path) != "file":
            raise build_file_unusable(path, key, "there is no such file")
        try:
            text = self.read(path).decode("utf-8")
        except UnicodeDecodeError:
            raise build_file_unusable(path, key, "it is not UTF-8") from None
        return text.removeprefix("\ufeff").replace("\r\n", "\n")

    def mode(self, path):
        return 0o755 if os.stat(self.absolute(path)).st_mode & 0o100 else 0o644

    def below(self, folder, excludes):
        """All files below a folder of the tree, in order; nothing that `excludes` mean."""

        def enters(path):
            return not is_meant(excludes, path)

        found = []
        if enters(folder):
            real = os.path.realpath(self.absolute(folder))
            self._walk(folder, real, (), enters, lambda path: True, found)
        return sorted(found, key=order)

    def find(self, globs, excludes=()):
        """All files the globs mean, in order.

        What earlier builds left in `dist` is no source, unless a glob names it.
        """
        takes_dist = any((glob.text + "/").startswith("dist/") for glob in globs)

        def enters(path):
            return (
                not is_meant(excludes, path)
                and any(glob.reaches(path) for glob in globs)
                and (path != "dist" or takes_dist)
            )

        found = []
        self._walk("", self._real, (), enters, lambda path: is_meant(globs, path), found)
        return sorted(found, key=order)

    def _walk(self, folder, real, above, enters, wants, found):
        """`above` are the real folders on the way here, so that a circle of links is noticed."""
        way = (*above, real)
        for name in os.listdir(self.absolute(folder)):
            if name in _LEFT_BEHIND or name.endswith((".pyc", ".pyo")):
                continue
            path = "%s/%s" % (folder, name) if folder else name
            if not enters(path):
                continue
            is_wanted = wants(path)
            if is_wanted:
                _refuse_unsafe(path)
            mode, target = os.lstat(self.absolute(path)).st_mode, os.path.join(real, name)
            if stat.S_ISLNK(mode):
                try:
                    mode, target = self._follow(path)
                except BuildError:
                    # Where a link nobody asked for leads is nobody's business.
                    if is_wanted:
                        raise
                    continue
            if stat.S_ISDIR(mode):
                if target in way:
                    if is_wanted:
                        raise build_link_refused(path, "leads back to a folder it lies in")
                # A virtual environment may have any name.
                elif not os.path.lexists(os.path.join(target, "pyvenv.cfg")):
                    self._walk(path, target, way, enters, wants, found)
            elif is_wanted:
                if not stat.S_ISREG(mode):
                    raise build_path_refused(path, "it is neither a file nor a folder")
                found.append(path)

    def _follow(self, path):
        absolute = self.absolute(path)
        try:
            mode = os.stat(absolute).st_mode
        except OSError:
            raise build_link_refused(path, "leads to nothing") from None
        real = os.path.realpath(absolute)
        if real != self._real and not real.startswith(self._real + os.sep):
            raise build_link_refused(path, "leads out of the source tree")
        return mode, real


def _refuse_unsafe(path):
    if any(one == "\ufffd" or "\ud800" <= one <= "\udfff" for one in path):
        raise build_path_refused(path, "its name is not UTF-8")
    if "\\" in path:
        raise build_path_refused(path, "a path has no backslashes")
    if any(one < " " or "\x7f" <= one < "\xa0" for one in path):
        raise build_path_refused(path, "a name has no control characters")
    if len(path) > 1 and path[1] == ":" and path[0].isascii() and path[0].isalpha():
        raise build_path_refused(path, "a path has no drive letter")
