"""Runs hooks of a pkm_build in this process and prints what each answered: one JSON object a line.

python run_hooks.py IMPORT_FROM JOBS.json, where a job is {hook, source, output, env}.
"""

import importlib
import json
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, sys.argv[1])
backend = importlib.import_module("pkm_build")
with open(sys.argv[2], encoding="utf-8") as file:
    jobs = json.load(file)
inherited = dict(os.environ)
for job in jobs:
    os.environ.clear()
    os.environ.update(inherited, **job["env"])
    os.chdir(job["source"])
    try:
        answer = {"filename": getattr(backend, job["hook"])(job["output"])}
    except Exception as error:
        if not hasattr(error, "code"):
            raise
        answer = {"code": error.code, "message": str(error)}
    print(json.dumps(answer))
