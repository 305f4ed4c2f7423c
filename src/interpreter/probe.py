# Run as `python -I -S -c <this text>`; prints one line of JSON between two marks. Its syntax is understood by
# Python 2.7, so that an old interpreter can say that it is too old. The shape is `ProbeAnswer` in probe-answer.ts.
import json
import os
import sys

PREFIX = "{prefix}"
USER_BASE = "{userbase}"


def answer():
    if sys.version_info < (3, 6):
        return {"format": 1, "tooOld": "%d.%d.%d" % tuple(sys.version_info[:3])}
    customise()
    import platform
    import sysconfig

    config = sysconfig.get_config_var
    implementation = sys.implementation
    release = implementation.version
    implementation_version = "%d.%d.%d" % tuple(release[:3])
    if release[3] != "final":
        implementation_version += release[3][0] + str(release[4])
    full_version = platform.python_version()
    if full_version.endswith("+"):
        full_version += "local"
    executable = sys.executable
    framework = config("PYTHONFRAMEWORK") or ""
    return {
        "format": 1,
        "version": full_version,
        "versionInfo": [sys.version_info[0], sys.version_info[1], sys.version_info[2]],
        "implementation": implementation.name,
        "executable": executable,
        # Python 3.6 has no such name; what it would say there is found from `home` (pyvenv.cfg).
        "baseExecutable": getattr(sys, "_base_executable", None),
        "prefix": sys.prefix,
        "basePrefix": sys.base_prefix,
        "abiFlags": getattr(sys, "abiflags", ""),
        "cacheTag": implementation.cache_tag,
        "platformLibrary": getattr(sys, "platlibdir", "lib"),
        "framework": framework,
        "markers": {
            "implementation_name": implementation.name,
            "implementation_version": implementation_version,
            "os_name": os.name,
            "platform_machine": platform.machine(),
            "platform_python_implementation": platform.python_implementation(),
            "platform_release": platform.release(),
            "platform_system": platform.system(),
            "platform_version": platform.version(),
            "python_full_version": full_version,
            "python_version": ".".join(platform.python_version_tuple()[:2]),
            "sys_platform": sys.platform,
        },
        "abi": {
            "extensionSuffix": config("EXT_SUFFIX"),
            "debug": is_debug(config),
            "freeThreaded": bool(config("Py_GIL_DISABLED")),
            "pymalloc": config("WITH_PYMALLOC") != 0,
        },
        "machine": machine(platform, sysconfig),
        "paths": default_paths(sysconfig),
        "userPaths": user_paths(sysconfig, framework),
        "virtualPaths": virtual_paths(sysconfig),
        "site": site_folders(),
        "libc": libc_file(),
    }


def customise():
    """What -S leaves out, without .pth files where they cannot matter."""
    folder = os.path.dirname(sys.executable)
    if any(os.path.isfile(os.path.join(place, "pyvenv.cfg")) for place in (folder, os.path.dirname(folder))):
        # A virtual environment finds its own prefix there.
        import site

        site.main()
        return
    try:
        # What a distributor says of its Python; Homebrew names the path that lasts.
        import sitecustomize  # noqa: F401
    except Exception:
        pass


def is_debug(config):
    flag = config("Py_DEBUG")
    if flag is not None:
        return bool(flag)
    import importlib.machinery

    return hasattr(sys, "gettotalrefcount") or "_d.pyd" in importlib.machinery.EXTENSION_SUFFIXES


def named(paths):
    return dict((key, paths[key]) for key in ("purelib", "platlib", "scripts", "data", "include", "stdlib"))


def default_scheme(sysconfig):
    if hasattr(sysconfig, "get_default_scheme"):
        return sysconfig.get_default_scheme()
    if hasattr(sysconfig, "_get_default_scheme"):
        return sysconfig._get_default_scheme()
    return "nt" if os.name == "nt" else "posix_prefix"


def default_paths(sysconfig):
    paths = named(sysconfig.get_paths(default_scheme(sysconfig)))
    # Before 3.10 distributors patched distutils alone, so that is where Debian's dist-packages are to be learnt.
    if sys.version_info < (3, 10) and sys.prefix == sys.base_prefix:
        try:
            import warnings

            warnings.simplefilter("ignore")
            from distutils.command.install import install
            from distutils.dist import Distribution

            command = install(Distribution({"name": "name"}))
            command.finalize_options()
            paths["purelib"] = command.install_purelib
            paths["platlib"] = command.install_platlib
            paths["scripts"] = command.install_scripts
            paths["data"] = command.install_data
        except Exception:
            pass
    return paths


