import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import type { Interpreter } from "#interpreter/interpreter";
import { listInterpreters } from "#interpreter/list";
import { shownPath } from "./_shown-path.ts";

export const pythonList = defineCommand({
  examples: [
    "pkm python list",
    "pkm python list '>=3.11'",
    "pkm python list --all-versions --json",
  ],
  arguments: { request: { help: "Only those that fit: 3.12, '>=3.11', pypy", optional: true } },
  options: {
    "all-versions": { help: "Older patch releases too" },
    environments: { help: "The active and the nearest virtual environment too" },
    json: { help: "Print what is known of each as JSON" },
    "only-installed": {
      help: "Leave out what could be downloaded (pkm downloads none)",
      hidden: true,
    },
  },
  async run(options, { request }, invocation) {
    const { output } = invocation;
    const interpreters = interpreterWorld(invocation, openInvocationStore(invocation));
    const found = await listInterpreters(interpreters, {
      python: request,
      environments: options.environments,
    });
    for (const { path, why } of found.unusable) output.detail(`${path} is passed over: ${why}`);
    const all = found.interpreters;
    const shown = options["all-versions"] ? all : newestPatches(all);
    if (options.json) output.data(`${JSON.stringify(shown.map(describe), undefined, 2)}\n`);
    else {
      output.data(table(shown, invocation));
      const hidden = all.length - shown.length;
      if (hidden > 0)
        output.say(`${hidden} older patch releases are not shown; see --all-versions`);
      if (all.length === 0) output.say("No interpreter was found");
    }
    return exit.done;
  },
});

/** Of each implementation, minor version and build the newest patch release; all of those, if there are several. */
function newestPatches(interpreters: readonly Interpreter[]): Interpreter[] {
  const newest = new Map<string, number>();
  const lineOf = (each: Interpreter): string =>
    [each.implementation, each.major, each.minor, each.freeThreaded, each.debug].join(" ");
  for (const each of interpreters)
    newest.set(lineOf(each), Math.max(each.micro, newest.get(lineOf(each)) ?? 0));
  return interpreters.filter((each) => each.micro === newest.get(lineOf(each)));
}

/** Name, where it was found, and its path last: the only column without a limit. */
function table(interpreters: readonly Interpreter[], { world }: Invocation): string {
  const rows = interpreters.map((each) => [
    nameOf(each),
    each.source,
    shownPath(each.executable, world.host),
  ]);
  const width = (column: number): number =>
    Math.max(...rows.map((row) => (row[column] as string).length));
  return rows
    .map(
      ([name = "", source = "", path]) =>
        `${name.padEnd(width(0))}  ${source.padEnd(width(1))}  ${path}\n`,
    )
    .join("");
}

function nameOf({ implementation, version, freeThreaded, debug }: Interpreter): string {
  return `${implementation}-${version}${freeThreaded ? "+freethreaded" : ""}${debug ? "+debug" : ""}`;
}

function describe(each: Interpreter): Record<string, unknown> {
  return {
    name: nameOf(each),
    implementation: each.implementation,
    version: each.version,
    path: each.executable,
    base: each.baseExecutable,
    prefix: each.prefix,
    source: each.source,
    "free-threaded": each.freeThreaded,
    debug: each.debug,
    "externally-managed": each.externallyManaged !== undefined,
  };
}
