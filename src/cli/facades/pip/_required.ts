import type { OptionValues } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import type { InstalledDistribution } from "#environment/environment";
import { chosenInterpreter, described, requirementsOf } from "./_described.ts";
import type { readingOptions } from "./_reading.ts";

/** Those of the distributions that none of the others requires. */
export async function notRequired(
  distributions: readonly InstalledDistribution[],
  options: Partial<OptionValues<typeof readingOptions>>,
  invocation: Invocation,
): Promise<InstalledDistribution[]> {
  const { markers } = await chosenInterpreter(options, invocation);
  const required = new Set(
    distributions.flatMap((distribution) =>
      requirementsOf(described(distribution, invocation), markers).map(({ name }) => name),
    ),
  );
  return distributions.filter(({ name }) => !required.has(name));
}
