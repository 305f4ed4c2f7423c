import { type ExitCode, exit } from "#base/errors";
import { withoutCredentials } from "#base/url";
import { absolute } from "#cli/cache-folder";
import { defineCommand, type OptionValues } from "#cli/command";
import { conflictingOptions, unsupportedOption } from "#cli/errors";
import { fileMissing } from "#cli/facades/pip/_errors";
import {
  type Resolved,
  type ResolvingChoices,
  type ResolvingRequest,
  withResolved,
} from "#cli/facades/pip/_resolved";
import { resolvingOptions } from "#cli/facades/pip/resolving-options";
import type { Invocation } from "#cli/invocation";
import { earlierResult, writeResult } from "#cli/result-file";
import { version } from "#cli/version";
import { formatPins } from "#lock/compiled-requirements";
import { preferencesFor, readPreferences } from "#lock/preferences";
import { readBuiltProject, saysWhatItNeeds } from "#provision/built-project";
import type { BuildTarget } from "#provision/source-builder";
import type { AskedRequirement } from "#resolver/request";
import type { MarkerEnvironment } from "#standards/marker";
import { type NormalizedName, parseName } from "#standards/name";
import type { RequirementsOptions } from "#standards/requirements-file";
import { compileCommandLine } from "./_command-line.ts";
import {
  buildsOfNoProject,
  buildTargetsNeeded,
  noSourceFile,
  outputFileNeeded,
  outputIsSource,
} from "./_errors.ts";
import { type PipChoices, pipChoices } from "./_pip-choices.ts";
import { switched, withToolSettings } from "./_settings.ts";
import { pipToolsOptions } from "./pip-tools-options.ts";

/** In pip-tools' order. */
const buildTargets = ["editable", "sdist", "wheel"] as const;

const options = {
  "output-file": {
    help: "File to write; made of the source's name when left out",
    value: "FILE",
    short: "o",
  },
  "dry-run": { help: "Show the result and write nothing", short: "n" },
  pre: { help: "Allow pre-releases", short: "p" },
  rebuild: { help: "Ask the index again, whatever the cache holds", short: "r" },
  extra: { help: "Extra of a pyproject.toml", value: "NAME", many: true },
  "all-extras": { help: "All extras of a pyproject.toml" },
  ...pipToolsOptions,
  "uploaded-prior-to": { help: "Ignore files uploaded on or after a date", value: "DATE" },
  header: { help: "Write the head (the default)" },
  "no-header": { help: "Write no head" },
  "emit-trusted-host": { help: "Write the trusted hosts (the default)" },
  "no-emit-trusted-host": { help: "Do not write them" },
  annotate: { help: "Say who asked (the default)" },
  "no-annotate": { help: "Do not say who asked" },
  "annotation-style": { help: "How to say who asked", value: "STYLE", choices: ["line", "split"] },
  upgrade: { help: "Take the newest versions allowed", short: "U" },
  "no-upgrade": { help: "Keep the pins of the output file (the default)" },
  "upgrade-package": {
    help: "Take the newest version allowed of these",
    value: "NAME",
    short: "P",
    many: true,
  },
  newline: {
    help: "Line ends of the output; those that are there when left out",
    value: "KIND",
    choices: ["lf", "crlf", "native", "preserve", "LF", "CRLF"],
  },
  "allow-unsafe": { help: "Pin pip, setuptools and distribute too" },
  "no-allow-unsafe": { help: "Name them without pinning them (the default)" },
  "strip-extras": { help: "Leave extras out of the output" },
  "no-strip-extras": { help: "Keep extras in the output (the default)" },
  "generate-hashes": { help: "Write the hashes of all eligible files" },
  "reuse-hashes": {
    help: "Take hashes of the output file (pkm has them from the index)",
    hidden: true,
  },
  "no-reuse-hashes": { help: "Do not take them", hidden: true },
  "max-rounds": { help: "Rounds of resolving (pkm ends by itself)", value: "N", hidden: true },
  "build-isolation": { help: "Build in isolation (the default)" },
  "no-build-isolation": { help: "Build with what the environment holds" },
  "emit-find-links": { help: "Write the --find-links that were used (the default)" },
  "no-emit-find-links": { help: "Do not write them" },
  "emit-index-url": { help: "Write the indexes that were used (the default)" },
  "no-emit-index-url": { help: "Do not write them" },
  "emit-options": { help: "Write options at all (the default)" },
  "no-emit-options": { help: "Write none" },
  resolver: {
    help: "The resolver",
    value: "NAME",
    choices: ["backtracking", "legacy"],
    hidden: true,
  },
  "unsafe-package": {
    help: "Name that is unsafe to pin, in the place of pip, setuptools and distribute",
    value: "NAME",
    many: true,
  },
  constraint: {
    help: "Constraints file: limits versions, adds nothing",
    value: "FILE",
    short: "c",
    many: true,
  },
  "build-deps-for": {
    help: "Take what building this of a project needs too",
    value: "TARGET",
    many: true,
    choices: buildTargets,
  },
  "all-build-deps": { help: "Take what building anything of a project needs too" },
  "only-build-deps": { help: "Take nothing but what builds need" },
  python: { help: "Interpreter to resolve for", value: "PYTHON" },
  color: { help: "Always use colour" },
} as const;

