import type { Demand } from "#pubgrub/provider";
import type { NormalizedName } from "#standards/name";
import type { Version, VersionKey } from "#standards/version";
import type { SpecifierSet } from "#standards/specifier-set";
import type { VersionRange } from "#standards/version-range";
import type { Project } from "./_project.ts";

/**
 * What the solver decides about: Python itself, projects, and extras, which hang on their project. Each is one
 * object, so that the solver can compare them by identity.
 */
export type Package = PythonPackage | Project | ExtraPackage;

export type PythonPackage = { readonly kind: "python" };

export type ExtraPackage = {
  readonly kind: "extra";
  readonly project: Project;
  readonly extra: NormalizedName;
};

/** A version as the solver handles it; those of projects are `Candidate`s. */
export type Choosable = { readonly key: VersionKey; readonly version: Version };

/** A demand that remembers the requirement it comes from, so that messages can use its words. */
export type WordedDemand = Demand<Package, VersionRange> & { readonly specifier?: SpecifierSet };
