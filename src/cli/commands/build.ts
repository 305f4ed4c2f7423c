import { exit, type ExitCode } from "#base/errors";
import { makeDistributions, type MadeDistribution } from "#build/make-distributions";
import { absolute } from "#cli/cache-folder";
import { defineCommand, type OptionValues } from "#cli/command";
import { openDistributionBuild } from "#cli/distribution-build";
import { buildingOptions } from "#cli/facades/pip/building-options";
import { indexOptions, resolutionOptions } from "#cli/facades/pip/options";
import type { Invocation } from "#cli/invocation";
import { interrupted } from "#cli/patience";
import { presentError } from "#cli/present-error";
import { archiveMembers, firstDifference } from "#distribution/archive-members";
import type { World } from "#platform/ports";
import { alreadySdist, notReproducible, sourceMissing } from "./_build-errors.ts";

// What only pip's own files could say is none of the options.
const { isolated: _, ...sources } = indexOptions;

const options = {
  sdist: { help: "Make an sdist; with --wheel both from the tree", short: "s" },
  wheel: { help: "Make a wheel from the tree", short: "w" },
  outdir: {
    help: "Folder that receives the files; `dist` in the project when left out",
    value: "DIR",
    short: "o",
    aliases: ["out-dir"],
  },
  list: { help: "Print what the files would hold, and keep none of them" },
  "repro-check": { help: "Build twice and refuse a difference" },
  python: { help: "Interpreter or environment that runs backends", value: "PYTHON", short: "p" },
  "no-isolation": {
    help: "Build with what the environment holds",
    short: "n",
    aliases: ["no-build-isolation"],
  },
  "skip-dependency-check": {
    help: "Without isolation, do not check that what the build needs is there",
    short: "x",
  },
  "config-settings": {
    ...buildingOptions["config-settings"],
    help: "Setting for the build backend",
    aliases: ["config-setting"],
  },
  "build-constraint": buildingOptions["build-constraint"],
  "build-time-limit": buildingOptions["build-time-limit"],
  ...sources,
  "only-binary": resolutionOptions["only-binary"],
  "no-binary": resolutionOptions["no-binary"],
  pre: resolutionOptions.pre,
  "exclude-newer": resolutionOptions["exclude-newer"],
  refresh: resolutionOptions.refresh,
} as const;

export type BuildChoices = OptionValues<typeof options>;

export const build = defineCommand({
  examples: [
    "pkm build",
    "pkm build --wheel -o wheels ./project",
    "pkm build demo-1.0.tar.gz",
    "pkm build --list",
    "pkm build --repro-check -C compression=9",
  ],
  arguments: {
    source: {
      help: "Folder of a project, or an sdist; the current folder when left out",
      optional: true,
    },
  },
  options,
  async defaults(invocation, typed) {
    const { settingValues } = await import("#cli/setting-values");
    return settingValues(options, typed, invocation);
  },
  async run(chosen, { source: word = "." }, invocation) {
    const { files, host, interrupts } = invocation.world;
    const source = absolute(word, host.cwd).replace(/(?<=[^/])\/$/, "");
    const kind = files.tryStat(source)?.kind;
    if (kind === undefined) throw sourceMissing(word);
    const isFolder = kind === "folder";
    const beside = isFolder ? `${source}/dist` : source.slice(0, source.lastIndexOf("/"));
    const output = chosen.outdir === undefined ? beside : absolute(chosen.outdir, host.cwd);
    const make = wanted(chosen, isFolder ? undefined : source);
    const run = await openDistributionBuild(chosen, invocation);
    const temporary: string[] = [];
    const aside = (): string => {
      const folder = files.makeTemporaryFolder(host.temporaryFolder, "pkm-build-");
      temporary.push(folder);
      return folder;
    };
    const forget = [
      interrupts?.before(() => {
        run.end();
        return presentError(interrupted(), invocation.output);
      }, "tells"),
      interrupts?.before(() => {
        for (const folder of temporary) files.removeSoon(folder);
      }),
    ];
    try {
      const into = (folder: string): Promise<readonly MadeDistribution[]> =>
        makeDistributions({ source, output: folder, make, options: run.options }, run.world);
      const made = await into(chosen.list ? aside() : output);
      if (chosen["repro-check"]) compare(made, await into(aside()), invocation.world);
      run.end();
      return chosen.list ? list(made, invocation) : tell(made, chosen, invocation);
    } finally {
      for (const each of forget) each?.();
      for (const folder of temporary) files.removeTree(folder);
      run.end();
      run.close();
    }
  },
});

function wanted(
  { sdist, wheel }: Pick<BuildChoices, "sdist" | "wheel">,
  archive: string | undefined,
): "sdist" | "wheel" | "both" | "both-from-tree" {
  if (archive !== undefined && sdist) throw alreadySdist(archive);
  if (archive !== undefined) return "wheel";
  if (sdist && wheel) return "both-from-tree";
  if (sdist) return "sdist";
  return wheel ? "wheel" : "both";
}

/** In the words of `build`, which scripts look for. */
function tell(
  made: readonly MadeDistribution[],
  chosen: Pick<BuildChoices, "repro-check">,
  { output }: Invocation,
): ExitCode {
  if (chosen["repro-check"]) output.say("Two builds are the same, byte by byte");
  if (output.quiet === 0)
    output.data(`Successfully built ${made.map(({ filename }) => filename).join(" and ")}\n`);
  return exit.done;
}

function list(made: readonly MadeDistribution[], { world, output }: Invocation): ExitCode {
  for (const { filename, path } of made) {
    const members = archiveMembers(world.files.read(path), filename, world.inflate);
    const lines = members
      .filter(({ name }) => !name.endsWith("/"))
      .map(({ name, content }) => `  ${name} ${content.length}`);
    output.data(`${[filename, ...lines].join("\n")}\n`);
  }
  return exit.done;
}

function compare(
  first: readonly MadeDistribution[],
  second: readonly MadeDistribution[],
  { files, inflate }: World,
): void {
  for (const [i, { filename, path }] of first.entries()) {
    const again = second[i];
    if (again?.filename !== filename)
      throw notReproducible(filename, `the second build made \`${again?.filename ?? "nothing"}\``);
    const difference = firstDifference(files.read(path), files.read(again.path), filename, inflate);
    if (difference !== undefined) throw notReproducible(filename, difference);
  }
}