def user_paths(sysconfig, framework):
    if hasattr(sysconfig, "get_preferred_scheme"):
        scheme = sysconfig.get_preferred_scheme("user")
    elif os.name == "nt":
        scheme = "nt_user"
    elif sys.platform == "darwin" and framework:
        scheme = "osx_framework_user"
    else:
        scheme = "posix_user"
    try:
        return named(sysconfig.get_paths(scheme, vars={"userbase": USER_BASE}))
    except KeyError:
        return None


class Pretended(object):
    """Lets the interpreter believe that it runs in a virtual environment, for patched schemes ask whether it does."""

    def __enter__(self):
        self.kept = (sys.prefix, sys.exec_prefix)
        sys.prefix = sys.exec_prefix = PREFIX

    def __exit__(self, *problem):
        sys.prefix, sys.exec_prefix = self.kept


def virtual_paths(sysconfig):
    # Read before pretending: from 3.13 on a changed sys.prefix makes sysconfig work its variables out anew.
    installed = dict(
        (key, sysconfig.get_config_var(key)) for key in ("installed_base", "installed_platbase", "platlibdir", "abiflags")
    )
    values = dict((key, value) for key, value in installed.items() if value is not None)
    if "installed_base" in values:
        values["installed_base"] = sys.base_prefix
    if "installed_platbase" in values:
        values["installed_platbase"] = sys.base_exec_prefix
    values["base"] = values["platbase"] = PREFIX
    with Pretended():
        if "venv" in sysconfig.get_scheme_names():
            scheme = "venv"
        else:
            scheme = default_scheme(sysconfig)
        return named(sysconfig.get_paths(scheme, vars=values))


def site_folders():
    import site

    def distinct(folders):
        kept = []
        for folder in folders:
            if folder not in kept:
                kept.append(folder)
        return kept

    own = distinct(site.getsitepackages())
    with Pretended():
        virtual = distinct(site.getsitepackages([PREFIX]))
        # What a virtual environment with access to the system's packages sees behind its own.
        inherited = distinct(site.getsitepackages([sys.base_prefix, sys.base_exec_prefix]))
    return {"own": own, "virtual": virtual, "inherited": inherited, "stdlib": stdlib_folders(own)}


def stdlib_folders(site_packages):
    """Folders of the standard library that hold metadata of distributions, as PyPy's does."""
    found = []
    base = os.path.normcase(os.path.realpath(sys.base_prefix))
    for folder in sys.path:
        # What a .pth file or a sitecustomize added may change at any time and is read when it is needed.
        if folder in site_packages or not os.path.normcase(os.path.realpath(folder)).startswith(base + os.sep):
            continue
        if "site-packages" in folder or "dist-packages" in folder:
            continue
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        if any(name.endswith((".dist-info", ".egg-info")) for name in names):
            found.append(folder)
    return found


def machine(platform, sysconfig):
    system = platform.system()
    facts = {
        "system": system,
        "platform": sysconfig.get_platform(),
        "pointerBits": 64 if sys.maxsize > 2**32 else 32,
    }
    if system == "Linux":
        facts["glibc"] = glibc_version()
        header = elf_header()
        if header is not None:
            facts["elf"], interpreter = header
            if facts["glibc"] is None and interpreter and "musl" in interpreter:
                facts["musl"] = musl_version(interpreter)
        if facts["glibc"] is not None:
            facts["manylinux"] = manylinux_veto(facts["glibc"])
    elif system == "Darwin":
        facts["macos"] = macos_version(platform)
    elif system == "iOS":
        version = platform.ios_ver().release.split(".")
        facts["ios"] = {"version": pair(version), "multiarch": sys.implementation._multiarch}
    elif system == "Android":
        facts["androidApi"] = platform.android_ver().api_level
    elif system == "Emscripten":
        facts["pyemscripten"] = sysconfig.get_config_var("PYEMSCRIPTEN_PLATFORM_VERSION")
    return facts


def pair(numbers):
    return [int(numbers[0]), int(numbers[1]) if len(numbers) > 1 else 0]


