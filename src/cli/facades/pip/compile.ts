import { type ExitCode, exit } from "#base/errors";
import { shellWord } from "#base/text";
import { withoutCredentials } from "#base/url";
import { absolute } from "#cli/cache-folder";
import { defineCommand, type OptionValues } from "#cli/command";
import { noSolution } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { LateBuilder } from "#cli/late-builder";
import { Patience } from "#cli/patience";
import { Progress } from "#cli/progress";
import { writeResult } from "#cli/result-file";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import type { Interpreter } from "#interpreter/interpreter";
import { formatCompiledRequirements } from "#lock/compiled-requirements";
import { preferencesFor } from "#lock/preferences";
import { askFirstPagesEarly } from "#provision/ask-early";
import { type ReadRequirements, readRequirements } from "#provision/read-requirements";
import { resolveRequirements } from "#provision/resolve-requirements";
import { resolveUniversally } from "#provision/resolve-universally";
import type { ProvisionWorld } from "#provision/world";
import type { AskedRequirement, ResolveRequest } from "#resolver/request";
import type { Resolution } from "#resolver/resolution";
import { type NormalizedName, parseName } from "#standards/name";
import { applyFileOptions, type RequirementsOptions } from "#standards/requirements-file";
import { type EarlierPins, earlierPins, keptPins, unmarked } from "./_earlier-pins.ts";
import { nothingToCompile } from "./_errors.ts";
import { resolvingInterpreter } from "./_interpreter.ts";
import { pipDefaults } from "./_pip-configuration.ts";
import { chosenIndexes, configuredRepositories, repositoryConfiguration } from "./_indexes.ts";
import { openHttp, openRepositories } from "./_repositories.ts";
import {
  commandLineOptions,
  largestRequirements,
  requirementsReader,
  resolutionPolicy,
  resolutionTarget,
} from "./_requests.ts";
import { supportedMachines } from "./_universal.ts";
import { compatibilityOptions, indexOptions, resolutionOptions } from "./options.ts";

const options = {
  "output-file": {
    help: "Write to a file; its pins are kept where they still fit",
    value: "FILE",
    short: "o",
  },
  python: { help: "Interpreter to resolve for", value: "PYTHON", short: "p" },
  system: { help: "Resolve for the Python on PATH", hidden: true },
  universal: {
    help: "One answer for all platforms, and all Pythons from --python-version on",
  },
  "fork-strategy": {
    help: "With --universal: the newest version for each Python, or as few versions as will do",
    value: "WAY",
    choices: ["requires-python", "fewest"],
  },
  extra: { help: "Extra of a pyproject.toml", value: "NAME", many: true },
  "all-extras": { help: "All extras of a pyproject.toml" },
  "generate-hashes": { help: "Write the hashes of all eligible files" },
  "annotation-style": {
    help: "How to say who asked",
    value: "STYLE",
    choices: ["split", "line"],
  },
  "no-annotate": { help: "Do not say who asked" },
  annotate: { help: "Say who asked (the default)", hidden: true },
  "no-header": { help: "Write no head" },
  header: { help: "Write the head (the default)", hidden: true },
  "no-strip-extras": { help: "Keep extras in the output" },
  "strip-extras": { help: "Leave extras out of the output (the default)", hidden: true },
  "no-strip-markers": { help: "Keep markers (only --universal has any)", hidden: true },
  "no-emit-package": {
    help: "Resolve a package but do not write it",
    value: "NAME",
    many: true,
    aliases: ["unsafe-package"],
  },
  "emit-index-url": { help: "Write the indexes that were used", aliases: ["emit-index"] },
  "emit-find-links": { help: "Write the --find-links that were used" },
  "emit-build-options": { help: "Write --no-binary and --only-binary" },
  "emit-trusted-host": { help: "Write the trusted hosts", hidden: true },
  "emit-index-annotation": { help: "Say where each package came from" },
  "custom-compile-command": { help: "Command line to write in the head", value: "TEXT" },
  "dry-run": { help: "Write no file; print the result" },
  "no-upgrade": { help: "Keep the pins of the output (the default)", hidden: true },
  "constraints-from-config": { help: "Read pip's constraints", hidden: true },
  ...indexOptions,
  ...resolutionOptions,
  ...compatibilityOptions,
} as const;

type CompileOptions = OptionValues<typeof options>;

export const compile = defineCommand({
  examples: [
    "pkm pip compile requirements.in -o requirements.txt",
    "pkm pip compile pyproject.toml --all-extras --generate-hashes",
    "pkm pip compile requirements.in --python-version 3.10 --python-platform windows",
    "pkm pip compile requirements.in --universal --python-version 3.10 -o requirements.txt",
  ],
  arguments: {
    files: {
      help: "Requirements files or a pyproject.toml; `-` for stdin",
      optional: true,
      many: true,
    },
  },
  options,
  defaults: pipDefaults("compile", options),
  async run(chosen, { files }, invocation) {
    if (files.length + chosen.group.length === 0) throw nothingToCompile(invocation.name);
    const store = openInvocationStore(invocation);
    const progress = new Progress(invocation.output, invocation.world.clock);
    try {
      return await compileFiles(chosen, files, store, progress, invocation);
    } finally {
      progress.end();
      store.close();
    }
  },
});

