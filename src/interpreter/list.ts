import { mapLimited } from "#base/concurrency";
import { PkmError } from "#base/errors";
import { environmentCandidates, installedCandidates, type Candidate } from "./candidates.ts";
import type { Interpreter } from "./interpreter.ts";
import { probeInterpreter } from "./probe.ts";
import { fitOf, mayFit, parsePythonRequest } from "./python-request.ts";
import type { InterpreterWorld } from "./world.ts";

export type ListRequest = {
  /** Only those that fit; as {@link FindRequest} has it. */
  readonly python?: string | undefined;
  readonly environments?: boolean;
};

/** Interpreters that were found, and those that could not be asked with the reason. */
export type InterpreterList = {
  /** Newest first; of several names for one file the first found. */
  readonly interpreters: readonly Interpreter[];
  readonly unusable: readonly {
    readonly path: string;
    readonly source: string;
    readonly why: string;
  }[];
};

/** Processes that run at the same time when many interpreters have never been asked. */
const limit = 4;

/** Every interpreter that {@link findInterpreter} could come upon. */
export async function listInterpreters(
  world: InterpreterWorld,
  request: ListRequest = {},
): Promise<InterpreterList> {
  const wanted = parsePythonRequest(request.python ?? "any");
  const candidates = new Map<string, Candidate>();
  const add = (candidate: Candidate, key: string) => {
    // pyenv puts a shim on PATH for every program of any of its versions; one that is not chosen now is no find.
    if (candidate.idle === undefined && mayFit(wanted, candidate.release) && !candidates.has(key))
      candidates.set(key, candidate);
  };
  if (request.environments === true)
    for (const candidate of environmentCandidates(world)) add(candidate, candidate.path);
  for (const candidate of installedCandidates(wanted, world))
    add(candidate, world.files.realPath(candidate.path));
  const unusable: { path: string; source: string; why: string }[] = [];
  const answers = await mapLimited([...candidates.values()], limit, async (candidate) => {
    try {
      return await probeInterpreter(candidate.path, world, candidate.source);
    } catch (error) {
      if (!(error instanceof PkmError)) throw error;
      unusable.push({
        path: candidate.path,
        source: candidate.source,
        why: error.why ?? error.what,
      });
      return undefined;
    }
  });
  const found = new Map<string, Interpreter>();
  for (const python of answers) {
    if (python === undefined || (fitOf(wanted, python).kind === "no" && wanted.kind === "version"))
      continue;
    // A shim and what it leads to are one interpreter, an environment and its base are two.
    const key = python.prefix === python.basePrefix ? python.baseExecutable : python.executable;
    if (!found.has(key)) found.set(key, python);
  }
  const interpreters = [...found.values()].sort(
    (a, b) =>
      b.major - a.major ||
      b.minor - a.minor ||
      b.micro - a.micro ||
      (a.executable < b.executable ? -1 : 1),
  );
  unusable.sort((a, b) => (a.path < b.path ? -1 : 1));
  return { interpreters, unusable };
}
