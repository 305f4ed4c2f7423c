import { PkmError } from "#base/errors";
import { type Candidate, environmentCandidates, installedCandidates } from "./candidates.ts";
import type { FindRequest } from "./discover.ts";
import { type PassedOver, pythonNotFound, pythonRequestInvalid } from "./errors.ts";
import { interpreterAt } from "./interpreter-at.ts";
import type { Interpreter } from "./interpreter.ts";
import { absolutePath } from "./path-names.ts";
import { probeInterpreter } from "./probe.ts";
import { fitOf, mayFit, type PythonRequest } from "./python-request.ts";
import type { InterpreterWorld } from "./world.ts";

/** Goes through the candidates for a request; see `discover.ts`. */
export async function searchInterpreter(
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
      const why = `found ${candidate.release.join(".")}, needs ${wanted.text}`;
      ruledOut.push({ what: candidate.path, why });
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
  throw pythonNotFound(wanted.text, by, toldOnce([...passedOver, ...ruledOut], world));
}

/** One program may be met under several names. */
function toldOnce(
  passedOver: readonly PassedOver[],
  { files }: InterpreterWorld,
): readonly PassedOver[] {
  const told = new Set<string>();
  return passedOver.filter(({ what }) => {
    const real = files.realPath(what);
    return !told.has(real) && told.add(real);
  });
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
