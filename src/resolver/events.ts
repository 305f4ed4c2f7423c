import type { NormalizedName } from "#standards/name";

/** What happens while an answer is looked for. */
export type ResolverEvent =
  | { readonly type: "version-considered"; readonly name: NormalizedName; readonly version: string }
  /** No version of the one could be taken as long as the other one was as it was. */
  | { readonly type: "conflicted"; readonly name: NormalizedName; readonly with: NormalizedName }
  | { readonly type: "resolution-restarted"; readonly name: NormalizedName };
