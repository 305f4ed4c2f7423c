import { exit } from "#base/errors";
import { absolute } from "#cli/cache-folder";
import { defineCommand } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { writeResult } from "#cli/result-file";
import { lockOf } from "#provision/lock-of";
import { isPylockName } from "#standards/pylock-name";
import { formatPylock } from "#standards/pylock-write";
import { pipDefaults } from "./_pip-configuration.ts";
import { withResolved } from "./_resolved.ts";
import { resolvingOptions } from "./resolving-options.ts";

const options = {
  output: {
    help: "File to write, `-` for stdout; pylock.toml when left out",
    value: "FILE",
    short: "o",
  },
  ...resolvingOptions,
} as const;

export const lock = defineCommand({
  examples: ["pkm pip lock requests", "pkm pip lock -r requirements.in -o pylock.web.toml"],
  arguments: {
    requirements: { help: "What to lock, with its dependencies", optional: true, many: true },
  },
  options,
  defaults: pipDefaults("lock", options),
  async run({ output: named = "pylock.toml", ...chosen }, { requirements }, invocation) {
    const request = { words: requirements, purpose: "compile" } as const;
    const { cwd } = invocation.world.host;
    const folder = named === "-" ? cwd : absolute(named, cwd).replace(/\/[^/]*$/, "");
    return withResolved(chosen, request, invocation, async ({ packages, world }) => {
      write(formatPylock(await lockOf(packages, folder, world)), named, invocation);
      return exit.done;
    });
  },
});

function write(text: string, named: string, { world, output }: Invocation): void {
  if (named === "-") {
    output.data(text);
    return;
  }
  const path = absolute(named, world.host.cwd);
  if (!isPylockName(path.slice(path.lastIndexOf("/") + 1)))
    output.warn(
      `\`${named}\` is no name of a lock: tools look for pylock.toml and pylock.NAME.toml`,
    );
  writeResult(path, text, world);
}
