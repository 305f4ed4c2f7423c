"""Calls hooks of a build backend (PEP 517, 660), each in a process of its own.

    python hook-runner.py FOLDER

FOLDER/input.json says which hooks of which backend are called with what; FOLDER/output.json receives what came of them.
The second hook is called only when the first one, which asks what else is required, wants nothing more. Where processes
can be forked the backend is loaded once and each hook has a copy; elsewhere one hook is called and the rest left.

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


def call(backend, name, arguments):
    hook = getattr(backend, name, None)
    if hook is None:
        return {"kind": "missing"}
    unsupported = getattr(backend, "UnsupportedOperation", ())
    try:
        value = hook(*arguments)
    except unsupported:
        tell(sys.exc_info()[1])
        return {"kind": "unsupported", "message": str(sys.exc_info()[1])}
    try:
        json.dumps(value)
    except (TypeError, ValueError):
        return {"kind": "wrong-answer", "message": repr(value)}
    return {"kind": "done", "value": value}


def answer(question, number):
    """What one hook says, or how it failed."""
    hook = question["hooks"][number]
    sys.argv[:] = [hook["name"]]
    try:
        return call(loaded(question), hook["name"], hook["arguments"])
    except NoBackend as error:
        tell(error.__cause__)
        return {"kind": "no-backend", "module": str(error), "message": brief(error.__cause__)}
    except BaseException as error:
        tell(error)
        found = {"kind": "failed", "message": brief(error), "error": type(error).__name__}
        if isinstance(error, ImportError):
            found["module"] = error.name
        return found


def loaded(question, known=[]):
    if not known:
        silent = sys.dont_write_bytecode
        # An environment of ours is used again, and nobody looks into it: compiled modules are welcome there.
        sys.dont_write_bytecode = silent and not question["is_ours"]
        try:
            known.append(load(question["backend"], question["backend_path"]))
        finally:
            sys.dont_write_bytecode = silent
    return known[0]


def in_copy(question, number, folder):
    """The answer of a copy of this process: whatever the hook does to its process is gone with it."""
    path = os.path.join(folder, "answer-{}.json".format(number))
    child = os.fork()
    if child == 0:
        status = 1
        try:
            write(answer(question, number), path)
            status = 0
        finally:
            leave(status)
    _, status = os.waitpid(child, 0)
    if os.path.exists(path):
        with open(path, encoding="utf-8") as stream:
            return json.load(stream)
    signal = status & 0x7F
    return {"kind": "died", "status": 128 + signal if signal else status >> 8}


def leave(status):
    """Ends a copy as an interpreter ends, without going on with what the original has to do."""
    import atexit

    try:
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def write(value, path):
    with open(path + ".new", "w", encoding="utf-8") as stream:
        json.dump(value, stream)
    os.replace(path + ".new", path)


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
    answers = []
    forks = question["forks"] and len(question["hooks"]) > 1
    for number, hook in enumerate(question["hooks"]):
        print("$ " + hook["name"], flush=True)
        if forks and number == 0:
            try:
                loaded(question)
            except NoBackend:
                # Told by the copy.
                pass
        found = in_copy(question, number, folder) if forks else answer(question, number)
        answers.append(found)
        is_enough = found["kind"] == "missing" or (found["kind"] == "done" and found["value"] == [])
        if not forks or not is_enough:
            break
    sys.stdout.flush()
    sys.stderr.flush()
    write(answers, os.path.join(folder, "output.json"))


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
