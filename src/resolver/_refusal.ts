import type { NormalizedName } from "#standards/name";
import type { AskedRequirement } from "./request.ts";
import type { PassedOverReason } from "./resolution.ts";

/** Why versions of a project may not be taken: reasons of single candidates, and those of whole projects. */
export type Refusal =
  | Exclude<PassedOverReason, { readonly kind: "constraint" }>
  | ConstraintRefusal
  | {
      readonly kind: "not-found";
      readonly asked: readonly { readonly repository: string; readonly answer: string }[];
    }
  | { readonly kind: "no-hash-given" }
  | { readonly kind: "url-from-index"; readonly name: NormalizedName; readonly url: string }
  | {
      readonly kind: "url-conflict";
      readonly name: NormalizedName;
      readonly url: string;
      readonly otherUrl: string;
      readonly otherOrigin: string;
    };

type ConstraintRefusal = Extract<PassedOverReason, { readonly kind: "constraint" }> & {
  readonly asked: AskedRequirement;
};

/** A limit that somebody set on a project from outside. */
export function constraintRefusal(asked: AskedRequirement): Refusal {
  const { specifier } = asked.requirement;
  return { kind: "constraint", requirement: specifier.text, origin: asked.origin, asked };
}
