import { exit } from "#base/errors";
import { plural } from "#base/text";
import { defineCommand } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { verifyCache } from "#store/maintenance";
import type { DamagedTree } from "#store/tree-maintenance";
import { cacheToClean, maintenanceWorld } from "./_cache.ts";

export const cacheVerify = defineCommand({
  examples: ["pkm cache verify"],
  arguments: {},
  options: { json: { help: "Print what was found as JSON" } },
  async run({ json }, _words, invocation) {
    const { output } = invocation;
    const folder = cacheToClean(invocation);
    const found = await verifyCache(folder, maintenanceWorld(invocation));
    const { wheels, broken, damagedTrees } = found;
    if (json) output.data(`${JSON.stringify({ folder, ...found }, undefined, 2)}\n`);
    else if (broken.length === 0) output.say(`Verified ${plural(wheels, "wheel")}: all are whole`);
    else
      output.say(
        `Verified ${plural(wheels, "wheel")}: ${broken.length} damaged and removed; they are fetched again when needed`,
      );
    if (!json) for (const tree of damagedTrees) presentTree(tree, invocation);
    return broken.length + damagedTrees.length === 0 ? exit.done : exit.failure;
  },
});

function presentTree(
  { name, problems, isRepaired, environments }: DamagedTree,
  { output }: Invocation,
): void {
  const shown = name.slice(0, name.lastIndexOf("-"));
  output.warn(`the shared folders of ${shown} were damaged: ${problems.slice(0, 3).join("; ")}`);
  if (isRepaired) output.say("They were put right from the wheel");
  else
    for (const environment of environments)
      output.say(
        `To put ${shown} right in ${environment}, install it there with --force-reinstall`,
      );
}