type Chosen = OptionValues<typeof options>;

const usualSources = ["requirements.in", "setup.py", "pyproject.toml", "setup.cfg"] as const;
const usualUnsafe = ["distribute", "pip", "setuptools"] as const;

/** pip-compile of pip-tools 7.6: its options, settings, output and exit codes. */
export const pipCompile = defineCommand({
  examples: [
    "pkm pip-compile",
    "pkm pip-compile --generate-hashes requirements.in -o requirements.txt",
  ],
  arguments: {
    files: {
      help: "Source files; requirements.in and its like when left out",
      optional: true,
      many: true,
    },
  },
  options,
  async run(typed, { files }, invocation) {
    if (typed.version) {
      invocation.output.data(`pip-compile, version ${version}\n`);
      return exit.done;
    }
    const { chosen, sources } = withToolSettings("compile", files, options, typed, invocation);
    return compileFiles(chosen, sources, invocation);
  },
});

async function compileFiles(
  chosen: Chosen,
  named: readonly string[],
  invocation: Invocation,
): Promise<ExitCode> {
  const { name, world, output } = invocation;
  refuseConflicts(chosen, name);
  const sources = chosenSources(named, invocation);
  const plain = sources.find((source) => !isProjectFile(source));
  if (plain !== undefined && targetsOf(chosen).length > 0) throw buildsOfNoProject(name, plain);
  const file = outputFile(chosen, sources, name);
  const target = file === "-" ? undefined : absolute(file, world.host.cwd);
  if (target !== undefined && sources.includes(file)) throw outputIsSource(name, file);
  const before = target === undefined ? undefined : earlierResult(target, world.files);
  const upgraded = new Set(chosen["upgrade-package"].map((word) => parseName(nameIn(word))));
  const targets = targetsOf(chosen);
  const built = sources.filter(
    (source) => isProjectFile(source) && (targets.length > 0 || !saysWhatItNeeds(source, world)),
  );
  const request = {
    words: [],
    purpose: "compile",
    ...(built.length === 0 ? {} : { further: furtherOf(built, targets, chosen, invocation) }),
    preferences: (markers: MarkerEnvironment) => {
      if (chosen.upgrade || before === undefined) return new Map();
      const kept = [...preferencesFor(readPreferences(before), markers)];
      return new Map(kept.filter(([pinned]) => !upgraded.has(pinned)));
    },
  } as const;
  const read = sources.filter((source) => !built.includes(source));
  const { choices, invocation: informed } = choicesOf(chosen, read, invocation);
  return withResolved(choices as ResolvingChoices, request, informed, async (answer) => {
    const text = textOf(answer, chosen, named, invocation);
    if (target !== undefined) output.say(text.trimEnd());
    if (chosen["dry-run"]) output.warn("Dry-run, so nothing updated.");
    else if (target === undefined) output.data(text);
    else {
      const seen = [before, ...textsOf(sources, invocation)];
      writeResult(target, withLineEnds(text, chosen, seen), world);
    }
    return exit.done;
  });
}

