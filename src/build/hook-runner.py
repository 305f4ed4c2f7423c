"""Calls one hook of a build backend (PEP 517, 660) in a process of its own.

    python hook-runner.py FOLDER

FOLDER/input.json says which hook of which backend is called with what; FOLDER/output.json receives what came of it.
Whatever the backend and its children print goes into the log. Only the standard library is used: this runs in an
environment that holds what the backend asked for and nothing else. Works on Python 3.6 and later.
"""

import importlib
import importlib.machinery
import json
import os
import sys
import traceback
import warnings


class InTree:
    """Finds the backend's own top-level package in its folders, before anything that is installed (PEP 517)."""

    def __init__(self, folders, name):
        self.folders = folders
        self.name = name

    def find_spec(self, fullname, _path=None, _target=None):
        if fullname != self.name:
            return None
        found = importlib.machinery.PathFinder.find_spec(fullname, path=self.folders)
        if found is None:
            raise ModuleNotFoundError(
                "there is no module {!r} in the folders of backend-path".format(fullname),
                name=fullname,
            )
        return found


class NoBackend(Exception):
    """The backend cannot be loaded."""


def load(backend, folders):
    name, _, attributes = backend.partition(":")
    if folders:
        top = name.split(".")[0]
        sys.meta_path.insert(0, InTree(folders, top))
        # It must come from there, even if this file has a module of that name already.
        for known in [each for each in sys.modules if each == top or each.startswith(top + ".")]:
            del sys.modules[known]
        # Its other modules may be beside it.
        sys.path[:0] = folders
    try:
        found = importlib.import_module(name)
    except Exception as error:
        raise NoBackend(getattr(error, "name", None) or "") from error
    for attribute in filter(None, attributes.split(".")):
        try:
            found = getattr(found, attribute)
        except AttributeError as error:
            raise NoBackend("") from error
    return found


def call(question):
    backend = load(question["backend"], question["backend_path"])
    hook = getattr(backend, question["hook"], None)
    if hook is None:
        return {"kind": "missing"}
    unsupported = getattr(backend, "UnsupportedOperation", ())
    try:
        value = hook(*question["arguments"])
    except unsupported:
        tell(sys.exc_info()[1])
        return {"kind": "unsupported", "message": str(sys.exc_info()[1])}
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return {"kind": "wrong-answer", "message": repr(value)}
    return {"kind": "done", "value": value}


def main():
    folder = sys.argv[1]
    with open(os.path.join(folder, "input.json"), encoding="utf-8") as stream:
        question = json.load(stream)
    log = os.open(question["log"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
    sys.stdout.flush()
    sys.stderr.flush()
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)
    # The folder of this file is no place to import from.
    del sys.path[0]
    sys.argv[:] = [question["hook"]]
    told = []
    show = warnings.showwarning

    def note(message, category, *more, **named):
        told.append("{}: {}".format(category.__name__, message))
        show(message, category, *more, **named)

    warnings.showwarning = note
    try:
        answer = call(question)
    except NoBackend as error:
        tell(error.__cause__)
        answer = {"kind": "no-backend", "module": str(error), "message": brief(error.__cause__)}
    except BaseException as error:
        tell(error)
        answer = {"kind": "failed", "message": brief(error), "error": type(error).__name__}
        if isinstance(error, ImportError):
            answer["module"] = error.name
    answer["warnings"] = told
    sys.stdout.flush()
    sys.stderr.flush()
    unfinished = os.path.join(folder, "output.json.new")
    with open(unfinished, "w", encoding="utf-8") as stream:
        json.dump(answer, stream)
    os.replace(unfinished, os.path.join(folder, "output.json"))


def tell(error):
    """Prints a traceback without the frames of this file."""
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    traceback.print_exception(type(error), error, trace)


def brief(error):
    """The last line of a traceback."""
    lines = traceback.format_exception_only(type(error), error)
    return (lines[-1] if lines else type(error).__name__).strip()


main()
