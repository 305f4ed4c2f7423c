import type { NormalizedName } from "./name.ts";

/** An extra or a dependency group of a project: what somebody can choose who installs it. */
export type ProjectChoice = { readonly kind: "extra" | "group"; readonly name: NormalizedName };

/** For messages: "the extra `cpu`". */
export function describeChoice({ kind, name }: ProjectChoice): string {
  return `the ${kind} \`${name}\``;
}
