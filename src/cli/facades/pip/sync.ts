import { defineCommand } from "#cli/command";
import { pipDefaults } from "./_pip-configuration.ts";
import { install, installRequirements } from "./install.ts";

const { requirement: _, editable: _e, exact: _x, ...options } = install.options;

export const sync = defineCommand({
  examples: [
    "pkm pip sync requirements.txt",
    "pkm pip sync requirements.txt --python .venv --dry-run",
  ],
  arguments: { files: { help: "Requirements files that pin everything", many: true } },
  options,
  defaults: pipDefaults("sync", options),
  async run(chosen, { files }, invocation) {
    const asked = { ...chosen, requirement: files, editable: [], exact: true };
    return installRequirements(asked, [], invocation, { exact: true });
  },
});
