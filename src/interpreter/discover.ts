import { PkmError } from "#base/errors";
import {
  environmentCandidates,
  installedCandidates,
  isExecutable,
  type Candidate,
} from "./candidates.ts";
import { pythonNotFound, pythonRequestInvalid, pythonUnusable, type PassedOver } from "./errors.ts";
import type { Interpreter } from "./interpreter.ts";
import { absolutePath, joined, upwards } from "./path-names.ts";
import { probeInterpreter } from "./probe.ts";
import { pyenvExecutable } from "./pyenv.ts";
import { fitOf, mayFit, parsePythonRequest, type PythonRequest } from "./python-request.ts";
import { executableIn } from "./virtual-folder.ts";
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
  return searchFor(parsed, request, asked.by, world);
}

async function searchFor(
  wanted: PythonRequest,
  request: FindRequest,
  by: string | undefined,
  world: InterpreterWorld,
): Promise<Interpreter> {
  const passedOver: PassedOver[] = [];
  // What its name alone rules out says little about why nothing was found: told last.
  const ruledOut: PassedOver[] = [];
  const tried = new Set<string>();
  let last: Interpreter | undefined;
  for (const candidate of candidatesFor(wanted, request, world)) {
    if (candidate.idle !== undefined) {
      ruledOut.push({ what: candidate.path, why: candidate.idle });
      continue;
    }
    if (!mayFit(wanted, candidate.release)) {
      ruledOut.push({ what: candidate.path, why: `is Python ${candidate.release.join(".")}` });
      continue;
    }
    const real = world.files.realPath(candidate.path);
    // `python`, `python3` and `python3.12` of one folder are one program, but an environment's link is its own.
    const key = candidate.source === "PATH" ? real : candidate.path;
    if (tried.has(key)) continue;
    tried.add(key);
    const python = await tryProbe(candidate, passedOver, world);
    if (python === undefined) continue;
    const fit = fitOf(wanted, python);
    // An implementation that nobody named is taken where a person put it, but not out of a collection.
    const chosenByHand = candidate.source !== "pyenv" && candidate.source !== "uv";
    const foreign =
      python.implementation !== "cpython" &&
      !(wanted.kind === "version" && wanted.implementation !== undefined);
    if (fit.kind === "fits" && (chosenByHand || !foreign)) return python;
    if (fit.kind === "no") passedOver.push({ what: candidate.path, why: fit.why });
    else last ??= python;
  }
  if (last !== undefined) return last;
  if (wanted.kind === "program") return programAsPath(wanted.name, by, world);
  throw pythonNotFound(wanted.text, by, [...passedOver, ...ruledOut]);
}

function* candidatesFor(
  wanted: PythonRequest,
  request: FindRequest,
  world: InterpreterWorld,
): Generator<Candidate> {
  if (request.environments === true && wanted.kind !== "program")
    yield* environmentCandidates(world);
  yield* installedCandidates(wanted, world);
}

async function tryProbe(
  candidate: Candidate,
  passedOver: PassedOver[],
  world: InterpreterWorld,
): Promise<Interpreter | undefined> {
  try {
    return await probeInterpreter(candidate.path, world, candidate.source);
  } catch (error) {
    if (!(error instanceof PkmError)) throw error;
    passedOver.push({ what: candidate.path, why: error.why ?? error.what });
    return undefined;
  }
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

/** A path names an executable, or the folder of an environment or installation. */
async function interpreterAt(path: string, world: InterpreterWorld): Promise<Interpreter> {
  const { files, host } = world;
  const full = absolutePath(path, host);
  const kind = files.tryStat(full)?.kind;
  if (kind === "file") return probeInterpreter(full, world);
  if (kind !== "folder")
    throw pythonUnusable(
      full,
      files.tryLstat(full)?.kind === "link"
        ? "it is a link that leads nowhere"
        : "there is no such file",
    );
  const executable = executableIn(full, world);
  if (files.tryLstat(executable) !== undefined) return probeInterpreter(executable, world);
  // The folder of an installation on Windows holds its executable directly.
  const direct = joined(host, full, host.os === "windows" ? "python.exe" : "python3");
  if (isExecutable(direct, world)) return probeInterpreter(direct, world);
  throw pythonUnusable(full, `the folder has no \`${executable.slice(full.length + 1)}\``);
}

/** Without a program of the name on PATH it may still be a file or folder here (`pkm venv --python myenv`). */
function programAsPath(
  name: string,
  by: string | undefined,
  world: InterpreterWorld,
): Promise<Interpreter> {
  const here = absolutePath(name, world.host);
  if (world.files.tryStat(here) === undefined) throw pythonRequestInvalid(name, by);
  return interpreterAt(here, world);
}
