"""Answers for one family of `pkm debug` by the library `packaging`: JSON lines in, JSON lines out."""

import json
import sys

from packaging import tags
from packaging.markers import InvalidMarker, Marker
from packaging.metadata import Metadata, parse_email
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

LARGEST = 2**53


def whole(number):
    """Large numbers travel as text, because JSON readers lose their digits."""
    return number if number is None or abs(number) < LARGEST else str(number)


def version(text):
    v = Version(text)
    return {
        "ok": True,
        "normalized": str(v),
        "public": v.public,
        "base_version": v.base_version,
        "epoch": whole(v.epoch),
        "release": [whole(n) for n in v.release],
        "pre": None if v.pre is None else [v.pre[0], whole(v.pre[1])],
        "post": whole(v.post),
        "dev": whole(v.dev),
        "local": v.local,
        "is_prerelease": v.is_prerelease,
        "is_postrelease": v.is_postrelease,
        "is_devrelease": v.is_devrelease,
    }


def compare(pair):
    first, second = map(Version, pair)
    return (first > second) - (first < second)


def specifier(value):
    found = SpecifierSet(value["specifier"])
    return {"contains": found.contains(value["version"], prereleases=value.get("prereleases"))}


def filter_versions(value):
    found = SpecifierSet(value["specifier"])
    return {"versions": list(found.filter(value["versions"], prereleases=value.get("prereleases")))}


def requirement(text):
    r = Requirement(text)
    return {
        "ok": True,
        "name": r.name,
        "extras": sorted(r.extras),
        "specifier": str(r.specifier),
        "url": r.url,
        "marker": None if r.marker is None else str(r.marker),
        "str": str(r),
    }


def marker(value):
    environment = {
        name: frozenset(member) if isinstance(member, list) else member
        for name, member in value["environment"].items()
    }
    found = Marker(value["marker"])
    return {"result": found.evaluate(environment, context=value.get("context") or "metadata")}


def wheel_filename(text):
    name, v, build, found = parse_wheel_filename(text)
    return {
        "ok": True,
        "name": name,
        "version": str(v),
        "build": [whole(build[0]), build[1]] if build else [],
        "tags": sorted(map(str, found)),
    }


def sdist_filename(text):
    name, v = parse_sdist_filename(text)
    return {"ok": True, "name": name, "version": str(v)}


def platform_list(name):
    """The platform tags of a machine that the best of them describes."""
    kind, *rest = name.split("_")
    if kind == "manylinux":
        major, minor, arch = rest[0], rest[1], "_".join(rest[2:])
        return list(linux_tags(arch, glibc=(int(major), int(minor))))
    if kind == "musllinux":
        major, minor, arch = rest[0], rest[1], "_".join(rest[2:])
        return list(linux_tags(arch, musl=(int(major), int(minor))))
    if kind == "macosx":
        return list(tags.mac_platforms((int(rest[0]), int(rest[1])), "_".join(rest[2:])))
    if kind == "ios":
        return list(tags.ios_platforms((int(rest[0]), int(rest[1])), "_".join(rest[2:])))
    if kind == "android":
        return list(tags.android_platforms(int(rest[0]), "_".join(rest[1:])))
    return [name]


def linux_tags(arch, glibc=None, musl=None):
    from packaging import _manylinux, _musllinux

    saved = _manylinux._get_glibc_version, _manylinux._have_compatible_abi, _musllinux._get_musl_version
    _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(*(glibc or (-1, -1)))
    _manylinux._have_compatible_abi = lambda executable, archs: glibc is not None
    _musllinux._get_musl_version = lambda executable: musl and _musllinux._MuslVersion(*musl)
    tags.sysconfig.get_platform = lambda: f"linux-{arch}"
    try:
        return list(tags._linux_platforms(is_32bit=False))
    finally:
        _manylinux._get_glibc_version, _manylinux._have_compatible_abi, _musllinux._get_musl_version = saved


def compatible_tags(value):
    python = tuple(map(int, value["python"].split(".")))[:2]
    nodot = "".join(map(str, python))
    platforms = platform_list(value["platform"])
    if value["implementation"] == "cp":
        suffix = "t" if value.get("free_threaded") else ""
        abis = [value.get("abi") or f"cp{nodot}{suffix}"]
        found = list(tags.cpython_tags(python, abis, platforms))
        found += tags.compatible_tags(python, f"cp{nodot}", platforms)
    else:
        abis = [value.get("abi") or f"pypy{nodot}_pp73"]
        found = list(tags.generic_tags(f"pp{nodot}", abis, platforms))
        found += tags.compatible_tags(python, "pp3", platforms)
    return {"tags": list(map(str, found))}


def metadata(text):
    raw, unparsed = parse_email(text)
    try:
        Metadata.from_email(text, validate=True)
        valid = True
    except Exception:
        valid = False
    return {"raw": raw, "unparsed": sorted(unparsed), "valid": valid}


def name(text):
    return {"ok": True, "normalized": canonicalize_name(text, validate=True)}


FAMILIES = {
    "version": version,
    "compare": compare,
    "specifier": specifier,
    "filter": filter_versions,
    "requirement": requirement,
    "marker": marker,
    "wheel-filename": wheel_filename,
    "sdist-filename": sdist_filename,
    "tags": compatible_tags,
    "metadata": metadata,
    "name": name,
}


def main():
    answer = FAMILIES[sys.argv[1]]
    sys.stdin.reconfigure(encoding="utf-8", newline="\n")
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    for line in sys.stdin:
        try:
            found = answer(json.loads(line))
        except Exception as error:
            found = {"refused": f"{type(error).__name__}: {error}"}
        print(json.dumps(found))


main()
