import type { Activation } from "./activation.ts";

/** Activation inside a running interpreter; works out every place from its own. */
export function activatePython({ prompt, sitePackages }: Activation): string {
  // A JSON text is a Python text, as long as the file is UTF-8.
  return `"""Bring this environment into a running Python: \`runpy.run_path("…/activate_this.py")\`."""

import os
import site
import sys

try:
    scripts = os.path.dirname(os.path.abspath(__file__))
except NameError:
    raise RuntimeError("run this file with runpy.run_path(), so that it knows where it is") from None

root = os.path.dirname(scripts)
os.environ["VIRTUAL_ENV"] = root
os.environ["VIRTUAL_ENV_PROMPT"] = ${JSON.stringify(prompt)}
os.environ["PATH"] = os.pathsep.join([scripts] + [entry for entry in [os.environ.get("PATH")] if entry])
os.environ.pop("PYTHONHOME", None)

# What the environment adds goes in front of what was there.
before = len(sys.path)
for folder in ${JSON.stringify(sitePackages)}:
    site.addsitedir(os.path.join(root, *folder.split("/")))
sys.path[:] = sys.path[before:] + sys.path[:before]
sys.prefix = sys.exec_prefix = root
`;
}
