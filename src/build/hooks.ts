import { errnoOf } from "#base/errors";
import type { World } from "#platform/ports";
import type { BuildStep } from "#provision/source-builder";
import type { NormalizedName } from "#standards/name";
import type { ConfigSettings } from "./build-options.ts";
import type { BuildSystem } from "./build-system.ts";
import {
  backendMissing,
  buildFailed,
  buildResultInvalid,
  buildTimedOut,
  type FailedBuild,
} from "./errors.ts";
import script from "./hook-runner.py" with { type: "text" };
import { missingModule, remedyFor } from "./remedy.ts";

/** Hooks of PEP 517 and 660. */
export type HookName =
  | "build_wheel"
  | "build_editable"
  | "build_sdist"
  | "get_requires_for_build_wheel"
  | "get_requires_for_build_editable"
  | "get_requires_for_build_sdist"
  | "prepare_metadata_for_build_wheel"
  | "prepare_metadata_for_build_editable";

/** Where a backend is called. */
export type HookPlace = {
  /** For messages. */
  readonly source: string;
  readonly name: NormalizedName | undefined;
  /** The folder of the project; hooks run there. */
  readonly root: string;
  readonly buildSystem: BuildSystem;
  readonly python: string;
  /** The environment was made for backends, as opposed to one that a person has prepared. */
  readonly isIsolated: boolean;
  /** The whole environment of the process. */
  readonly variables: Readonly<Record<string, string>>;
  /** A folder for what goes to and fro; ours alone. */
  readonly work: string;
  readonly log: string;
  readonly timeLimit: number | undefined;
  readonly ending: AbortSignal;
};

export type HookAnswer =
  | { readonly kind: "done"; readonly value: unknown }
  /** The backend has no such hook. */
  | { readonly kind: "missing" }
  /** It has it, and says that it cannot be used here (`UnsupportedOperation`). */
  | { readonly kind: "unsupported"; readonly message: string };

type HookWorld = Pick<World, "files" | "processes" | "host">;

/** A hook with its arguments by position, as all front ends pass them. */
export type HookCall = { readonly hook: HookName; readonly args: readonly unknown[] };

/**
 * Calls a hook in a fresh process (PEP 517, "Build environment"): the current folder is the source tree, which is not
 * on `sys.path`. A second one follows, in a process of its own, if the first wants nothing more to be installed; loading a
 * backend often costs more than what it does. What backends print goes to the log, and so does why they fail.
 * Answers what was called.
 */
export async function callHooks(
  calls: readonly [HookCall, HookCall?],
  place: HookPlace,
  world: HookWorld,
): Promise<readonly HookAnswer[]> {
  const { files, processes, host } = world;
  const { root, buildSystem, python, log } = place;
  const [first] = calls;
  const folder = files.makeTemporaryFolder(place.work, `${first.hook}-`);
  const runner = `${place.work}/hook-runner.py`;
  if (files.tryStat(runner) === undefined) files.write(runner, script);
  const question = {
    hooks: calls.map((call) => ({ name: call?.hook, arguments: call?.args })),
    backend: buildSystem.backend,
    backend_path: backendFolders(root, buildSystem),
    is_ours: place.isIsolated && buildSystem.backendPath === undefined,
    // Libraries of macOS may refuse to work in a copy.
    forks: host.os === "linux",
    log,
  };
  files.write(`${folder}/input.json`, JSON.stringify(question));
  const before = files.tryStat(log)?.size ?? 0;
  const failedAt = ({ hook }: HookCall): FailedBuild => ({
    source: place.source,
    step: stepOf(hook),
    backend: buildSystem.backend,
    log,
    tail: tailOf(textFrom(log, before, files)),
  });
  const ended = await started(
    () =>
      processes.run({
        argv: [python, runner, folder],
        cwd: root,
        env: place.variables,
        signal: place.ending,
        ...(place.timeLimit === undefined ? {} : { timeout: place.timeLimit }),
      }),
    python,
    () => failedAt(first),
  );
  // Before the backend is loaded there is nothing but what the interpreter itself has to say.
  if (ended.stdout + ended.stderr !== "") files.append(log, ended.stdout + ended.stderr);
  const said = (): string => textFrom(log, before, files);
  if (ended.timedOut) throw buildTimedOut(failedAt(first), place.timeLimit ?? 0);
  const output = files.tryReadText(`${folder}/output.json`);
  const answers =
    output === undefined
      ? [{ kind: "died", status: ended.status } as const]
      : (JSON.parse(output) as readonly RunnerAnswer[]);
  return answers.map((answer, number) =>
    settled(answer, calls[number] as HookCall, place, failedAt, said),
  );
}

