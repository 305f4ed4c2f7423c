import type { NormalizedName } from "#standards/name";

/** What happens while an answer is looked for. */
export type ResolverEvent =
  | { readonly type: "version-considered"; readonly name: NormalizedName; readonly version: string }
  | { readonly type: "resolution-restarted"; readonly name: NormalizedName };
