import { errnoOf } from "#base/errors";
import { withoutCredentials } from "#base/url";
import { defaultHttpSettings } from "#http/settings";
import type { ProcessResult, World } from "#platform/ports";
import { gitFailed, gitLoginNeeded, gitMissing } from "./errors.ts";

export type GitRun = {
  /** What the program does, as a message has it behind "Cannot": `fetch from`. */
  readonly act: string;
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
};

/**
 * The program `git`, set up for one remote: it asks nobody for anything, runs nothing that a repository or a template
 * brings along, and finds credentials where no other user of this machine sees them.
 */
export class GitProgram {
  /** The remote without credentials, as it is written into repositories. */
  readonly remote: string;
  readonly #processes: World["processes"];
  readonly #environment: Readonly<Record<string, string>>;
  readonly #secret: string | undefined;
  /** Seconds without progress after which a transfer is given up. */
  readonly #patience: number;
  #ssh: Promise<string | undefined> | undefined;

  constructor(remote: string, { processes, host }: Pick<World, "processes" | "host">) {
    this.#processes = processes;
    const parts = /^(https?:\/\/)([^/?#]*@)([^/?#]*)/i.exec(remote);
    this.remote = parts === null ? remote : withoutCredentials(remote);
    this.#secret = parts?.[2]?.slice(0, -1);
    this.#environment = environment(host.env, parts);
    this.#patience = Math.max(1, Math.ceil(defaultHttpSettings(host).timeout / 1000));
  }

  /** Runs to the end, whatever the end is. */
  async attempt(
    args: readonly string[],
    { cwd, env }: Omit<GitRun, "act"> = {},
  ): Promise<ProcessResult> {
    this.#ssh ??= this.#sshCommand();
    const ssh = await this.#ssh;
    const patience = this.#patience;
    const calm = [
      "-oBatchMode=yes",
      `-oConnectTimeout=${patience}`,
      `-oServerAliveInterval=${patience}`,
      "-oServerAliveCountMax=1",
    ].join(" ");
    const all = [...settings, "-c", `http.lowSpeedTime=${patience}`, ...args];
    const variables = {
      ...this.#environment,
      ...(ssh === undefined ? {} : { GIT_SSH_COMMAND: `${ssh} ${calm}` }),
      ...env,
    };
    // A question is over soon; some ways to ask it have no limit of their own.
    return await this.#start(
      all,
      cwd,
      variables,
      args[0] === "ls-remote" ? 3 * patience : undefined,
    );
  }

  /** The user's own, so that it only has to be told not to ask; `undefined` for one that may not be an ssh at all. */
  async #sshCommand(): Promise<string | undefined> {
    const own = this.#environment["GIT_SSH_COMMAND"];
    if (own !== undefined) return own;
    if (this.#environment["GIT_SSH"] !== undefined) return undefined;
    const asked = ["config", "--get", "core.sshCommand"];
    const { stdout } = await this.#start(asked, undefined, this.#environment);
    return stdout.trim() || "ssh";
  }

  async #start(
    args: readonly string[],
    cwd: string | undefined,
    env: Readonly<Record<string, string>>,
    seconds?: number,
  ): Promise<ProcessResult> {
    try {
      const result = await this.#processes.run({
        argv: ["git", ...args],
        ...(cwd === undefined ? {} : { cwd }),
        env,
        ...(seconds === undefined ? {} : { timeout: seconds * 1000 }),
      });
      return result.timedOut
        ? { ...result, status: 128, stderr: `it did not answer within ${seconds} seconds` }
        : result;
    } catch (error) {
      if (errnoOf(error) !== "ENOENT") throw error;
      throw gitMissing(this.remote, error);
    }
  }

  /** Runs and answers what the program printed; throws what a person can do something about. */
  async run(args: readonly string[], options: GitRun): Promise<string> {
    const { status, stdout, stderr } = await this.attempt(args, options);
    if (status === 0) return stdout;
    throw this.failure(options.act, stderr);
  }

  failure(act: string, stderr: string): Error {
    const said = this.#speakable(stderr);
    if (loginNeeded.test(stderr)) return gitLoginNeeded(this.remote, said);
    return gitFailed(act, this.remote, said);
  }

  /** The last lines of what git said, without what is secret. */
  #speakable(stderr: string): string {
    const lines = stderr
      .replaceAll(this.#secret ?? "\0", "")
      .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s'"@]*@/gi, "$1")
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== "" && !noise.test(line));
    return lines.slice(-3).join("; ") || "git gave no reason";
  }
}

/** Progress, and what git says to everybody. */
const noise =
  /^(?:please make sure you|and the repository exists|cloning into|warning: filtering)|: +\d+%/i;

const loginNeeded =
  /could not read (?:Username|Password)|terminal prompts disabled|Authentication failed|Permission denied|Host key verification failed|invalid credentials|returned error: 40[13]/i;

/** Before the command. */
const settings = [
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.askPass=",
  "-c",
  "credential.interactive=false",
  "-c",
  "gc.auto=0",
  "-c",
  "maintenance.auto=false",
  "-c",
  "advice.detachedHead=false",
  "-c",
  "init.defaultBranch=main",
  // A server that is busy sends a few bytes now and then.
  "-c",
  "http.lowSpeedLimit=1",
] as const;

/** Which repository git works on is told it by the command, not by whoever called pkm from inside a hook. */
const ownVariables =
  /^GIT_(?:DIR|WORK_TREE|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|NAMESPACE|PREFIX|CEILING_DIRECTORIES|CONFIG|TEMPLATE_DIR|EXTERNAL_DIFF|TRACE.*)$/;

/** Nobody is asked, in whatever way, and messages are those that are known here. */
const speechless = {
  LC_ALL: "C",
  GIT_TERMINAL_PROMPT: "0",
  GIT_ASKPASS: "",
  SSH_ASKPASS_REQUIRE: "never",
  GCM_INTERACTIVE: "never",
};

/** Says how many settings stand in the environment. */
const settingsGiven = "GIT_CONFIG_COUNT";

function environment(
  inherited: World["host"]["env"],
  parts: RegExpExecArray | null,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(inherited))
    if (value !== undefined && !ownVariables.test(name)) env[name] = value;
  Object.assign(env, speechless);
  if (parts !== null) {
    const [, scheme = "", user = "", server = ""] = parts;
    // Not as an argument, which every process of the machine can read; submodules of the same server get it as well.
    const count = Number(env[settingsGiven]) || 0;
    env[`GIT_CONFIG_KEY_${count}`] = `url.${scheme}${user}${server}/.insteadOf`;
    env[`GIT_CONFIG_VALUE_${count}`] = `${scheme}${server}/`;
    env[settingsGiven] = String(count + 1);
  }
  return env;
}
