import { PkmError } from "#base/errors";

/** A text that is no TOML. The parser's own words say why. */
export function tomlSyntax(
  filename: string,
  why: string,
  place: { readonly line: number; readonly excerpt: string } | undefined,
  cause: unknown,
): PkmError {
  return new PkmError({
    code: "toml-syntax",
    what: `Cannot read ${filename}${place === undefined ? "" : ` (line ${place.line})`}: it is not valid TOML`,
    why,
    excerpt: place?.excerpt,
    cause,
  });
}
