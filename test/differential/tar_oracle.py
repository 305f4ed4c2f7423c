"""Tar files made at random, and what `tarfile` makes of them by its `data` filter: one JSON line each."""

import base64
import hashlib
import io
import json
import os
import random
import shutil
import sys
import tarfile
import tempfile

FORMATS = [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT]
PARTS = ["a", "b", "dir", "x.py", "ü", "with space", "l" * 60, "m" * 90, "dots..", "new\nline"]


def path(r, folders):
    parts = [r.choice(PARTS) for _ in range(r.randint(1, 3))]
    if folders and r.random() < 0.5:
        parts.insert(0, r.choice(folders))
    text = "/".join(parts)
    odd = r.random()
    if odd < 0.02:
        return "/" + text
    if odd < 0.04:
        return "../../" + text
    if odd < 0.06:
        return "./" + text
    return text


def member(r, folders, files):
    info = tarfile.TarInfo("top/" + path(r, folders) if r.random() < 0.97 else path(r, []))
    info.mode = r.choice([0o644, 0o755, 0o600, 0o4755, 0o777, 0o444, 0o111, 0])
    info.mtime = r.choice([0, 1_000_000_000, 1_700_000_000.25, 1_234_567_890])
    info.uid = r.choice([0, 1000, 3_000_000])
    kind = r.random()
    content = b""
    if kind < 0.55:
        content = r.randbytes(r.choice([0, 1, 511, 512, 513, 2000]))
        info.size = len(content)
        files.append(info.name)
    elif kind < 0.7:
        info.type = tarfile.DIRTYPE
        folders.append(info.name.removeprefix("top/"))
    elif kind < 0.87:
        info.type = tarfile.SYMTYPE
        info.linkname = r.choice(["a", "../a", "dir/b", "..", ".", "../../top/a", path(r, [])])
        if r.random() < 0.05:
            info.linkname = r.choice(["/etc/passwd", "../../../x", "../../.."])
        if r.random() < 0.5:
            folders.append(info.name.removeprefix("top/"))
    elif kind < 0.97:
        info.type = tarfile.LNKTYPE
        info.linkname = r.choice(files) if files and r.random() < 0.9 else path(r, [])
    else:
        info.type = r.choice([tarfile.FIFOTYPE, tarfile.CHRTYPE])
    return info, content


def archive(r):
    buffer = io.BytesIO()
    folders, files, names = [], [], set()
    with tarfile.open(fileobj=buffer, mode="w", format=r.choice(FORMATS)) as tar:
        for _ in range(r.randint(1, 8)):
            info, content = member(r, folders, files)
            # A name twice is refused by pkm and the last one of them for `tarfile`.
            name = os.path.normpath(info.name)
            if name in names or name == info.linkname:
                continue
            names.add(name)
            try:
                tar.addfile(info, io.BytesIO(content))
            except (ValueError, UnicodeError):
                # Names that the format cannot hold.
                continue
    return buffer.getvalue()


def extracted(content):
    folder = tempfile.mkdtemp()
    root = os.path.join(folder, "to")
    os.mkdir(root)
    try:
        with tarfile.open(fileobj=io.BytesIO(content)) as tar:
            tar.extractall(root, filter="data")
        return {"tree": tree(root)}
    except (tarfile.TarError, OSError, KeyError, RecursionError) as error:
        return {"error": type(error).__name__}
    finally:
        shutil.rmtree(folder)


def tree(root):
    found = {}
    for here, folders, files in os.walk(root):
        for name in folders + files:
            full = os.path.join(here, name)
            below = os.path.relpath(full, root)
            if os.path.islink(full):
                found[below] = "-> " + os.readlink(full)
            elif os.path.isdir(full):
                found[below] = "folder"
            else:
                stat = os.stat(full)
                with open(full, "rb") as file:
                    data = hashlib.sha256(file.read()).hexdigest()
                # The names of one file share the last mode and time that one of them had.
                kept = "linked" if stat.st_nlink > 1 else f"{stat.st_mode & 0o777:o} {int(stat.st_mtime)}"
                found[below] = f"{kept} {data}"
    return found


def main():
    seed, count = map(int, sys.argv[1:])
    r = random.Random(seed)
    os.umask(0o022)
    for _ in range(count):
        content = archive(r)
        print(json.dumps({"tar": base64.b64encode(content).decode(), **extracted(content)}))


main()
