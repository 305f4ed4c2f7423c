import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import type { Change, LinkWay, Plan } from "#installer/plan-types";
import type { AskedRequirement, ResolutionPolicy, ResolutionTarget } from "#resolver/request";
import type { Resolution, ResolutionFailure } from "#resolver/resolution";
import type { NormalizedName } from "#standards/name";
import type { FailedQuestion } from "./resolve-requirements.ts";

/** Everything, nothing, or these names. */
export type Selection = boolean | ReadonlySet<NormalizedName>;

/** Requirements, and the environment that shall meet them. */
export type ProvisionRequest = {
  readonly environment: PythonEnvironment;
  readonly roots: readonly AskedRequirement[];
  readonly constraints: readonly AskedRequirement[];
  readonly overrides: readonly AskedRequirement[];
  readonly target: ResolutionTarget;
  readonly policy: ResolutionPolicy;
  /** What may not stay at its installed version merely because it is installed. */
  readonly upgrade: Selection;
  /** What is put in place again although it is as wanted. */
  readonly reinstall: Selection;
  /** Installed without their files any more: they are put in place again, at the same version where that fits. */
  readonly lost?: ReadonlySet<NormalizedName>;
  /** Remove what is installed and not asked for (`sync`). */
  readonly exact: boolean;
  /** Names that {@link exact} leaves alone. */
  readonly keep?: ReadonlySet<NormalizedName>;
  /** Names that are resolved and neither installed nor changed (`--only-deps`). */
  readonly omit?: ReadonlySet<NormalizedName>;
  readonly dryRun: boolean;
  readonly strict: boolean;
  readonly linkMode: LinkWay | undefined;
  readonly compileBytecode: boolean;
  /** Say afterwards which installed distributions the change has left without what they require. */
  readonly warnOfConflicts: boolean;
};

export type ProvisionOutcome =
  | {
      /** Everything was there already. */
      readonly kind: "unchanged";
      readonly installed: readonly InstalledDistribution[];
    }
  | {
      readonly kind: "unsolvable";
      readonly failure: ResolutionFailure;
      readonly question: FailedQuestion;
    }
  | {
      /** `change` is left out after a dry run. */
      readonly kind: "planned";
      readonly plan: Plan;
      readonly resolution: Resolution;
      readonly change: Change | undefined;
    };

export function isSelected(selection: Selection, name: NormalizedName): boolean {
  return typeof selection === "boolean" ? selection : selection.has(name);
}