async function compileFiles(
  chosen: CompileOptions,
  files: readonly string[],
  store: ReturnType<typeof openInvocationStore>,
  progress: Progress,
  invocation: Invocation,
): Promise<ExitCode> {
  const { world, output } = invocation;
  const asking = startedWork(resolvingInterpreter(chosen, interpreterWorld(invocation, store)));
  const typed = commandLineOptions(chosen);
  const reader = requirementsReader(invocation, async (url) => {
    const http = openHttp(
      chosen,
      chosenIndexes(typed, []),
      typed.trustedHosts,
      store,
      invocation,
      progress.report,
    );
    return (await http.get(url, { cache: "page", limit: largestRequirements, accepted: [] })).body;
  });
  const read = await readRequirements(
    {
      words: [],
      editables: [],
      requirementFiles: files,
      constraintFiles: chosen.constraint,
      overrideFiles: chosen.override,
      groups: chosen.group,
      extras: chosen["all-extras"] ? true : chosen.extra,
    },
    reader,
    world,
  );
  for (const warning of read.warnings) output.warn(warning);
  const effective = applyFileOptions(typed, read.options);
  const configuration = repositoryConfiguration(
    effective,
    chosen["index-strategy"],
    store,
    invocation,
  );
  const http = openHttp(
    chosen,
    configuration.indexes,
    configuration.trustedHosts,
    store,
    invocation,
    progress.report,
  );
  const repositories = openRepositories(configuration, http, store, invocation, progress.report);
  // A Python that was never met takes as long to answer as an index does.
  const earlier = earlierPins(chosen, invocation);
  if (asking.isPending()) {
    repositories.prefetch(surelyWanted(read));
    if (!chosen["no-deps"] && read.unnamed.length === 0)
      askFirstPagesEarly(read, unmarked(earlier), { repositories });
  }
  const interpreter = await asking.result;
  const policy = resolutionPolicy(
    chosen,
    effective,
    { purpose: "compile", requireHashes: effective.requireHashes },
    invocation,
  );
  const { constraints, overrides } = read;
  const patience = new Patience(chosen["time-limit"], progress, invocation);
  const { report } = progress;
  const builds = new LateBuilder(async () => {
    const { openBuilds } = await import("./_builds.ts");
    const building = {
      interpreter,
      environment: undefined,
      policy,
      openRepositories: () => Promise.resolve(repositories),
      store,
      report,
      named: new Set(read.roots.map(({ requirement }) => requirement.name)),
      settingsOf: new Map(read.settings),
      reader,
      noBuild: chosen["no-build"],
    };
    return openBuilds(chosen, building, invocation);
  });
  const { pause } = patience;
  const provisionWorld = { ...world, store, repositories, builds, report, pause };
  let resolution: Resolution;
  try {
    resolution = await patience.during(async () => {
      const roots = await rootsOf(read, interpreter, chosen, provisionWorld, invocation);
      const question = { roots, constraints, overrides, policy };
      return answerTo(question, earlier, interpreter, chosen, provisionWorld, invocation);
    });
  } finally {
    await builds.close();
  }
  progress.end();
  for (const warning of resolution.warnings) output.warn(warning);
  write(resolution, chosen, effective, invocation);
  return exit.done;
}

/** What was asked for, with the names of folders, checkouts and archives found out. */
async function rootsOf(
  { roots, unnamed }: ReadRequirements,
  interpreter: Interpreter,
  chosen: CompileOptions,
  world: ProvisionWorld,
  invocation: Invocation,
): Promise<readonly AskedRequirement[]> {
  if (unnamed.length === 0) return roots;
  const { nameSources } = await import("#provision/name-sources");
  const { markers } = resolutionTarget(interpreter, chosen, invocation);
  const found = await nameSources(unnamed, chosen.universal ? undefined : markers, world);
  return [...roots, ...found.map(({ settings: _settings, ...root }) => root)];
}

