import { type ExitCode, exit } from "#base/errors";
import { plural } from "#base/text";
import type { PythonEnvironment } from "#environment/environment";
import { entriesOf } from "#installer/change-entries";
import type { Change, ChangeEntry } from "#installer/plan-types";
import { isSelected, type ProvisionOutcome, type ProvisionRequest } from "#provision/request";
import { passedOverText } from "#resolver/passed-over-text";
import type { Resolution } from "#resolver/resolution";
import type { Invocation } from "./invocation.ts";
import { type Output, withoutStyle } from "./output.ts";
import { noSolution } from "./errors.ts";

export type OutcomeOptions = {
  readonly json: boolean;
  readonly dryRun: boolean;
  readonly environment: PythonEnvironment;
  /** What was to be upgraded, and for what machine. */
  readonly request: Pick<ProvisionRequest, "upgrade" | "target">;
};

/** Says what became of a request to fill an environment, and answers the exit code. */
export function presentOutcome(
  outcome: ProvisionOutcome,
  options: OutcomeOptions,
  { output }: Invocation,
): ExitCode {
  switch (outcome.kind) {
    case "unsolvable":
      throw noSolution(outcome.failure, outcome.question);
    case "unchanged":
      if (options.json) output.data(`${JSON.stringify({ changes: [], warnings: [] })}\n`);
      else output.say("Nothing to do: what was asked for is installed");
      return exit.done;
    case "planned":
      break;
    default:
      return outcome satisfies never;
  }
  const { plan, resolution, change } = outcome;
  for (const warning of resolution.warnings) output.warn(warning);
  const planned = change ?? { entries: entriesOf(plan), warnings: [] };
  if (options.json) output.data(changeJson(planned, options.dryRun));
  else {
    presentChange(planned, options.dryRun, output);
    presentKept(resolution, options.request, output);
  }
  return exit.done;
}

/** Why something stays that was to be upgraded, although there is something newer. */
function presentKept(
  resolution: Resolution,
  { upgrade, target }: OutcomeOptions["request"],
  output: Output,
): void {
  for (const { name, version, source } of resolution.packages) {
    if (source.kind !== "installed" || !isSelected(upgrade, name)) continue;
    const newest = resolution.passedOver?.find((passed) => passed.name === name);
    if (newest === undefined) continue;
    const reason = passedOverText(newest.reason, target.description);
    output.say(`${name} ${version.text} stays: ${newest.version.text} ${reason}`);
  }
}

/** The lines behind a change: what came, what went, what was replaced. */
export function presentChange(change: Change, dryRun: boolean, output: Output): void {
  const { entries } = change;
  if (entries.length === 0) {
    output.say("Nothing to do: what was asked for is installed");
    return;
  }
  const count = (kind: ChangeEntry["kind"]): number =>
    entries.filter((entry) => entry.kind === kind).length;
  const parts = [
    [dryRun ? "install" : "Installed", count("installed")],
    [dryRun ? "replace" : "replaced", count("replaced")],
    [dryRun ? "remove" : "removed", count("removed")],
  ] as const;
  const told = parts.filter(([, n]) => n > 0).map(([verb, n]) => `${verb} ${plural(n, "package")}`);
  const line = dryRun ? `Would ${told.join(", ")}` : told.join(", ");
  output.say(line.charAt(0).toUpperCase() + line.slice(1));
  // What is quiet may go to a log, and whether there are colours is not worth asking for that.
  const style = output.quiet > 0 ? withoutStyle() : output.style;
  for (const entry of entries)
    switch (entry.kind) {
      case "installed":
        output.say(` ${style.green("+")} ${entry.name} ${entry.to}`);
        break;
      case "replaced":
        output.say(` ${style.yellow("~")} ${entry.name} ${entry.from} -> ${entry.to}`);
        break;
      case "removed":
        output.say(` ${style.red("-")} ${entry.name} ${entry.from}`);
        break;
      default:
        entry satisfies never;
    }
}

export function changeJson(change: Change, dryRun: boolean): string {
  const { entries, warnings } = change;
  return `${JSON.stringify({ ...(dryRun ? { "dry-run": true } : {}), changes: entries, warnings }, undefined, 2)}\n`;
}
