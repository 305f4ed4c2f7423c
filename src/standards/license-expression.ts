import { spdxExceptions, spdxLicenses } from "./_spdx-identifiers.ts";

/** A License-Expression in the spelling of the SPDX list, or what is wrong with the text. */
export type LicenseExpression =
  | { readonly kind: "valid"; readonly text: string }
  | { readonly kind: "invalid"; readonly why: string };

/**
 * Reads a licence expression (PEP 639): identifiers of the SPDX list or `LicenseRef-…`, `+`, parentheses, and
 * `AND`, `OR`, `WITH` in any letter case. The answer has the spelling of the list and upper-case operators.
 */
export function parseLicenseExpression(text: string): LicenseExpression {
  const tokens = text
    .replaceAll("(", " ( ")
    .replaceAll(")", " ) ")
    .split(/\s+/)
    .filter((token) => token !== "");
  if (tokens.length === 0) return invalid("it is empty");
  const words: string[] = [];
  let depth = 0;
  // Whether a licence is due, or an operator; after WITH an exception is.
  let due: "licence" | "operator" | "exception" = "licence";
  let mayHaveException = false;
  for (const token of tokens) {
    const lower = token.toLowerCase();
    const isOperator = lower === "and" || lower === "or" || lower === "with";
    if (due === "exception") {
      const exception = exceptions().get(lower);
      if (exception === undefined) return invalid(`\`${token}\` is no exception of the SPDX list`);
      words.push(exception);
      due = "operator";
    } else if (due === "licence") {
      if (token === "(") {
        depth++;
        words.push(token);
        continue;
      }
      if (isOperator || token === ")") return invalid(`a licence has to stand before \`${token}\``);
      const licence = spelling(token);
      if (licence === undefined) return invalid(`\`${token}\` is no identifier of the SPDX list`);
      words.push(licence);
      due = "operator";
      mayHaveException = true;
      continue;
    } else if (token === ")") {
      if (depth-- === 0) return invalid("a parenthesis closes nothing");
      words.push(token);
    } else if (isOperator) {
      if (lower === "with" && !mayHaveException) return invalid("`WITH` has to follow a licence");
      words.push(lower.toUpperCase());
      due = lower === "with" ? "exception" : "licence";
    } else return invalid(`an operator has to stand before \`${token}\``);
    mayHaveException = false;
  }
  if (due !== "operator") return invalid("it ends where a licence should follow");
  if (depth > 0) return invalid("a parenthesis is never closed");
  return { kind: "valid", text: words.join(" ").replaceAll("( ", "(").replaceAll(" )", ")") };
}

function invalid(why: string): LicenseExpression {
  return { kind: "invalid", why };
}

const referencePrefix = "licenseref-";

function spelling(token: string): string | undefined {
  const lower = token.toLowerCase();
  if (lower.startsWith(referencePrefix)) {
    const name = token.slice(referencePrefix.length);
    return /^[A-Za-z0-9.-]+$/.test(name) ? `LicenseRef-${name}` : undefined;
  }
  const plus = lower.endsWith("+");
  const licence = licences().get(plus ? lower.slice(0, -1) : lower);
  return licence === undefined || !plus ? licence : `${licence}+`;
}

const licences = onceByLowerCase(spdxLicenses);
const exceptions = onceByLowerCase(spdxExceptions);

/** The table is made when it is first asked for: most runs never judge a licence. */
function onceByLowerCase(names: readonly string[]): () => ReadonlyMap<string, string> {
  let table: ReadonlyMap<string, string> | undefined;
  return () => (table ??= new Map(names.map((name) => [name.toLowerCase(), name])));
}
