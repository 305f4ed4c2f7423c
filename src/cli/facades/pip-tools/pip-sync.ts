import { type ExitCode, exit } from "#base/errors";
import { absolute } from "#cli/cache-folder";
import { defineCommand, type OptionValues } from "#cli/command";
import { noSolution } from "#cli/errors";
import { fileMissing } from "#cli/facades/pip/_errors";
import { chosenEnvironment } from "#cli/facades/pip/_environment";
import { readQuestion } from "#cli/facades/pip/_question";
import { install, type InstallOptions } from "#cli/facades/pip/install";
import type { Invocation } from "#cli/invocation";
import { presentChange } from "#cli/present-outcome";
import { entriesOf } from "#installer/change-entries";
import { Progress } from "#cli/progress";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { version } from "#cli/version";
import type { Plan } from "#installer/plan-types";
import { provision } from "#provision/provision";
import type { ProvisionOutcome, ProvisionRequest } from "#provision/request";
import type { SourceBuilder } from "#provision/source-builder";
import { noSourceFile, uncompiledSource } from "./_errors.ts";
import { keptNames } from "./_kept.ts";
import { pipChoices } from "./_pip-choices.ts";
import { withToolSettings } from "./_settings.ts";
import { pipToolsOptions } from "./pip-tools-options.ts";

const options = {
  ask: { help: "Show what would change and ask whether to do it", short: "a" },
  "dry-run": { help: "Show what would change and change nothing", short: "n" },
  force: { help: "Go on where a source file is not a compiled one" },
  ...pipToolsOptions,
  "python-executable": { help: "Interpreter whose environment is meant", value: "PYTHON" },
  user: { help: "Work on the user's own site-packages" },
} as const;

type Chosen = OptionValues<typeof options>;

const usual = "requirements.txt";

/** pip-sync of pip-tools 7.6: an environment becomes what compiled files pin, the tools in it aside. */
export const pipSync = defineCommand({
  examples: ["pkm pip-sync", "pkm pip-sync requirements.txt dev.txt --dry-run"],
  arguments: {
    files: { help: "Compiled files; requirements.txt when left out", optional: true, many: true },
  },
  options,
  async run(typed, { files }, invocation) {
    const { name, world, output } = invocation;
    if (typed.version) {
      output.data(`pip-sync, version ${version}\n`);
      return exit.done;
    }
    const { chosen, sources: named } = withToolSettings("sync", files, options, typed, invocation);
    if (named.length === 0 && world.files.tryStat(`${world.host.cwd}/${usual}`) === undefined)
      throw noSourceFile(name, [usual]);
    const sources = named.length === 0 ? [usual] : named;
    for (const source of sources) {
      if (world.files.tryStat(absolute(source, world.host.cwd)) === undefined)
        throw fileMissing(source, name);
      if (!source.endsWith(".in")) continue;
      if (!chosen.force) throw uncompiledSource(name, source);
      output.warn(`\`${source}\` is a file to be compiled; what it needs besides is not installed`);
    }
    return syncFiles(chosen, sources, invocation);
  },
});

async function syncFiles(
  chosen: Chosen,
  sources: readonly string[],
  typed: Invocation,
): Promise<ExitCode> {
  const own = pipOptions(chosen, sources);
  const { choices, invocation } = pipChoices(own, chosen["pip-args"], install.options, typed);
  const installing = { ...choices, "no-deps": true } as unknown as InstallOptions;
  const { world, output } = invocation;
  const store = openInvocationStore(invocation);
  const progress = new Progress(output, world.clock);
  const { report } = progress;
  let builder: SourceBuilder | undefined;
  try {
    const interpreters = interpreterWorld(invocation, store);
    const purpose = chosen["dry-run"] && !chosen.ask ? "read" : "change";
    const environment = await chosenEnvironment(installing, purpose, interpreters, invocation);
    const { interpreter } = environment;
    const tools = { interpreter, purpose: "install", store, report } as const;
    const { openRepositories, builds, ...question } = await readQuestion(
      installing,
      [],
      tools,
      invocation,
    );
    builder = builds;
    const request: ProvisionRequest = {
      ...question,
      environment,
      upgrade: true,
      reinstall: installing["force-reinstall"],
      exact: true,
      keep: keptNames(environment, world),
      dryRun: true,
      strict: installing.strict,
      linkMode: installing["link-mode"] as ProvisionRequest["linkMode"],
      compileBytecode: installing.compile && !installing["no-compile"],
      warnOfConflicts: false,
    };
    const repositories = await openRepositories();
    const provisionWorld = { ...world, store, repositories, builds, report };
    if (chosen["dry-run"] || chosen.ask) {
      const plan = planOf(await provision(request, provisionWorld));
      progress.end();
      if (plan === undefined) return upToDate(invocation);
      output.data(shown(plan));
      if (!chosen.ask || !(await isWanted())) return exit.failure;
    }
    const outcome = await provision({ ...request, dryRun: false }, provisionWorld);
    progress.end();
    if (planOf(outcome) === undefined) return upToDate(invocation);
    present(outcome, invocation);
    return exit.done;
  } finally {
    progress.end();
    await builder?.close();
    store.close();
  }
}

function pipOptions(
  chosen: Chosen,
  sources: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const own = new Map<string, readonly string[]>([["requirement", sources]]);
  for (const key of ["find-links", "extra-index-url", "trusted-host"] as const)
    if (chosen[key].length > 0) own.set(key, chosen[key]);
  for (const key of ["index-url", "cert", "client-cert"] as const) {
    const value = chosen[key];
    if (value !== undefined) own.set(key, [value]);
  }
  for (const key of ["no-index", "user"] as const) if (chosen[key]) own.set(key, [""]);
  const python = chosen["python-executable"];
  if (python !== undefined) own.set("python", [python]);
  return own;
}

/** What changes; nothing at all is no plan. */
function planOf(outcome: ProvisionOutcome): Plan | undefined {
  if (outcome.kind === "unsolvable") throw noSolution(outcome.failure, outcome.question);
  if (outcome.kind === "unchanged") return undefined;
  const { plan } = outcome;
  return plan.installs.length + plan.removals.length === 0 ? undefined : plan;
}

function upToDate({ output }: Invocation): ExitCode {
  if (output.quiet === 0) output.data("Everything up-to-date\n");
  return exit.done;
}

/** As pip-sync shows it; what another version replaces is named among what comes. */
function shown({ installs, removals }: Plan): string {
  const lines: string[] = [];
  if (removals.length > 0)
    lines.push("Would uninstall:", ...removals.map(({ name }) => `  ${name}`));
  if (installs.length > 0)
    lines.push(
      "Would install:",
      ...installs.map(({ wanted }) => `  ${wanted.name}==${wanted.version}`),
    );
  return `${lines.join("\n")}\n`;
}

/** One line from standard input, whoever types it; at its end the answer is no. */
async function isWanted(): Promise<boolean> {
  process.stdout.write("Would you like to proceed with these changes? [y/N]: ");
  for await (const chunk of process.stdin) {
    const [line = ""] = new TextDecoder().decode(chunk as Uint8Array).split("\n");
    return /^\s*y(?:es)?\s*$/i.test(line);
  }
  return false;
}

function present(outcome: ProvisionOutcome, { output }: Invocation): void {
  if (outcome.kind !== "planned") return;
  const change = outcome.change ?? { entries: entriesOf(outcome.plan), warnings: [] };
  presentChange(change, false, output);
}
