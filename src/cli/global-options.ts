import type { OptionTable } from "./command.ts";

/** Options that every command takes, behind its own. A command's own option of the same name wins. */
export const globalOptions = {
  quiet: { help: "Say less; twice for warnings too", short: "q", many: true },
  verbose: { help: "Say more", short: "v", many: true },
  color: { help: "When to use colour", value: "WHEN", choices: ["auto", "always", "never"] },
  "no-color": { help: "Never use colour", hidden: true },
  offline: { help: "Use nothing but what is in the cache" },
  "cache-dir": { help: "Folder of the cache", value: "DIR" },
  "no-cache": {
    help: "Use a cache of this run's own, removed at its end",
    aliases: ["no-cache-dir"],
  },
  help: { help: "Show this help", short: "h" },
} as const satisfies OptionTable;
