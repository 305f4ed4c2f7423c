"""Says in what two wheels differ, a line each; compiled modules count by their names alone.

    compare_wheels.py FIRST SECOND
"""

import csv
import io
import os
import re
import sys
import zipfile

COMPILED = (".so", ".pyd", ".dylib", ".dll", ".a", ".o")


# What a bill of materials says of the folder it was made in.
MADE_IN = re.compile(rb"path\+file://[^\"#]*")


def is_stamped(name):
    return name.endswith(COMPILED) or "/sboms/" in name


def members(path):
    with zipfile.ZipFile(path) as archive:
        return {
            info.filename: (MADE_IN.sub(b"path", archive.read(info)), info.external_attr >> 16 & 0o111 != 0)
            for info in archive.infolist()
            if not info.is_dir()
        }


def rows(record):
    """RECORD without what it says of files whose bytes need not be the same."""
    return {
        row[0]: () if is_stamped(row[0]) else tuple(row[1:])
        for row in csv.reader(io.StringIO(record.decode()))
        if row
    }


def differences(first, second):
    if os.path.basename(first) != os.path.basename(second):
        yield f"names: {os.path.basename(first)}, {os.path.basename(second)}"
    ours, theirs = members(first), members(second)
    for name in sorted(ours.keys() ^ theirs.keys()):
        yield f"only in the {'first' if name in ours else 'second'}: {name}"
    for name in sorted(ours.keys() & theirs.keys()):
        if name.endswith(COMPILED):
            continue
        (content, executable), (other, other_executable) = ours[name], theirs[name]
        if executable != other_executable:
            yield f"executable in one of them: {name}"
        if name.endswith(".dist-info/RECORD"):
            a, b = rows(content), rows(other)
            yield from (f"row of RECORD: {row}" for row in sorted(a) if a[row] != b.get(row))
        elif content != other:
            yield f"content: {name}"


for line in differences(sys.argv[1], sys.argv[2]):
    print(line)
