import { exit } from "#base/errors";
import { nearest } from "#base/text";
import { defineCommand, type OptionValues } from "#cli/command";
import { invalidOptionValue } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { type DependencyGraph, dependencyGraph } from "#environment/dependency-graph";
import { dependencyTree } from "#environment/dependency-tree";
import { type NormalizedName, parseName } from "#standards/name";
import { described, judgingOptions, openJudged } from "./_described.ts";
import { notInstalled } from "./_errors.ts";
import { readingCompatibility, readingDefaults } from "./_reading.ts";
import { drawTree, treeJson } from "./_tree-text.ts";

const options = {
  invert: { help: "Show dependents below their dependencies", aliases: ["reverse"] },
  package: { help: "Begin with these instead of everything", value: "NAME", many: true },
  why: {
    help: "Show what leads to this one, dependents below; the same as --invert --package",
    value: "NAME",
    many: true,
  },
  prune: { help: "Leave these out, and what only they lead to", value: "NAME", many: true },
  depth: { help: "Levels below the first", value: "N", short: "d" },
  "no-dedupe": { help: "Show what is below a distribution every time it occurs" },
  "show-version-specifiers": { help: "Show every requirement, also those that limit nothing" },
  json: { help: "Print the tree as JSON" },
  ...judgingOptions,
  ...readingCompatibility,
} as const;

export const tree = defineCommand({
  isRepeatable: true,
  examples: ["pkm pip tree", "pkm pip tree --invert --package urllib3", "pkm pip tree --depth 1"],
  arguments: {
    packages: { help: "Begin with these instead of everything", optional: true, many: true },
  },
  options,
  defaults: readingDefaults("tree", options),
  async run(chosen, { packages }, invocation) {
    const { output, world } = invocation;
    const depth = depthOf(chosen, invocation);
    const { survey, markers } = await openJudged(chosen, invocation);
    const distributions = survey.distributions.map((each) => described(each, invocation));
    for (const { name, unreadable } of distributions)
      if (unreadable !== undefined)
        output.warn(`what ${name} requires is not fully known: ${unreadable}`);
    const graph = dependencyGraph(distributions, markers);
    const roots = namesIn([...packages, ...chosen.package, ...chosen.why], graph);
    const inverted = chosen.invert || chosen.why.length > 0;
    const nodes = dependencyTree(graph, {
      inverted,
      prune: chosen.prune.flatMap((text) => text.split(",")).map((text) => parseName(text.trim())),
      repeat: chosen["no-dedupe"],
      ...(roots.length === 0 ? {} : { roots }),
      ...(depth === undefined ? {} : { depth }),
    });
    if (chosen.json) output.data(`${JSON.stringify(nodes.map(treeJson), undefined, 2)}\n`);
    else
      output.data(
        drawTree(nodes, {
          inverted,
          everyRequirement: chosen["show-version-specifiers"],
          ascii: !speaksUnicode(world.host),
        }),
      );
    return exit.done;
  },
});

function depthOf(
  { depth }: OptionValues<typeof options>,
  { name }: Invocation,
): number | undefined {
  if (depth === undefined) return undefined;
  if (/^[0-9]{1,6}$/.test(depth)) return Number(depth);
  throw invalidOptionValue({
    option: "--depth",
    value: depth,
    expected: "a number, zero or more",
    command: name,
  });
}

function namesIn(words: readonly string[], graph: DependencyGraph): NormalizedName[] {
  return words
    .flatMap((text) => text.split(","))
    .map((text) => {
      const name = parseName(text.trim());
      const isKnown =
        graph.has(name) ||
        [...graph.values()].some((node) =>
          node.dependencies.some((each) => each.requirement.name === name),
        );
      if (!isKnown) throw notInstalled(name, nearest(name, graph.keys()));
      return name;
    });
}

/** Whether the locale's character set has the lines of the drawing (POSIX, environment variables). */
function speaksUnicode({ env, os }: Invocation["world"]["host"]): boolean {
  const locale = [env.LC_ALL, env.LC_CTYPE, env.LANG].find(
    (text) => text !== undefined && text !== "",
  );
  // Outside of POSIX consoles speak Unicode; and a missing locale says nothing on macOS.
  if (locale === undefined) return os !== "linux";
  return os !== "linux" || /utf-?8/i.test(locale);
}
