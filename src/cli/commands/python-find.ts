import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { findInterpreter } from "#interpreter/discover";

export const pythonFind = defineCommand({
  examples: [
    "pkm python find",
    "pkm python find 3.12",
    "pkm python find 'pypy@>=3.10' --show-version",
  ],
  arguments: {
    request: { help: "3.12, '>=3.11,<3.14', 3.13t, pypy@3.10, or a path", optional: true },
  },
  options: {
    system: { help: "Do not look at virtual environments" },
    "show-version": { help: "Print the version instead of the path" },
    "resolve-links": { help: "Print where the executable's links lead" },
    json: { help: "Print path, version and where it was found as JSON" },
  },
  async run(options, { request }, invocation) {
    const { world, output } = invocation;
    const interpreters = interpreterWorld(invocation, openInvocationStore(invocation));
    const found = await findInterpreter(
      { python: request, environments: !options.system },
      interpreters,
    );
    const path = options["resolve-links"]
      ? world.files.realPath(found.executable)
      : found.executable;
    if (options.json) {
      const { version, implementation, source, prefix } = found;
      output.data(`${JSON.stringify({ path, version, implementation, source, prefix })}\n`);
    } else output.data(`${options["show-version"] ? found.version : path}\n`);
    return exit.done;
  },
});