def glibc_version():
    try:
        text = os.confstr("CS_GNU_LIBC_VERSION")
    except (AttributeError, OSError, ValueError):
        text = None
    if not text:
        # PyPy and GraalPy may lack the name; the library itself tells.
        try:
            import ctypes

            ask = ctypes.CDLL(None).gnu_get_libc_version
            ask.restype = ctypes.c_char_p
            text = "glibc " + ask().decode("ascii")
        except Exception:
            return None
    import re

    found = re.match(r"glibc\s+([0-9]+)\.([0-9]+)", text)
    return [int(found.group(1)), int(found.group(2))] if found else None


def elf_header():
    """Kind of a 32-bit executable (PEP 600), and its program interpreter."""
    import struct

    try:
        with open(sys.executable, "rb") as file:
            start = file.read(64)
            if start[:4] != b"\x7fELF":
                return None
            wide = start[4] == 2
            order = "<" if start[5] == 1 else ">"
            kind = struct.unpack_from(order + "H", start, 18)[0]
            flags = struct.unpack_from(order + "I", start, 48 if wide else 36)[0]
            table = struct.unpack_from(order + ("Q" if wide else "I"), start, 32 if wide else 28)[0]
            size, count = struct.unpack_from(order + "HH", start, 54 if wide else 42)
            elf = None
            if not wide and order == "<":
                if kind == 3:
                    elf = "i686"
                elif kind == 40 and flags & 0xFF000400 == 0x05000400:
                    elf = "armhf"
            interpreter = None
            for index in range(count):
                file.seek(table + index * size)
                entry = file.read(size)
                if struct.unpack_from(order + "I", entry)[0] != 3:
                    continue
                place = struct.unpack_from(order + ("Q" if wide else "I"), entry, 8 if wide else 4)[0]
                length = struct.unpack_from(order + ("Q" if wide else "I"), entry, 32 if wide else 16)[0]
                file.seek(place)
                interpreter = os.fsdecode(file.read(length)).strip("\0")
            return elf, interpreter
    except (OSError, struct.error, IndexError):
        return None


def musl_version(loader):
    import re
    import subprocess

    try:
        told = subprocess.Popen([loader], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        text = told.communicate()[1].decode("ascii", "replace")
    except OSError:
        return None
    found = re.search(r"^Version ([0-9]+)\.([0-9]+)", text, re.MULTILINE) if "musl" in text else None
    return [int(found.group(1)), int(found.group(2))] if found else None


def manylinux_veto(glibc):
    import site

    before = list(sys.path)
    sys.path.extend(site.getsitepackages())
    try:
        import _manylinux
    except Exception:
        return None
    finally:
        sys.path[:] = before
    facts = {}
    compatible = getattr(_manylinux, "manylinux_compatible", None)
    if compatible is not None:
        import platform

        answers = {}
        machine_name = platform.machine()
        for arch in set([machine_name, "i686", "armv7l", "armv8l"]):
            for minor in range(0, glibc[1] + 1):
                try:
                    value = compatible(glibc[0], minor, arch)
                except Exception:
                    value = None
                if value is not None:
                    answers["%d_%d_%s" % (glibc[0], minor, arch)] = bool(value)
        facts["compatible"] = answers
    for name in ("manylinux1", "manylinux2010", "manylinux2014"):
        value = getattr(_manylinux, name + "_compatible", None)
        if value is not None:
            facts[name] = bool(value)
    return facts


def macos_version(platform):
    release, _, kind = platform.mac_ver()
    if pair(release.split(".")) == [10, 16]:
        # A Python built against an old SDK is told 10.16 for 11 and later.
        import subprocess

        asked = subprocess.check_output(
            [sys.executable, "-sS", "-c", "import platform; print(platform.mac_ver()[0])"],
            env={"SYSTEM_VERSION_COMPAT": "0"},
        )
        release = asked.decode("ascii").strip() or release
    return {"version": pair(release.split(".")), "machine": kind}


def libc_file():
    """The C library in use: tags depend on its version, and it is renewed without touching the executable."""
    try:
        with open("/proc/self/maps") as file:
            for line in file:
                path = line.rstrip("\n").partition("/")[2]
                name = path.rpartition("/")[2]
                if name == "libc.so.6" or name.startswith(("libc-2.", "ld-musl-", "libc.musl-")):
                    return "/" + path
    except (IOError, OSError, ValueError):
        pass
    return None


sys.stdout.write("\n<pkm-probe>" + json.dumps(answer()) + "</pkm-probe>\n")
sys.stdout.flush()
