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
    "pkm python list --environments --json",
  ],
  arguments: { request: { help: "Only those that fit: 3.12, '>=3.11', pypy", optional: true } },
  options: {
    environments: { help: "The active and the nearest virtual environment too" },
    json: { help: "Print what is known of each as JSON" },
    "all-versions": { help: "Older patch releases too (always shown)", hidden: true },
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
    if (options.json) output.data(`${JSON.stringify(all.map(describe), undefined, 2)}\n`);
    else if (all.length > 0) output.data(table(all, invocation));
    else output.say("No interpreter was found");
    return exit.done;
  },
});

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
