import { plural } from "#base/text";
import { size } from "#cli/amounts";
import { cacheFolder } from "#cli/cache-folder";
import { cacheFolderForeign } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import type { MaintenanceWorld, Removal } from "#store/maintenance";

/** What may lie in a cache folder: everything else is somebody's work. */
const own = /^(?:(?:store|git)-v[0-9]+|CACHEDIR\.TAG|\.gitignore)$/;

/**
 * The cache folder for a command that removes things from it. A folder that holds anything else, as one mistyped in
 * `--cache-dir` would, is refused.
 */
export function cacheToClean({ world, global }: Invocation): string {
  const folder = cacheFolder(global.cacheDir, world.host);
  const foreign = (world.files.tryList(folder) ?? []).find(({ name }) => !own.test(name));
  if (foreign !== undefined) throw cacheFolderForeign(folder, foreign.name);
  return folder;
}

/** The world with a listener that says for whom the command waits. */
export function maintenanceWorld({ world, output }: Invocation): MaintenanceWorld {
  return {
    ...world,
    report: (event) => {
      if (event.type === "store-lock-awaited")
        output.say(`Waiting for ${event.holder || "another process"}, which uses the cache`);
      else if (event.problems.length > 0)
        output.warn(`${event.filename} is damaged: ${event.problems.slice(0, 3).join("; ")}`);
      else output.detail(`${event.filename} is whole`);
    },
  };
}

export function presentRemoval(
  { wheels, files, bytes, inUse }: Removal,
  folder: string,
  json: boolean,
  { output }: Invocation,
): void {
  if (json) output.data(`${JSON.stringify({ folder, wheels, files, bytes, inUse })}\n`);
  else if (files === 0) output.say("Nothing to remove");
  else output.say(`Removed ${plural(wheels, "wheel")}, ${plural(files, "file")}, ${size(bytes)}`);
  if (inUse > 0 && !json)
    output.say(`Kept the folders of ${plural(inUse, "wheel")}: shared environments link to them`);
}
