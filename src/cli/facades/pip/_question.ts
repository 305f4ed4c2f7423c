import type { Report } from "#base/report";
import type { OptionValues } from "#cli/command";
import { conflictingOptions } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { LateBuilder } from "#cli/late-builder";
import type { PkmEvent } from "#cli/progress";
import type { PythonEnvironment } from "#environment/environment";
import type { Interpreter } from "#interpreter/interpreter";
import type { LockSource } from "#provision/locked-requirements";
import { pathProbe, readRequirements } from "#provision/read-requirements";
import type { SourceBuilder } from "#provision/source-builder";
import { LateRepositories, tellsIdentity } from "#repository/late-repositories";
import type { Repositories } from "#repository/repositories";
import type {
  AskedRequirement,
  ResolutionPolicy,
  ResolutionTarget,
  ResolveRequest,
} from "#resolver/request";
import { allowedFormats } from "#standards/format-control";
import type { NormalizedName } from "#standards/name";
import { isPylockName } from "#standards/pylock-name";
import { parseRequirementWord } from "#standards/requirement-word";
import { applyFileOptions, type RequirementsOptions } from "#standards/requirements-file";
import type { ProjectFile } from "#repository/listing";
import type { Store } from "#store/store";
import {
  chosenIndexes,
  type IndexChoices,
  isRefreshing,
  repositoryConfiguration,
} from "./_indexes.ts";
import {
  commandLineOptions,
  largestRequirements,
  requirementsReader,
  type ResolutionChoices,
  resolutionPolicy,
  resolutionTarget,
  type TargetChoices,
} from "./_requests.ts";
import type { BuildingChoices } from "./building-options.ts";
import type { requirementOptions } from "./requirement-options.ts";

type QuestionChoices = IndexChoices &
  ResolutionChoices &
  BuildingChoices &
  TargetChoices &
  Partial<OptionValues<typeof requirementOptions>> & {
    readonly "require-hashes"?: boolean;
    readonly "no-require-hashes"?: boolean;
  };

/** What a command asks of the resolver, and whom the resolver may ask. */
export type Question = Pick<ResolveRequest, "roots" | "constraints" | "overrides"> & {
  readonly target: ResolutionTarget;
  readonly policy: ResolutionPolicy;
  /** Whom the resolver may ask; loaded and opened at the first call. */
  readonly openRepositories: () => Promise<Repositories>;
  /** Whoever opened the question closes it. */
  readonly builds: SourceBuilder;
  /** Of the command line and of files together. */
  readonly options: RequirementsOptions;
  /** Resolved for what it needs alone (`--only-deps`); left out when there is nothing of the kind. */
  readonly omit?: ReadonlySet<NormalizedName>;
};

export type QuestionTools = {
  readonly interpreter: Interpreter;
  readonly purpose: ResolutionPolicy["purpose"];
  /** What is built without isolation is built with what it holds. */
  readonly environment?: PythonEnvironment;
  readonly store: Store;
  readonly report: Report<PkmEvent>;
};

