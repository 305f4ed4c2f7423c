# How a Python wants extension modules compiled, from its sysconfig and the variables that builds obey. pkm runs
# this text as `python -I -c` and reads one line of JSON; pkm-build has the same file as a module.
import json
import os
import shlex
import shutil
import sys
import sysconfig


def compiler_settings():
    config = sysconfig.get_config_var
    if os.name != "posix" or not config("EXT_SUFFIX"):
        return {"why": "pkm-build compiles with a C compiler of Unix only"}
    compiler, linker = programs(config)
    include = sysconfig.get_path("include")
    platform_include = sysconfig.get_path("platinclude")
    flags = words(config("CFLAGS")) + words(config("CCSHARED"))
    # Debug information holds the folder of the build: two builds would never be equal.
    flags += ["-g0"] + words(os.environ.get("CPPFLAGS")) + words(os.environ.get("CFLAGS"))
    limited = sys.implementation.name == "cpython" and not config("Py_GIL_DISABLED")
    return {
        "compile": compiler + flags,
        "include": sorted({include, platform_include}),
        "link": linker + words(os.environ.get("LDFLAGS")),
        "hasHeaders": os.path.exists(os.path.join(include, "Python.h")),
        "suffix": config("EXT_SUFFIX"),
        "limitedSuffix": ".abi3.so" if limited else None,
        "minor": sys.version_info[1],
        "tag": {"python": python_tag(), "abi": abi_tag(config), "platform": platform_tag()},
    }


def programs(config):
    stated = words(config("CC")) or ["cc"]
    compiler = words(os.environ.get("CC")) or stated
    # A Python built elsewhere may name a compiler that only its makers have.
    if compiler == stated and shutil.which(stated[0]) is None:
        compiler = ["cc"] + stated[1:]
    linker = words(os.environ.get("LDSHARED"))
    if not linker:
        linker = words(config("LDSHARED"))
        if linker[: len(stated)] == stated:
            linker = compiler + linker[len(stated) :]
    return compiler, linker


def words(text):
    return shlex.split(text or "")


def python_tag():
    short = {"cpython": "cp", "pypy": "pp"}.get(sys.implementation.name, sys.implementation.name)
    return "%s%d%d" % ((short,) + tuple(sys.version_info[:2]))


def abi_tag(config):
    # cpython-313t-x86_64-linux-gnu, pypy311-pp73-x86_64-linux-gnu, graalpy250-312-native-x86_64-linux-gnu
    parts = (config("SOABI") or config("EXT_SUFFIX").split(".")[1]).split("-")
    if parts[0] == "cpython":
        return "cp" + parts[1]
    return "_".join(parts[:3] if parts[0].startswith("graalpy") else parts[:2])


def platform_tag():
    platform = sysconfig.get_platform()
    if platform.startswith("macosx-"):
        _, release, machine = platform.split("-", 2)
        major, _, minor = release.partition(".")
        # From macOS 11 on the first number is the version.
        platform = "macosx-%s-%s-%s" % (major, "0" if int(major) >= 11 else minor, machine)
    if sys.maxsize <= 2**32:
        platform = {"linux-x86_64": "linux-i686", "linux-aarch64": "linux-armv7l"}.get(platform, platform)
    return platform.replace("-", "_").replace(".", "_")


if __name__ == "__main__":
    print(json.dumps(compiler_settings()))
