import { plural } from "#base/text";
import type { Invocation } from "#cli/invocation";
import type { PythonEnvironment } from "#environment/environment";
import type { NormalizedName } from "#standards/name";

/** Distributions whose linked folders are gone, said aloud; `undefined` when there are none. See `installer/lost-folders.ts`. */
export async function lostDistributions(
  environment: PythonEnvironment,
  { world, output }: Invocation,
): Promise<ReadonlySet<NormalizedName> | undefined> {
  if (!environment.shared) return undefined;
  const { lostFolders } = await import("#installer/lost-folders");
  const lost = lostFolders(environment, world);
  if (lost.size === 0) return undefined;
  const names = [...lost].sort();
  const shown = names.slice(0, shownAtMost).join(", ");
  const more = names.length > shownAtMost ? ` and ${names.length - shownAtMost} more` : "";
  output.warn(
    `the store has lost the folders of ${plural(names.length, "distribution")} (${shown}${more}): those asked for are installed again`,
  );
  return lost;
}

const shownAtMost = 5;