/** Reads words, files, groups, scripts and locks, with the options that stand in files, into one question. */
export async function readQuestion(
  chosen: QuestionChoices,
  words: readonly string[],
  { interpreter, purpose, environment, store, report }: QuestionTools,
  invocation: Invocation,
): Promise<Question> {
  refuseConflicts(chosen, invocation.name);
  const { world } = invocation;
  const typed = commandLineOptions(chosen);
  const target = resolutionTarget(interpreter, chosen, invocation);
  const reader = requirementsReader(invocation, async (url) => {
    const { openHttp } = await import("./_repositories.ts");
    const indexes = chosenIndexes(typed, []);
    const http = openHttp(chosen, indexes, typed.trustedHosts, store, invocation, report);
    return (await http.get(url, { cache: "page", limit: largestRequirements, accepted: [] })).body;
  });
  const { locks, files, groups } = splitSources(chosen, typed);
  const projects = chosen["only-deps"] === true ? await projectsAmong(words, world) : new Map();
  const read = await readRequirements(
    {
      words: words.filter((word) => !projects.has(word)),
      editables: chosen.editable ?? [],
      requirementFiles: files,
      constraintFiles: chosen.constraint ?? [],
      overrideFiles: chosen.override ?? [],
      groups,
      extras: chosen["all-extras"] === true ? true : (chosen.extra ?? []),
    },
    reader,
    world,
  );
  for (const warning of read.warnings) invocation.output.warn(warning);
  const effective = applyFileOptions(typed, read.options);
  const omit =
    chosen["only-deps"] === true
      ? new Set(read.roots.map(({ requirement }) => requirement.name))
      : undefined;
  const roots: AskedRequirement[] = [...read.roots];
  for (const requirements of projects.values()) roots.push(...requirements);
  const ignoreRequiresPython = chosen["ignore-requires-python"] === true;
  for (const file of chosen["requirements-from-script"] ?? []) {
    const { readScriptRequirements } = await import("#provision/read-script");
    roots.push(...readScriptRequirements(file, target, { ignoreRequiresPython }, world));
  }
  const locked = new Map<NormalizedName, ProjectFile>();
  let locksTrees = false;
  for (const lock of locks) {
    const { readLockedRequirements } = await import("#provision/locked-requirements");
    const found = await readLockedRequirements(lock, target, reader);
    roots.push(...found.roots);
    // A folder or a checkout of a lock has no digest, and needs none.
    locksTrees ||= found.roots.some(({ hashes }) => hashes.length === 0);
    for (const [name, file] of found.files) locked.set(name, file);
  }
  const named = new Set<NormalizedName>();
  const settingsOf = new Map(read.settings);
  let repositories: Promise<Repositories> | undefined;
  const openRepositories = (): Promise<Repositories> => (repositories ??= open());
  const builds = new LateBuilder(async () => {
    const { openBuilds } = await import("./_builds.ts");
    return openBuilds(
      chosen,
      {
        interpreter,
        environment,
        policy,
        openRepositories,
        store,
        report,
        named,
        settingsOf,
        reader,
        noBuild: chosen["no-build"] === true,
      },
      invocation,
    );
  });
  const requireHashes =
    chosen["require-hashes"] === true ||
    effective.requireHashes ||
    ([...roots, ...read.unnamed].some(({ hashes }) => hashes.length > 0) &&
      !locksTrees &&
      chosen["no-require-hashes"] !== true &&
      !effective.noRequireHashes);
  const policy = resolutionPolicy(chosen, effective, { purpose, requireHashes }, invocation);
  const open = async (): Promise<Repositories> => {
    const strategy = chosen["index-strategy"];
    const configuration = repositoryConfiguration(effective, strategy, store, invocation);
    const opened = async (): Promise<Repositories> => {
      const { openHttp, openRepositories } = await import("./_repositories.ts");
      const { indexes, trustedHosts } = configuration;
      const http = openHttp(chosen, indexes, trustedHosts, store, invocation, report);
      return openRepositories(configuration, http, store, invocation, report);
    };
    const all = tellsIdentity(configuration)
      ? new LateRepositories(configuration, isRefreshing(chosen), opened)
      : await opened();
    if (locked.size === 0) return all;
    const { LockedRepositories } = await import("#provision/locked-repositories");
    return new LockedRepositories(locked, all);
  };
  for (const { requirement } of roots) named.add(requirement.name);
  if (read.unnamed.length > 0) {
    const { nameSources } = await import("#provision/name-sources");
    const sources = { files: world.files, builds };
    const found = await nameSources(read.unnamed, target.markers, sources).catch(
      async (error: unknown) => {
        await builds.close();
        throw error;
      },
    );
    for (const { settings, ...root } of found) {
      if (settings !== undefined) settingsOf.set(root.requirement.name, settings);
      roots.push(root);
      named.add(root.requirement.name);
      if (chosen["only-deps"] === true) omit?.add(root.requirement.name);
    }
  }
  return {
    roots,
    constraints: read.constraints,
    overrides: read.overrides,
    target,
    policy,
    openRepositories,
    builds,
    options: effective,
    ...(omit === undefined || omit.size === 0 ? {} : { omit }),
  };
}