/** An answer, or the error that a person has to hear of. */
function settled(
  answer: RunnerAnswer,
  call: HookCall,
  { buildSystem, name, isIsolated }: HookPlace,
  failedAt: (call: HookCall) => FailedBuild,
  said: () => string,
): HookAnswer {
  switch (answer.kind) {
    case "done":
    case "missing":
    case "unsupported":
      return answer;
    case "wrong-answer":
      throw buildResultInvalid(failedAt(call), `\`${call.hook}\` answered ${answer.message}`);
    case "no-backend": {
      const isOther = answer.module !== "" && answer.module !== buildSystem.backend.split(":")[0];
      const remedy = isOther
        ? missingModule(answer.module, name)
        : { fix: [whereBackendsComeFrom(buildSystem, isIsolated)] };
      throw backendMissing(failedAt(call), answer.message, remedy);
    }
    case "failed": {
      const remedy =
        answer.error === "ModuleNotFoundError" && typeof answer.module === "string"
          ? missingModule(answer.module, name)
          : remedyFor(said().slice(-searched), name);
      throw buildFailed(failedAt(call), answer.message, remedy);
    }
    case "died": {
      const { status } = answer;
      const how =
        status > 128
          ? `its process was ended by signal ${status - 128}`
          : `its process ended with status ${status} in the middle of \`${call.hook}\``;
      throw buildFailed(failedAt(call), how, remedyFor(said(), name));
    }
    default:
      return answer satisfies never;
  }
}

function whereBackendsComeFrom({ requires }: BuildSystem, isIsolated: boolean): string {
  if (isIsolated) return "name what the backend comes from in `build-system.requires`";
  return `pkm pip install ${requires.map((text) => `'${text}'`).join(" ")}`;
}

type RunnerAnswer =
  | HookAnswer
  | { readonly kind: "wrong-answer"; readonly message: string }
  | { readonly kind: "died"; readonly status: number }
  | { readonly kind: "no-backend"; readonly message: string; readonly module: string }
  | {
      readonly kind: "failed";
      readonly message: string;
      readonly error: string;
      readonly module?: string | null;
    };

/** PEP 517: settings are a dictionary of texts (and lists of them), or nothing. */
export function settingsArgument(settings: ConfigSettings): ConfigSettings | null {
  return Object.keys(settings).length === 0 ? null : settings;
}

async function started<T>(
  start: () => Promise<T>,
  python: string,
  failed: () => FailedBuild,
): Promise<T> {
  try {
    return await start();
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    throw buildFailed(failed(), `\`${python}\` cannot be started: the system says ${errno}`, {
      fix: [],
    });
  }
}

/** What a hook is called for. */
export function stepOf(hook: HookName): BuildStep {
  switch (hook) {
    case "build_wheel":
      return "wheel";
    case "build_editable":
      return "editable";
    case "build_sdist":
      return "sdist";
    case "get_requires_for_build_wheel":
    case "get_requires_for_build_editable":
    case "get_requires_for_build_sdist":
      return "requirements";
    case "prepare_metadata_for_build_wheel":
    case "prepare_metadata_for_build_editable":
      return "metadata";
    default:
      return hook satisfies never;
  }
}

function backendFolders(root: string, { backendPath = [] }: BuildSystem): string[] {
  return backendPath.map((folder) => (folder === "." ? root : `${root}/${folder}`));
}

/** What a remedy is looked for in. */
const searched = 64 * 1024;
const tailLines = 12;

function textFrom(path: string, start: number, files: World["files"]): string {
  const size = files.tryStat(path)?.size ?? 0;
  const from = Math.max(start, size - searched);
  return size > from ? new TextDecoder().decode(files.readAt(path, from, size - from)) : "";
}

/** What the runner itself writes into the log. */
const hookLine = /^\$ (?:build|get_requires_for|prepare_metadata_for)_\w+$/;

/** What Python writes between the tracebacks of errors that led to each other. */
const between = /^ *(?:During handling of the above|The above) exception.*:$/;

/** The last lines that say something, without colours, and of tracebacks what they end with. */
export function tailOf(text: string): string {
  const lines: string[] = [];
  let isTrace = false;
  // oxlint-disable-next-line no-control-regex -- colours of terminals begin with it
  for (const raw of text.replaceAll(/\x1b\[[0-9;]*[A-Za-z]/g, "").split(/\r?\n/)) {
    const line = raw.slice(raw.lastIndexOf("\r") + 1).trimEnd();
    if (line === "" || hookLine.test(line) || between.test(line)) continue;
    if (/^ *Traceback \(most recent call last\):$/.test(line)) isTrace = true;
    else if (!isTrace || !line.startsWith(" ")) {
      isTrace = false;
      lines.push(line.length > 300 ? `${line.slice(0, 300)}…` : line);
    }
  }
  return lines.slice(-tailLines).join("\n");
}
