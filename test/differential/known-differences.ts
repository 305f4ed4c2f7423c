import type { Json } from "#cli/debug-families";

/** Where pkm departs from `packaging` on purpose. */
export type KnownDifference = {
  readonly family: string;
  /** The section of `docs/decisions/0008-departures-from-packaging.md` that gives the reason. */
  readonly reason: string;
  readonly applies: (input: Json) => boolean;
};

const isText = (input: Json, pattern: RegExp): boolean =>
  typeof input === "string" && pattern.test(input);

const known: readonly KnownDifference[] = [
  {
    family: "requirement",
    reason: "A URL has no control characters",
    applies: (input) => isText(input, /@[ \t]*[^ \t]*(?!\t)\p{Cc}/u),
  },
  {
    family: "requirement",
    reason: "A comma ends the text behind ===",
    applies: (input) => isText(input, /===[^;)]*,/),
  },
  {
    family: "requirement",
    reason: "Quoted text has no escapes",
    applies: (input) => isText(input, /;.*\\/s),
  },
  {
    family: "marker",
    reason: "Quoted text has no escapes",
    applies: (input) => isText((input as { readonly marker: Json }).marker, /\\/),
  },
  {
    family: "metadata",
    reason: "A metadata file is no mail with parts",
    applies: (input) => isText(input, /^content-type:/im),
  },
  ...["wheel-filename", "sdist-filename"].map((family) => ({
    family,
    reason: "A file name has no slashes and no control characters",
    applies: (input: Json) => isText(input, /[/\\\p{Cc}]/u),
  })),
];

/** The reason for which pkm answers otherwise for this input, if there is one. */
export function knownDifference(family: string, input: Json): string | undefined {
  return known.find((each) => each.family === family && each.applies(input))?.reason;
}
