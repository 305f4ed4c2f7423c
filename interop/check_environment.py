"""Judges an environment by its RECORDs, with Python's own zip-free means and no code of pkm.

    check_environment.py ENVIRONMENT [--base FILE]

Prints JSON: {"defects": [...], "files": [...], "distributions": {...}}. `files` are all files and links below the
environment, relative to it, apart from `__pycache__`; `--base` names a file with such a list of an empty environment,
whose files belong to nobody and need not.
"""

import base64
import csv
import hashlib
import json
import os
import sys

TOLERATED = (".lock", "CACHEDIR.TAG", ".gitignore")


def files_below(root):
    found = []
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in list(folders):
            path = os.path.join(folder, name)
            if os.path.islink(path):
                folders.remove(name)
                names.append(name)
        found.extend(os.path.relpath(os.path.join(folder, name), root) for name in names)
    return sorted(found)


def main():
    root = os.path.abspath(sys.argv[1])
    base = set()
    if "--base" in sys.argv:
        with open(sys.argv[sys.argv.index("--base") + 1], encoding="utf-8") as listed:
            base = set(json.load(listed))
    lib = os.path.join(root, "lib")
    site = next(
        os.path.join(lib, name, "site-packages") for name in sorted(os.listdir(lib)) if name.startswith("python")
    )
    defects, claimed, distributions = [], {}, {}
    # pip removes a site-packages in which nothing is left.
    for folder in sorted(os.listdir(site) if os.path.isdir(site) else []):
        if not folder.endswith(".dist-info"):
            continue
        stem = folder[: -len(".dist-info")]
        distributions[stem] = folder
        record = os.path.join(site, folder, "RECORD")
        if not os.path.isfile(record):
            defects.append(f"{folder}: no RECORD")
            continue
        listed = set()
        with open(record, encoding="utf-8", newline="") as rows:
            for row in csv.reader(rows):
                if len(row) != 3:
                    defects.append(f"{folder}: a row of {len(row)} fields")
                    continue
                path, digest, size = row
                target = os.path.normpath(os.path.join(site, path))
                if path in listed:
                    defects.append(f"{folder}: {path} is listed twice")
                listed.add(path)
                claimed.setdefault(target, []).append(folder)
                if not target.startswith(root + os.sep):
                    defects.append(f"{folder}: {path} leaves the environment")
                    continue
                if "__pycache__" in path:
                    continue
                if not os.path.isfile(target):
                    defects.append(f"{folder}: {path} is missing")
                    continue
                own = os.path.basename(path) == "RECORD" and os.path.dirname(path) == folder
                if own:
                    if digest or size:
                        defects.append(f"{folder}: RECORD lists itself with a hash")
                    continue
                with open(target, "rb") as content:
                    data = content.read()
                algorithm, _, expected = digest.partition("=")
                if not expected:
                    defects.append(f"{folder}: {path} has no hash")
                    continue
                actual = base64.urlsafe_b64encode(hashlib.new(algorithm, data).digest()).rstrip(b"=").decode()
                if actual != expected:
                    defects.append(f"{folder}: {path} has another content")
                if size and int(size) != len(data):
                    defects.append(f"{folder}: {path} has another size")
    everything = files_below(root)
    for path in everything:
        if path in base or path.endswith(TOLERATED):
            continue
        if os.path.normpath(os.path.join(root, path)) not in claimed:
            defects.append(f"{path} belongs to nobody")
    json.dump({"defects": defects, "files": everything, "distributions": distributions}, sys.stdout)


main()
