import { interpreterAt } from "./interpreter-at.ts";
import type { Interpreter } from "./interpreter.ts";
import { joined, upwards } from "./path-names.ts";
import { probeInterpreter } from "./probe.ts";
import { pyenvExecutable } from "./pyenv.ts";
import { parsePythonRequest, type PythonRequest } from "./python-request.ts";
import type { InterpreterWorld } from "./world.ts";

export type FindRequest = {
  /**
   * As a person writes it: `3.12`, `>=3.11,<3.14`, `3.13t`, `pypy@3.10`, `python3.12`, a path. Without it
   * `PKM_PYTHON` is asked for, else the nearest `.python-version`, else anything.
   */
  readonly python?: string | undefined;
  /** Whether the active and the nearest virtual environment may answer. */
  readonly environments?: boolean;
};

/**
 * The first interpreter that fits: active environment, nearest one, PATH, pyenv's and uv's folders, the registry.
 * Throws `python-not-found` with everything that was passed over and why.
 */
export async function findInterpreter(
  request: FindRequest,
  world: InterpreterWorld,
): Promise<Interpreter> {
  const asked = askedFor(request, world);
  if (asked.path !== undefined) return probeInterpreter(asked.path, world, asked.source);
  const { parsed } = asked;
  if (parsed.kind === "path") return interpreterAt(parsed.path, world);
  // Which Python fits is looked for where no environment is named.
  const { searchInterpreter } = await import("./search.ts");
  return searchInterpreter(parsed, request, asked.by, world);
}

type Asked = {
  readonly parsed: PythonRequest;
  /** Who asked, when it was not the caller. */
  readonly by: string | undefined;
  /** An executable that the asking itself already leads to. */
  readonly path?: string;
  readonly source?: string;
};

function askedFor(request: FindRequest, world: InterpreterWorld): Asked {
  const { host, files } = world;
  if (request.python !== undefined)
    return { parsed: parsePythonRequest(request.python), by: undefined };
  const variable = host.env["PKM_PYTHON"];
  if (variable !== undefined && variable !== "")
    return { parsed: parsePythonRequest(variable), by: "PKM_PYTHON" };
  for (const folder of upwards(host.cwd)) {
    const file = joined(host, folder, ".python-version");
    const line = firstRequest(files.tryReadText(file));
    if (line === undefined) continue;
    // pyenv names its own folders here (`pypy3.10-7.3.15`, a virtual environment), which are no versions.
    const path = pyenvExecutable(line, world);
    if (path !== undefined)
      return { parsed: parsePythonRequest(line), by: file, path, source: ".python-version" };
    if (line !== "system") return { parsed: parsePythonRequest(line), by: file };
  }
  return { parsed: parsePythonRequest("any"), by: undefined };
}

function firstRequest(text: string | undefined): string | undefined {
  for (const line of (text ?? "").split("\n")) {
    const word = (line.split("#", 1)[0] as string).trim();
    if (word !== "") return word;
  }
  return undefined;
}
