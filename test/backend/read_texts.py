"""What the readers of pkm_build make of texts: lines [kind, text, ...] of JSON come in, lines of JSON go out."""

import json
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])

from pkm_build._glob import Glob
from pkm_build._license import license_expression
from pkm_build._standards import is_marker, is_requirement, is_specifier_set, normalize_name, parse_version
from pkm_build._text import nearest, path_in_tree
from pkm_build._version import static_attribute


def answer(kind, text, *more):
    try:
        return READERS[kind](text, *more)
    except ValueError:
        return None


def version(text):
    parsed = parse_version(text)
    return None if parsed is None else str(parsed)


def glob(text, paths):
    read = Glob(text)
    return [[read.matches(path), read.reaches(path)] for path in paths]


READERS = {
    "attribute": static_attribute,
    "glob": glob,
    "license": license_expression,
    "marker": is_marker,
    "name": normalize_name,
    "nearest": nearest,
    "path": path_in_tree,
    "requirement": is_requirement,
    "specifier": is_specifier_set,
    "version": version,
}

for line in sys.stdin:
    print(json.dumps(answer(*json.loads(line))))