function refuseConflicts(chosen: Chosen, command: string): void {
  if (chosen["all-extras"] && chosen.extra.length > 0)
    throw conflictingOptions("--all-extras", "--extra", command);
  if (chosen["all-build-deps"] && chosen["build-deps-for"].length > 0)
    throw conflictingOptions("--all-build-deps", "--build-deps-for", command);
  if (chosen["only-build-deps"]) {
    if (targetsOf(chosen).length === 0) throw buildTargetsNeeded(command);
    if (chosen.extra.length > 0) throw conflictingOptions("--only-build-deps", "--extra", command);
    if (chosen["all-extras"])
      throw conflictingOptions("--only-build-deps", "--all-extras", command);
  }
  if (chosen.resolver === "legacy")
    throw unsupportedOption("--resolver legacy", command, "pkm has one resolver, which backtracks");
  for (const option of Object.keys(options))
    if (chosen[option as keyof Chosen] === true && chosen[`no-${option}` as keyof Chosen] === true)
      throw conflictingOptions(`--${option}`, `--no-${option}`, command);
}

function targetsOf(chosen: Chosen): readonly BuildTarget[] {
  if (chosen["all-build-deps"]) return buildTargets;
  return buildTargets.filter((target) => chosen["build-deps-for"].includes(target));
}

function isProjectFile(file: string): boolean {
  return /(?:^|\/)(?:pyproject\.toml|setup\.(?:py|cfg))$/.test(file);
}

/** What projects need that only their backends can tell. */
function furtherOf(
  files: readonly string[],
  targets: readonly BuildTarget[],
  chosen: Chosen,
  { world }: Invocation,
): NonNullable<ResolvingRequest["further"]> {
  const wants =
    targets.length === 0 ? "requirements" : chosen["only-build-deps"] ? "build" : "both";
  const extras = chosen["all-extras"] ? true : chosen.extra;
  return async ({ builds, markers }) => {
    const roots: AskedRequirement[] = [];
    for (const file of files) {
      const question = { file, extras, wants, targets } as const;
      roots.push(...(await readBuiltProject(question, markers, { ...world, builds })));
    }
    return roots;
  };
}

function chosenSources(files: readonly string[], { name, world }: Invocation): readonly string[] {
  const { cwd } = world.host;
  for (const file of files)
    if (file !== "-" && world.files.tryStat(absolute(file, cwd)) === undefined)
      throw fileMissing(file, name);
  if (files.length > 0) return files;
  const found = usualSources.find((file) => world.files.tryStat(`${cwd}/${file}`) !== undefined);
  if (found === undefined) throw noSourceFile(name, usualSources);
  return [found];
}

function outputFile(chosen: Chosen, sources: readonly string[], command: string): string {
  const { "output-file": named } = chosen;
  if (named !== undefined) return named;
  const [first = "", second] = sources;
  if (first === "-") throw outputFileNeeded(command, "the source is standard input");
  const folder = first.slice(0, first.lastIndexOf("/") + 1);
  if (isProjectFile(first)) return `${folder}requirements.txt`;
  if (second !== undefined) throw outputFileNeeded(command, "there are several source files");
  return `${first.replace(/\.[^./]*$/, "")}.txt`;
}

