import { errnoOf } from "#base/errors";
import type { ProcessResult } from "#platform/ports";
import { baseInterpreterGone, pythonTooOld, pythonUnusable } from "./errors.ts";
import type { Interpreter } from "./interpreter.ts";
import { stableBase } from "./minor-version-link.ts";
import { absolutePath } from "./path-names.ts";
import { interpreterFrom, type ProbeAnswer, type TooOldAnswer } from "./probe-answer.ts";
import script from "./probe.py" with { type: "text" };
import { pyenvShimTarget } from "./pyenv.ts";
import { baseOfVirtual, virtualInterpreter } from "./virtual.ts";
import { virtualFolderOf } from "./virtual-folder.ts";
import type { InterpreterWorld } from "./world.ts";

/**
 * What the executable is. A virtual environment's answer is worked out from its base's; the base runs once and
 * never again until its file (or the C library under it) changes.
 */
export async function probeInterpreter(
  path: string,
  world: InterpreterWorld,
  source: string = "path",
): Promise<Interpreter> {
  const named = absolutePath(path, world.host);
  const shim = pyenvShimTarget(named, world);
  if (shim?.kind === "none") throw pythonUnusable(named, shim.why);
  const executable = shim?.path ?? named;
  const virtual = virtualFolderOf(executable, world);
  if (virtual === undefined) return probeBase(executable, world, source);
  const base = baseOfVirtual(virtual, executable, world);
  if ("missing" in base) throw baseInterpreterGone(virtual.prefix, base.missing);
  return virtualInterpreter(await probeBase(base.path, world, source), virtual, {
    executable,
    source,
  });
}

/**
 * Runs the probe in any case and keeps nothing: what {@link probeInterpreter} must agree with. `{prefix}` of a
 * virtual environment then comes from the interpreter itself.
 */
export async function runProbe(
  path: string,
  world: InterpreterWorld,
  source: string = "path",
): Promise<Interpreter> {
  const executable = absolutePath(path, world.host);
  const answer = await ask(executable, world);
  if ("tooOld" in answer) throw pythonTooOld(executable, answer.tooOld);
  return asInterpreter(answer, executable, source, world);
}

async function probeBase(
  executable: string,
  world: InterpreterWorld,
  source: string,
): Promise<Interpreter> {
  const answer = await answerOf(executable, world);
  if ("tooOld" in answer) throw pythonTooOld(executable, answer.tooOld);
  return asInterpreter(answer, executable, source, world);
}

function asInterpreter(
  answer: ProbeAnswer,
  executable: string,
  source: string,
  world: InterpreterWorld,
): Interpreter {
  const base = answer.baseExecutable ?? answer.executable;
  const resolved =
    world.files.tryStat(base) === undefined ? executable : world.files.realPath(base);
  return interpreterFrom(
    answer,
    { executable, baseExecutable: stableBase(resolved, answer, world.files), source },
    world,
  );
}

type Answer = ProbeAnswer | TooOldAnswer;

/** An answer as it is kept: it holds while the files it depended on are the same. */
type KeptAnswer = { readonly files: readonly FileStamp[]; readonly answer: Answer };

type FileStamp = readonly [path: string, mtime: number, size: number, ino: number];

async function answerOf(executable: string, world: InterpreterWorld): Promise<Answer> {
  const { files, answers } = world;
  if (files.tryStat(executable)?.kind !== "file")
    throw pythonUnusable(executable, "there is no such file");
  const real = files.realPath(executable);
  const key = `interpreter:${real}`;
  const kept = tryParse(answers.get(key));
  if (kept !== undefined && kept.files.every((stamp) => isUnchanged(stamp, world)))
    return kept.answer;
  // A script may lead elsewhere tomorrow, so its answer is good for now only.
  if (isScript(real, world)) return ask(executable, world);
  const answer = await ask(real, world);
  const depends = [real, ...("libc" in answer && answer.libc !== null ? [answer.libc] : [])];
  const stamps = depends.map((path) => stampOf(path, world)).filter((stamp) => stamp !== undefined);
  if (stamps.length === depends.length)
    answers.put(key, JSON.stringify({ files: stamps, answer } satisfies KeptAnswer));
  return answer;
}

function isScript(path: string, { files }: InterpreterWorld): boolean {
  const start = files.readAt(path, 0, 2);
  return start[0] === 0x23 && start[1] === 0x21;
}

function stampOf(path: string, { files }: InterpreterWorld): FileStamp | undefined {
  const stat = files.tryStat(path);
  return stat === undefined ? undefined : [path, stat.mtime, stat.size, stat.ino];
}

function isUnchanged([path, mtime, size, ino]: FileStamp, { files }: InterpreterWorld): boolean {
  const stat = files.tryStat(path);
  return stat !== undefined && stat.mtime === mtime && stat.size === size && stat.ino === ino;
}

function tryParse(text: string | undefined): KeptAnswer | undefined {
  if (text === undefined) return undefined;
  try {
    const kept = JSON.parse(text) as KeptAnswer;
    return kept.answer.format === 1 && Array.isArray(kept.files) ? kept : undefined;
  } catch {
    // A cache that somebody damaged is as good as an empty one.
    return undefined;
  }
}

const timeLimit = 30_000;

async function ask(executable: string, world: InterpreterWorld): Promise<Answer> {
  // Without -S the .pth files of its site-packages are run, which say nothing about it and may take longer than all else.
  const isolated = await run([executable, "-I", "-S", "-B", "-c", script], executable, world);
  const answer = findAnswer(isolated.stdout);
  if (answer !== undefined) return answer;
  if (isolated.timedOut) throw pythonUnusable(executable, whatItSaid(isolated));
  // Before 3.4 there is no -I, and some Python may not start without its site. The same text then says what it is.
  const plain = await run([executable, "-E", "-s", "-B", "-c", script], executable, world);
  const second = findAnswer(plain.stdout);
  if (second !== undefined) return second;
  throw pythonUnusable(executable, whatItSaid(isolated));
}

async function run(
  argv: readonly [string, ...string[]],
  executable: string,
  { processes, host }: InterpreterWorld,
): Promise<ProcessResult> {
  try {
    return await processes.run({ argv, env: quietEnvironment(host.env), timeout: timeLimit });
  } catch (cause) {
    const errno = errnoOf(cause);
    if (errno === undefined) throw cause;
    throw pythonUnusable(executable, `it cannot be started (${errno})`, cause);
  }
}

// The launcher variable of macOS would make a Python believe that it is another one.
function quietEnvironment(env: InterpreterWorld["host"]["env"]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env))
    if (value !== undefined && name !== "__PYVENV_LAUNCHER__" && !name.startsWith("PYTHON"))
      kept[name] = value;
  return kept;
}

/** The last marked line: a sitecustomize may have printed before, an exit handler may print after. */
function findAnswer(stdout: string): Answer | undefined {
  const start = stdout.lastIndexOf("<pkm-probe>");
  const end = stdout.indexOf("</pkm-probe>", start);
  if (start < 0 || end < 0) return undefined;
  try {
    return JSON.parse(stdout.slice(start + "<pkm-probe>".length, end)) as Answer;
  } catch {
    return undefined;
  }
}

function whatItSaid(result: ProcessResult): string {
  if (result.timedOut) return `it did not answer within ${timeLimit / 1000} seconds`;
  const said = result.stderr.trim().split("\n").at(-1) ?? "";
  return `it ended with status ${result.status}${said === "" ? " and said nothing" : `: ${said}`}`;
}
