import type { Marker } from "./marker.ts";
import type { NormalizedName } from "./name.ts";
import type { SpecifierSet } from "./specifier-set.ts";

/** A dependency specifier (PyPUG dependency-specifiers, PEP 508): what is wanted, in which versions, when. */
export type Requirement = {
  readonly name: NormalizedName;
  /** The name as it was written. */
  readonly displayName: string;
  /** Sorted, each once. */
  readonly extras: readonly NormalizedName[];
  /** The extras as they were written; sorted, each once. */
  readonly displayExtras: readonly string[];
  /** Admits everything where a URL decides. */
  readonly specifier: SpecifierSet;
  /** As it was written, credentials included: print it only through `withoutCredentials`. */
  readonly url: string | undefined;
  readonly marker: Marker | undefined;
};
export declare function parseRequirement(text: string): Requirement;
export declare function tryParseRequirement(text: string): Requirement | undefined;
export declare function formatRequirement(requirement: Requirement): string;
