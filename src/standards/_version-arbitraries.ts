import fc from "fast-check";

const number = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 3 }).map(String) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 200 }).map(String) },
  { weight: 1, arbitrary: fc.bigInt({ min: 0n, max: 10n ** 64n }).map(String) },
);

const optional = (arbitrary: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.option(arbitrary, { nil: "", freq: 2 });

const labelled = (...words: string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom("", ".", "-", "_"),
      fc.constantFrom(...words),
      fc.constantFrom("", "."),
      number,
    )
    .map((parts) => parts.join(""));

const local = fc
  .array(fc.constantFrom("a", "abc", "0a", "1", "01", "12", "Ubuntu", "100000000000000000000"), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((segments) =>
    fc.constantFrom(".", "-", "_").map((separator) => `+${segments.join(separator)}`),
  );

/** Versions for properties, in any spelling; close to each other more often than not. */
export const anyVersionText: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("", "", "", "", "1!", "0!"),
    fc.array(number, { minLength: 1, maxLength: 4 }).map((release) => release.join(".")),
    optional(labelled("a", "b", "rc", "alpha", "c", "preview")),
    optional(labelled("post", "rev", "r")),
    optional(labelled("dev")),
    fc.option(local, { nil: "", freq: 1 }),
  )
  .map((parts) => parts.join(""));

/** Like {@link anyVersionText}, without local part. */
export const publicVersionText: fc.Arbitrary<string> = anyVersionText.map(
  (text) => text.split("+")[0] as string,
);

/** One specifier that is valid. */
export const specifierText: fc.Arbitrary<string> = fc.oneof(
  fc
    .tuple(fc.constantFrom("==", "!=", "<=", ">=", "<", ">"), publicVersionText)
    .map((parts) => parts.join("")),
  fc.tuple(fc.constantFrom("==", "!="), anyVersionText).map((parts) => parts.join("")),
  fc
    .tuple(fc.constantFrom("==", "!="), fc.array(number, { minLength: 1, maxLength: 3 }))
    .map(([operator, release]) => `${operator}${release.join(".")}.*`),
  fc.array(number, { minLength: 2, maxLength: 3 }).map((release) => `~=${release.join(".")}`),
);
