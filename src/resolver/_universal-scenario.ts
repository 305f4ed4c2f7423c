import { formatMarker, parseMarker } from "#standards/marker";
import { normalizeName, type NormalizedName } from "#standards/name";
import { parseRequirement } from "#standards/requirement";
import { parseSpecifierSet } from "#standards/specifier-set";
import { parseVersion } from "#standards/version";
import { requestOf, type Scenario } from "./_scenario.ts";
import type { ResolvedPackage } from "./resolution.ts";
import type { MarkedPreference } from "./request.ts";
import type { UniversalOutcome, UniversalRequest } from "./universal.ts";

/** A story of universal resolution as data. */
export type UniversalScenario = Omit<Scenario, "python" | "prefer" | "installed" | "expect"> & {
  /** Supported Pythons; `>=3.9` when left out. */
  readonly python?: string;
  readonly environments?: readonly string[];
  readonly required?: readonly string[];
  /** Choices of which one is made at most. */
  readonly exclusive?: readonly (readonly string[])[];
  readonly forkStrategy?: UniversalRequest["forkStrategy"];
  /** `name==version ; marker`. */
  readonly prefer?: readonly string[];
  readonly expect: ExpectedEverywhere;
};

export type ExpectedEverywhere =
  | {
      /** `name==version ; marker`. */
      readonly packages: readonly string[];
      readonly attempts?: number;
      readonly regions?: readonly string[];
    }
  | { readonly failure: readonly string[]; readonly region?: string };

export function universalRequestOf(scenario: UniversalScenario): UniversalRequest {
  const {
    python = ">=3.9",
    environments = [],
    required = [],
    exclusive,
    prefer = [],
    ...rest
  } = scenario;
  const { roots, constraints, overrides, policy } = requestOf({
    ...rest,
    expect: { packages: [] },
  });
  const preferences = new Map<NormalizedName, MarkedPreference[]>();
  for (const text of prefer) {
    const { name, specifier, marker } = parseRequirement(text);
    const version = parseVersion(specifier.specifiers[0]?.version ?? "");
    const known = preferences.get(normalizeName(name)) ?? [];
    preferences.set(name, [...known, { version, from: "output", marker }]);
  }
  return {
    roots,
    constraints,
    overrides,
    policy,
    preferences,
    supported: {
      python: parseSpecifierSet(python),
      environments: environments.map((text) => parseMarker(text)),
      required: required.map((text) => parseMarker(text)),
      ...(exclusive === undefined
        ? {}
        : { exclusive: exclusive.map((list) => list.map((text) => parseMarker(text))) }),
    },
    forkStrategy: scenario.forkStrategy ?? "requires-python",
  };
}

/** An outcome in the words of {@link ExpectedEverywhere}, with everything that `expected` mentions. */
export function toldEverywhere(
  outcome: UniversalOutcome,
  expected: ExpectedEverywhere,
): ExpectedEverywhere {
  if (outcome.kind === "unsolvable")
    return {
      failure: outcome.failure.explanation.split("\n"),
      ...(outcome.region === undefined ? {} : { region: formatMarker(outcome.region) }),
    };
  const { packages, attempts, regions } = outcome.resolution;
  return {
    packages: packages.map(lineOf),
    ...("attempts" in expected ? { attempts } : {}),
    ...("regions" in expected ? { regions: regions.map(formatMarker) } : {}),
  };
}

export function lineOf({ name, extras, version, marker }: ResolvedPackage): string {
  const selected = extras.length === 0 ? "" : `[${extras.join(",")}]`;
  const where = marker === undefined ? "" : ` ; ${formatMarker(marker)}`;
  return `${name}${selected}==${version.text}${where}`;
}
