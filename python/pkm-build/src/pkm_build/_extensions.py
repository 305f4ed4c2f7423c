"""Extension modules, compiled for the Python that runs this."""

import os
import subprocess
import sys
import tempfile

from pkm_build._compiler_settings import compiler_settings
from pkm_build._errors import compiler_settings_unknown, extension_not_compiled
from pkm_build._files import extension_files


def read_compiler_settings():
    settings = compiler_settings()
    if "why" in settings:
        raise compiler_settings_unknown(sys.executable, settings["why"])
    return settings


def tag_of(extensions, settings):
    """One tag for all modules of a wheel, so the narrowest of them."""
    tag = settings["tag"]
    limits = [_limit(extension, settings) for extension in extensions]
    if None in limits:
        return "%s-%s-%s" % (tag["python"], tag["abi"], tag["platform"])
    return "cp3%d-abi3-%s" % (max(limits), tag["platform"])


def _limit(extension, settings):
    return extension.limited_api if settings["limitedSuffix"] is not None else None


def compile_modules(project, settings):
    """Compiles and links every extension module of a project: paths in the wheel and contents."""
    modules = []
    with tempfile.TemporaryDirectory(prefix="pkm-build-") as folder:
        output = os.path.join(folder, "module.so")
        for extension in project.settings.extensions:
            _compile_module(extension, output, project, settings)
            limit = _limit(extension, settings)
            suffix = settings["suffix"] if limit is None else settings["limitedSuffix"]
            with open(output, "rb") as file:
                modules.append((extension.name.replace(".", "/") + suffix, file.read()))
    return modules


def _compile_module(extension, output, project, settings):
    extension_files(extension, project.tree)
    limit = _limit(extension, settings)
    if limit is not None and limit > settings["minor"]:
        raise extension_not_compiled(
            extension.name,
            "`py-limited-api` is 3.%d, and the Python at hand is 3.%d" % (limit, settings["minor"]),
            ["build with a newer Python, or keep to an older limited API"],
        )
    objects = []
    for source in extension.sources:
        objects.append("%s.%d.o" % (output, len(objects)))
        # Paths as they stand in the tree: what the compiler notes of them is then the same everywhere.
        _run(
            [
                *settings["compile"],
                *([] if limit is None else ["-DPy_LIMITED_API=0x03%02x0000" % limit]),
                *("-D" + macro for macro in extension.define_macros),
                *("-I" + path for path in extension.include_dirs + settings["include"]),
                *extension.compile_args,
                "-c",
                source,
                "-o",
                objects[-1],
            ],
            extension.name,
            project,
            settings,
        )
    _run(
        [
            *settings["link"],
            *objects,
            *("-l" + name for name in extension.libraries),
            *extension.link_args,
            "-o",
            output,
        ],
        extension.name,
        project,
        settings,
    )


def _run(command, module, project, settings):
    try:
        # Without capture: the frontend keeps what the compiler says.
        status = subprocess.run(command, cwd=project.tree.folder, stdin=subprocess.DEVNULL).returncode
    except OSError:
        raise extension_not_compiled(
            module,
            "`%s` cannot be started" % command[0],
            ["install a C compiler, or name one: `export CC=…`"],
        ) from None
    if status != 0:
        raise extension_not_compiled(
            module,
            "`%s` ended with status %d" % (command[0], status),
            ["correct the source, or its settings in `[[tool.pkm.build.extensions]]`"]
            if settings["hasHeaders"]
            else ["install the headers of this Python: a package such as `python3-dev`"],
        )