function refuseConflicts(chosen: QuestionChoices, command: string): void {
  const refuse = (a: string, b: string): never => {
    throw conflictingOptions(a, b, command);
  };
  if (chosen["require-hashes"] === true && chosen["no-require-hashes"] === true)
    refuse("--require-hashes", "--no-require-hashes");
  if (chosen.pre === true) {
    if ((chosen["all-releases"] ?? []).length > 0) refuse("--pre", "--all-releases");
    if ((chosen["only-final"] ?? []).length > 0) refuse("--pre", "--only-final");
  }
  if (chosen["only-deps"] !== true) return;
  if (chosen["no-deps"] === true) refuse("--only-deps", "--no-deps");
  for (const option of ["requirement", "requirements-from-script", "group"] as const)
    if ((chosen[option] ?? []).length > 0) refuse("--only-deps", `--${option}`);
}

/**
 * Locks among the requirements files and groups (`-r pylock.toml[extra]`, `--group pylock.toml:name`), each once
 * with all that was said of it, and what is left. A lock named by its groups alone leaves its default ones out.
 */
function splitSources(
  chosen: QuestionChoices,
  options: RequirementsOptions,
): {
  readonly locks: readonly LockSource[];
  readonly files: readonly string[];
  readonly groups: readonly string[];
} {
  const locks = new Map<string, LockSource>();
  const files: string[] = [];
  const groups: string[] = [];
  const prefersSdist = (name: NormalizedName): boolean => {
    const allowed = allowedFormats(options.binaries, name);
    return allowed.sdist && !allowed.wheel;
  };
  for (const word of chosen.requirement ?? []) {
    const [, file = word, list] = /^(.*\.toml)\[([^\]]*)\]$/.exec(word) ?? [];
    if (!isLock(file)) {
      files.push(word);
      continue;
    }
    const extras = (list ?? "").split(",").map((each) => each.trim());
    const before = locks.get(file)?.extras ?? [];
    const all = [...before, ...extras.filter((each) => each !== "")];
    locks.set(file, { file, extras: all, prefersSdist });
  }
  const named = new Set(locks.keys());
  for (const group of chosen.group ?? []) {
    const colon = group.lastIndexOf(":");
    const file = group.slice(0, Math.max(colon, 0));
    if (!isLock(file)) {
      groups.push(group);
      continue;
    }
    const { extras, groups: before = [] } = locks.get(file) ?? { extras: [] };
    const all = [...before, group.slice(colon + 1)];
    locks.set(file, {
      file,
      extras,
      prefersSdist,
      groups: all,
      withDefaultGroups: named.has(file),
    });
  }
  return { locks: [...locks.values()], files, groups };
}

function isLock(file: string): boolean {
  const path = /^(?:https?|file):/i.test(file) ? file.replace(/[?#].*$/, "") : file;
  return isPylockName(path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1));
}

/** Source trees among the words: what they need stands in their `pyproject.toml`, so that nothing has to be built. */
async function projectsAmong(
  words: readonly string[],
  world: Invocation["world"],
): Promise<Map<string, readonly AskedRequirement[]>> {
  const { readProjectRequirements } = await import("#provision/read-project");
  const found = new Map<string, readonly AskedRequirement[]>();
  const probe = pathProbe(world);
  for (const word of words) {
    const parsed = parseRequirementWord(word, probe);
    if (parsed.kind !== "path" || !parsed.isFolder) continue;
    found.set(word, readProjectRequirements(`${parsed.path}/pyproject.toml`, parsed.extras, world));
  }
  return found;
}
