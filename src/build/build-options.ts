import type { PythonEnvironment } from "#environment/environment";
import type { Interpreter } from "#interpreter/interpreter";
import type { World } from "#platform/ports";
import type { ProvisionWorld } from "#provision/world";
import type { GitWorld } from "#repository/git";
import type { AskedRequirement, ResolutionPolicy, ResolutionTarget } from "#resolver/request";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";

/** What a person tells a backend (`-C KEY=VALUE`); a key that is given several times has a list (PEP 517). */
export type ConfigSettings = Readonly<Record<string, string | readonly string[]>>;

/** How things are built in one run. */
export type BuildOptions = {
  /** The Python that runs backends, and that wheels are made for. */
  readonly interpreter: Interpreter;
  /** That Python as the resolver sees it, for build requirements. */
  readonly target: ResolutionTarget;
  /** How build requirements are chosen. */
  readonly policy: ResolutionPolicy;
  /** `--build-constraint`: they bear on build requirements alone. */
  readonly constraints: readonly AskedRequirement[];
  /** What a project needs to be built and does not say itself. */
  readonly extraRequirements: ReadonlyMap<NormalizedName, readonly Requirement[]>;
  /** Built with what {@link environment} holds: everything, nothing, or these. */
  readonly withoutIsolation: boolean | ReadonlySet<NormalizedName>;
  /** Its Python runs the backends that are not isolated; the interpreter itself when left out. */
  readonly environment: PythonEnvironment | undefined;
  /** Compare what a backend needs with what is there also where nothing is isolated. */
  readonly checksRequirements: boolean;
  /** For what a person named. */
  readonly settings: ConfigSettings;
  /** For single projects, above {@link settings}. */
  readonly settingsOf: ReadonlyMap<NormalizedName, ConfigSettings>;
  /** Whether a person named the project, as opposed to something requiring it. */
  readonly isNamed: (name: NormalizedName) => boolean;
  /** The option that forbids to build a project (`--no-build`), where there is one. */
  readonly forbiddenBy: (name: NormalizedName | undefined) => string | undefined;
  /** Build anew, whatever was built before, and remember nothing of it. */
  readonly keepsNothing?: boolean;
  /** Leave the folders in which sources were laid out and built (`--no-clean`). */
  readonly keepsFolders?: boolean;
  /** Milliseconds that one call of a backend may take. */
  readonly timeLimit: number | undefined;
  /** Backends at work at the same time. */
  readonly atOnce: number;
  /** Receives editable checkouts (`--src`). */
  readonly checkoutFolder: string;
  /** pkm's cache folder, for clones of git, and whether remotes may be asked. */
  readonly git: Pick<GitWorld, "cache" | "offline">;
  /** Version of pkm, noted in build environments. */
  readonly creator: string;
};

export type BuildWorld = ProvisionWorld & Pick<World, "processes" | "interrupts">;
