import { type ExitCode, exit } from "#base/errors";
import { compareText } from "#base/order";
import { cacheFolder } from "#cli/cache-folder";
import { cacheToClean, maintenanceWorld } from "#cli/commands/_cache";
import { defineCommand } from "#cli/command";
import { missingArgument, unexpectedArgument } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import {
  cleanCache,
  removeWheels,
  storedWheels,
  type StoredFile,
  usageOf,
} from "#store/maintenance";
import { actionUnknown, cacheDisabled } from "./_errors.ts";
import { readingDefaults } from "./_reading.ts";
import { wheelPattern } from "./_wheel-pattern.ts";
import { generalOptions } from "./general-options.ts";

const options = {
  format: { help: "How to list", value: "FORMAT", choices: ["human", "abspath"] },
  ...generalOptions,
} as const;

const actions = ["dir", "info", "list", "purge", "remove"] as const;

/** pkm's cache with the words of `pip cache`: the wheels it keeps unpacked stand in the place of pip's files. */
export const cache = defineCommand({
  examples: ["pkm pip cache info", "pkm pip cache list 'numpy-2*'", "pkm pip cache remove numpy"],
  arguments: {
    action: { help: `What to do: ${actions.join(", ")}`, optional: true },
    words: { help: "A name, or a pattern such as `numpy-1.*`", optional: true, many: true },
  },
  options,
  defaults: readingDefaults("cache", options),
  async run({ format = "human" }, { action, words }, invocation) {
    const { name, world, global, output } = invocation;
    if (global.noCache) throw cacheDisabled(name);
    const [pattern, surplus] = words;
    const takesPattern = action === "list" || action === "remove";
    const unexpected = takesPattern ? surplus : pattern;
    if (unexpected !== undefined) throw unexpectedArgument(unexpected, name);
    const folder = cacheFolder(global.cacheDir, world.host);
    switch (action) {
      case "dir":
        output.data(`${folder}\n`);
        return exit.done;
      case "info":
        output.data(information(folder, invocation));
        return exit.done;
      case "list": {
        const fits = wheelPattern(pattern ?? "*");
        const found = storedWheels(folder, world).filter(({ filename }) => fits(filename));
        output.data(format === "human" ? forPeople(found) : paths(found));
        return exit.done;
      }
      case "remove":
        if (pattern === undefined) throw missingArgument("PATTERN", name);
        return remove(pattern, invocation);
      case "purge":
        return remove("*", invocation);
      default:
        throw actionUnknown(name, action, actions);
    }
  },
});

function information(folder: string, { world }: Invocation): string {
  const { pages, wheels } = usageOf(folder, world);
  return [
    `Package index page cache location: ${pages.folder}`,
    `Package index page cache size: ${size(pages.bytes)}`,
    `Number of HTTP files: ${pages.files}`,
    `Stored wheels location: ${wheels.folder}`,
    `Stored wheels size: ${size(wheels.bytes)}`,
    `Number of stored wheels: ${wheels.count}`,
    "",
  ].join("\n");
}

function forPeople(found: readonly StoredFile[]): string {
  if (found.length === 0) return "No wheels cached.\n";
  const lines = found.map(({ filename, bytes }) => ` - ${filename} (${size(bytes)})`);
  return `Cache contents:\n\n${lines.sort(compareText).join("\n")}\n`;
}

function paths(found: readonly StoredFile[]): string {
  return found
    .map(({ folder }) => `${folder}\n`)
    .sort(compareText)
    .join("");
}

async function remove(pattern: string, invocation: Invocation): Promise<ExitCode> {
  const { output } = invocation;
  const folder = cacheToClean(invocation);
  const world = maintenanceWorld(invocation);
  const isAll = pattern === "*";
  const fits = wheelPattern(pattern);
  const { wheels, files, bytes } = isAll
    ? await cleanCache(folder, undefined, world)
    : await removeWheels(folder, fits, world);
  if (files === 0)
    output.warn(isAll ? "No matching packages" : `No matching packages for pattern "${pattern}"`);
  if (output.quiet === 0)
    output.data(`Files removed: ${files} (${size(bytes)})\nDirectories removed: ${wheels}\n`);
  return exit.done;
}

/** Sizes as pip writes them, in thousands. */
function size(bytes: number): string {
  if (bytes > 1_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  if (bytes > 10_000) return `${Math.trunc(bytes / 1000)} kB`;
  return bytes > 1000 ? `${(bytes / 1000).toFixed(1)} kB` : `${bytes} bytes`;
}
