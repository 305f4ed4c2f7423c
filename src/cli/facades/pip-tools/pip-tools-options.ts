import type { OptionTable } from "#cli/command";
import { networkOptions } from "#cli/facades/pip/general-options";

/** What `pip-compile` and `pip-sync` have in common (pip-tools 7.6). */
export const pipToolsOptions = {
  "find-links": {
    help: "Folder or page with distributions, merged with the index",
    value: "PLACE",
    short: "f",
    many: true,
  },
  "index-url": { help: "The index; PyPI when left out", value: "URL", short: "i" },
  "extra-index-url": { help: "A further index", value: "URL", many: true },
  "no-index": { help: "Use no index, only --find-links" },
  "trusted-host": networkOptions["trusted-host"],
  cert: networkOptions.cert,
  "client-cert": networkOptions["client-cert"],
  "pip-args": { help: "Further options of pip, as one word", value: "OPTIONS" },
  config: {
    help: "File with settings; .pip-tools.toml or pyproject.toml when left out",
    value: "FILE",
  },
  "no-config": { help: "Read no settings" },
  version: { help: "Show the version" },
} as const satisfies OptionTable;
