"""A build backend of a few lines for trees that tests make; `tiny.json` of the tree says what it shall do, or do wrong."""

import base64
import hashlib
import io
import json
import os
import sys
import tarfile
import time
import zipfile

with open("tiny.json", encoding="utf-8") as stream:
    TREE = json.load(stream)
FAULT = TREE.get("fault", "")
STEM = "{}-{}".format(TREE["name"].replace("-", "_"), TREE["version"])


class UnsupportedOperation(Exception):
    pass


def metadata(more=()):
    lines = ["Metadata-Version: 2.1", "Name: " + TREE["name"], "Version: " + TREE["version"]]
    if TREE.get("requires_python"):
        lines.append("Requires-Python: " + TREE["requires_python"])
    lines += ["Requires-Dist: " + each for each in [*TREE.get("needs", []), *more]]
    return "\n".join(lines) + "\n"


def get_requires_for_build_wheel(config_settings=None):
    if FAULT == "requires-nonsense":
        return ["!!"]
    return TREE.get("more_requires", [])


if TREE.get("prepares"):

    def prepare_metadata_for_build_wheel(metadata_directory, config_settings=None):
        folder = os.path.join(metadata_directory, STEM + ".dist-info")
        os.mkdir(folder)
        with open(os.path.join(folder, "METADATA"), "w") as stream:
            stream.write(metadata(["later"] if FAULT == "metadata-changes" else ()))
        return STEM + ".dist-info"


def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    print("a word on stdout")
    with open(os.environ.get("TINY_JOURNAL", os.devnull), "a") as stream:
        stream.write("wheel {}\n".format(TREE["name"]))
    if FAULT == "alone":
        # Two at the same time want one folder.
        os.mkdir(os.environ["TINY_ALONE"])
        time.sleep(0.2)
        os.rmdir(os.environ["TINY_ALONE"])
    if FAULT == "raises":
        raise RuntimeError("the backend is out of order")
    if FAULT == "exits":
        sys.exit(3)
    if FAULT == "dies":
        os._exit(7)
    if FAULT == "killed":
        os.kill(os.getpid(), 9)
    if FAULT == "hangs":
        with open("hanging.pid", "w") as stream:
            stream.write(str(os.getpid()))
        time.sleep(600)
    if FAULT == "imports":
        import a_module_that_nobody_has  # noqa: F401
    if FAULT == "no-compiler":
        print("error: command 'gcc' failed: No such file or directory")
        sys.exit("error: command 'gcc' failed: No such file or directory")
    if FAULT == "no-header":
        print("src/x.c:1:10: fatal error: Python.h: No such file or directory")
        sys.exit(1)
    if FAULT == "no-rust":
        print("error: can't find Rust compiler")
        sys.exit(1)
    if FAULT == "writes-nothing":
        return STEM + "-py3-none-any.whl"
    if FAULT == "answers-none":
        write_wheel(wheel_directory, {})
        return None
    if FAULT == "answers-object":
        return object()
    files = dict(TREE.get("files", {TREE["name"].replace("-", "_") + ".py": "value = 1\n"}))
    for key, value in (config_settings or {}).items():
        files["settings_" + key + ".py"] = "value = {!r}\n".format(value)
    if FAULT == "reports-path":
        files["seen.py"] = "path = {!r}\nenvironment = {!r}\n".format(sys.path, dict(os.environ))
    name = write_wheel(wheel_directory, files)
    if FAULT == "wrong-name":
        return "other-1.0-py3-none-any.whl"
    return name


def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    return write_wheel(wheel_directory, {TREE["name"] + ".pth": os.path.abspath("src") + "\n"})


def build_sdist(sdist_directory, config_settings=None):
    if FAULT == "no-sdist":
        raise UnsupportedOperation("this is no checkout")
    name = STEM + ".tar.gz"
    with tarfile.open(os.path.join(sdist_directory, name), "w:gz", format=tarfile.PAX_FORMAT) as archive:
        for folder, folders, files in os.walk("."):
            folders[:] = sorted(set(folders) - {"__pycache__", "dist"})
            for file in sorted(files):
                path = os.path.normpath(os.path.join(folder, file))
                archive.add(path, STEM + "/" + path)
        text = metadata().encode()
        info = tarfile.TarInfo(STEM + "/PKG-INFO")
        info.size = len(text)
        archive.addfile(info, io.BytesIO(text))
    return name


if FAULT == "no-editable":
    del build_editable
if FAULT == "no-wheel-hook":
    del build_wheel


def write_wheel(folder, files):
    stem = "other-2.0" if FAULT == "other-project" else STEM
    name = stem + ("-cp27-cp27m-win32.whl" if FAULT == "other-machine" else "-py3-none-any.whl")
    info = stem + ".dist-info/"
    text = metadata().replace(TREE["name"], "other").replace(TREE["version"], "2.0")
    files = dict(files)
    files[info + "METADATA"] = text if FAULT == "other-project" else metadata()
    files[info + "WHEEL"] = "Wheel-Version: 1.0\nGenerator: tiny\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    rows = []
    for path, content in files.items():
        digest = base64.urlsafe_b64encode(hashlib.sha256(content.encode()).digest()).rstrip(b"=").decode()
        if FAULT == "record-lies":
            digest = digest[::-1]
        rows.append("{},sha256={},{}".format(path, digest, len(content.encode())))
    files[info + "RECORD"] = "\n".join([*rows, info + "RECORD,,"]) + "\n"
    target = os.path.join(folder, name)
    if FAULT == "not-a-zip":
        with open(target, "w") as stream:
            stream.write("no zip at all")
        return name
    with zipfile.ZipFile(target, "w") as archive:
        for path, content in files.items():
            archive.writestr(path, content)
    if FAULT == "leaves-a-second-file":
        with open(os.path.join(folder, "more.txt"), "w") as stream:
            stream.write("more")
    return name