async function answerTo(
  asked: Pick<ResolveRequest, "roots" | "constraints" | "overrides" | "policy">,
  earlier: EarlierPins,
  interpreter: Interpreter,
  chosen: CompileOptions,
  world: ProvisionWorld,
  invocation: Invocation,
): Promise<Resolution> {
  const wanted = chosen["generate-hashes"] ? "all" : "none";
  const pins = keptPins(earlier, chosen);
  if (chosen.universal) {
    const forkStrategy = chosen["fork-strategy"] === "fewest" ? "fewest" : "requires-python";
    const supported = supportedMachines(interpreter, chosen, invocation);
    const request = { ...asked, supported, forkStrategy, preferences: pins } as const;
    const outcome = await resolveUniversally(request, world, wanted, { earlier });
    if (outcome.kind === "unsolvable") throw noSolution(outcome.failure, outcome.question);
    return outcome.resolution;
  }
  const target = resolutionTarget(interpreter, chosen, invocation);
  const request = { ...asked, target, preferences: preferencesFor(pins, target.markers) };
  const outcome = await resolveRequirements(request, world, wanted, { earlier });
  if (outcome.kind === "unsolvable") throw noSolution(outcome.failure, outcome.question);
  return outcome.resolution;
}

/** Work that goes on beside; its failure is thrown where the result is awaited. */
function startedWork<T>(result: Promise<T>): { result: Promise<T>; isPending: () => boolean } {
  let isPending = true;
  const settle = (): void => {
    isPending = false;
  };
  result.then(settle, settle);
  return { result, isPending: () => isPending };
}

/** Projects whose pages are needed whatever the interpreter is. */
function surelyWanted({ roots, overrides }: ReadRequirements): Set<NormalizedName> {
  const overridden = new Set(overrides.map(({ requirement }) => requirement.name));
  const names = new Set<NormalizedName>();
  for (const { requirement, editable } of roots) {
    const { name, url, marker } = requirement;
    if (url === undefined && marker === undefined && editable !== true && !overridden.has(name))
      names.add(name);
  }
  return names;
}

function write(
  resolution: Resolution,
  chosen: CompileOptions,
  effective: RequirementsOptions,
  invocation: Invocation,
): void {
  const { world, output } = invocation;
  const text = formatCompiledRequirements(resolution, {
    header: chosen["no-header"] ? [] : head(chosen, invocation.typed),
    annotations: chosen["no-annotate"]
      ? "none"
      : chosen["annotation-style"] === "line"
        ? "line"
        : "split",
    hashes: chosen["generate-hashes"],
    extras: chosen["no-strip-extras"],
    omit: new Set(chosen["no-emit-package"].map((name) => parseName(name))),
    options: emittedOptions(chosen, effective, invocation),
    repositories: chosen["emit-index-annotation"],
  });
  const file = chosen["output-file"];
  if (file === undefined || chosen["dry-run"]) output.data(text);
  else writeResult(absolute(file, world.host.cwd), text, world);
}

/** The head names a command that makes the same file again. */
function head(chosen: CompileOptions, typed: readonly string[]): string[] {
  const command =
    chosen["custom-compile-command"] ?? ["pkm pip compile", ...lastingWords(typed)].join(" ");
  return ["This file was autogenerated by pkm via the following command:", `   ${command}`];
}

/** Words that concern one run only: what to upgrade now, how much to say, where the cache lies. */
const fleeting =
  /^(-[Uqv]+|--(upgrade|quiet|verbose|offline|refresh|no-cache|no-cache-dir|dry-run))$/;
const fleetingWithValue = /^(-P|--(upgrade-package|cache-dir|color|python|time-limit))$/;

/** The command line as typed, quoted for a shell, without credentials and without what concerns this run only. */
function lastingWords(typed: readonly string[]): string[] {
  const words: string[] = [];
  for (let i = 0; i < typed.length; i++) {
    const word = typed[i] as string;
    if (fleetingWithValue.test(word)) i += 1;
    else if (!fleeting.test(word) && !fleetingWithValue.test(word.replace(/=.*$/, "")))
      words.push(
        shellWord(
          withoutCredentials(
            word.replace(
              /^(--[a-z-]+=)(.*)$/,
              (_, name, value) => `${name}${withoutCredentials(value)}`,
            ),
          ),
        ),
      );
  }
  return words;
}

function emittedOptions(
  chosen: CompileOptions,
  effective: RequirementsOptions,
  invocation: Invocation,
): string[] {
  const lines: string[] = [];
  if (chosen["emit-index-url"]) {
    if (effective.noIndex) lines.push("--no-index");
    const indexes = chosenIndexes(effective, configuredRepositories(invocation)).map(({ url }) =>
      withoutCredentials(url),
    );
    const main = indexes.at(-1);
    if (main !== undefined) lines.push(`--index-url ${main}`);
    lines.push(...indexes.slice(0, -1).map((url) => `--extra-index-url ${url}`));
  }
  if (chosen["emit-find-links"])
    lines.push(
      ...effective.findLinks.map(({ value }) => `--find-links ${withoutCredentials(value)}`),
    );
  if (chosen["emit-build-options"]) {
    lines.push(...[...effective.binaries.first].map((name) => `--no-binary ${name}`));
    lines.push(...[...effective.binaries.second].map((name) => `--only-binary ${name}`));
  }
  if (chosen["emit-trusted-host"])
    lines.push(...effective.trustedHosts.map((host) => `--trusted-host ${host}`));
  return lines;
}