/** The name in `name==1.0` and its like. */
function nameIn(word: string): string {
  return word.replace(/[[=<>!~; ].*$/, "");
}

function choicesOf(chosen: Chosen, sources: readonly string[], invocation: Invocation): PipChoices {
  const own = new Map<string, readonly string[]>([["requirement", sources]]);
  for (const key of [
    "extra",
    "find-links",
    "extra-index-url",
    "trusted-host",
    "constraint",
  ] as const)
    if (chosen[key].length > 0) own.set(key, chosen[key]);
  for (const key of ["index-url", "cert", "client-cert", "uploaded-prior-to", "python"] as const) {
    const value = chosen[key];
    if (value !== undefined) own.set(key, [value]);
  }
  for (const key of ["all-extras", "no-index", "pre"] as const) if (chosen[key]) own.set(key, [""]);
  if (!switched(chosen, "build-isolation", true)) own.set("no-build-isolation", [""]);
  if (chosen.rebuild) own.set("refresh", [""]);
  return pipChoices(own, chosen["pip-args"], resolvingOptions, invocation);
}

function textOf(
  { resolution, interpreter, options: effective }: Resolved,
  chosen: Chosen,
  named: readonly string[],
  { world }: Invocation,
): string {
  const lines: string[] = [];
  if (switched(chosen, "header", true)) {
    const command =
      world.host.env.CUSTOM_COMPILE_COMMAND ?? compileCommandLine(chosen, options, named);
    lines.push(
      "#",
      `# This file is autogenerated by pip-compile with Python ${interpreter.major}.${interpreter.minor}`,
      "# by the following command:",
      "#",
      `#    ${command}`,
      "#",
    );
  }
  if (switched(chosen, "emit-options", true)) {
    const written = optionLines(effective, chosen);
    if (written.length > 0) lines.push(...written, "");
  }
  const unsafe = new Set<NormalizedName>(
    (chosen["unsafe-package"].length > 0 ? chosen["unsafe-package"] : usualUnsafe).map((each) =>
      parseName(each),
    ),
  );
  const style = {
    annotations: switched(chosen, "annotate", true)
      ? ((chosen["annotation-style"] as "line" | "split" | undefined) ?? "split")
      : "none",
    hashes: chosen["generate-hashes"],
    extras: !chosen["strip-extras"],
    repositories: false,
  } as const;
  lines.push(...formatPins(resolution, style, (each) => !unsafe.has(each)));
  const aside = new Set(
    resolution.packages.map(({ name }) => name).filter((each) => unsafe.has(each)),
  );
  if (aside.size > 0) {
    const isPinned = chosen["allow-unsafe"];
    lines.push("", ...(isPinned || !style.hashes ? unsafeNotice : unpinnedNotice));
    lines.push(
      ...(isPinned
        ? formatPins(resolution, style, (each) => unsafe.has(each))
        : [...aside].sort().map((each) => `# ${each}`)),
    );
  }
  return `${lines.join("\n")}\n`;
}

const unsafeNotice = [
  "# The following packages are considered to be unsafe in a requirements file:",
];

const unpinnedNotice = [
  "# WARNING: The following packages were not pinned, but pip requires them to be",
  "# pinned when the requirements file includes hashes and the requirement is not",
  "# satisfied by a package already installed. Consider using the --allow-unsafe flag.",
];

/** Indexes, links, hosts and formats in pip-tools' order. PyPI is nothing to write, and credentials stay out. */
function optionLines(effective: RequirementsOptions, chosen: Chosen): string[] {
  const lines: string[] = [];
  if (switched(chosen, "emit-index-url", true) && !effective.noIndex) {
    const { indexUrl, extraIndexUrls } = effective;
    if (indexUrl !== undefined) lines.push(`--index-url ${withoutCredentials(indexUrl)}`);
    lines.push(...extraIndexUrls.map((url) => `--extra-index-url ${withoutCredentials(url)}`));
  }
  if (switched(chosen, "emit-find-links", true))
    for (const { value } of effective.findLinks)
      lines.push(`--find-links ${withoutCredentials(value)}`);
  if (switched(chosen, "emit-trusted-host", true))
    lines.push(...effective.trustedHosts.map((host) => `--trusted-host ${host}`));
  const formats = [
    ["no-binary", effective.binaries.first],
    ["only-binary", effective.binaries.second],
  ] as const;
  // pip reads them from first to last, and naming a project weighs more than `:all:`.
  for (const [option, names] of formats) if (names.has(":all:")) lines.push(`--${option} :all:`);
  for (const [option, names] of formats)
    for (const each of [...names].sort()) if (each !== ":all:") lines.push(`--${option} ${each}`);
  return [...new Set(lines)];
}

function textsOf(sources: readonly string[], { world }: Invocation): (string | undefined)[] {
  const files = sources.filter((source) => source !== "-");
  return files.map((source) => world.files.tryReadText(absolute(source, world.host.cwd)));
}

/** `preserve` looks at the file that is there first, then at the sources. */
function withLineEnds(
  text: string,
  { newline = "preserve" }: Chosen,
  seen: readonly (string | undefined)[],
): string {
  const kind = newline.toLowerCase();
  const first = seen.find((each) => each?.includes("\n") === true);
  const isWindows = kind === "crlf" || (kind === "preserve" && first?.includes("\r\n") === true);
  return isWindows ? text.replaceAll("\n", "\r\n") : text;
}
