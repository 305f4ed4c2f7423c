import { caret } from "#base/text";
import { tomlSyntax } from "./errors.ts";

/**
 * Decodes TOML 1.1. Date-times come as `Temporal` values, integers beyond 2^53 are refused. What is not TOML is a
 * `PkmError` with line and caret.
 *
 * Bun's own reader does the work because it costs nothing to load; it does not say where a text is wrong, so a
 * second reader is fetched for that alone (`docs/decisions/0003-toml-reader.md`).
 */
export function parseToml(text: string, filename: string): unknown {
  try {
    return Bun.TOML.parse(text);
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    throw tomlSyntax(filename, reasonOf(cause), placeOf(text), cause);
  }
}

// "TOML Parse error: Missing value after '='" is a sentence of its own; ours goes on from "it is not valid TOML".
function reasonOf(cause: Error): string {
  const message = cause.message.replace(/^TOML Parse error: /, "");
  return message.slice(0, 1).toLowerCase() + message.slice(1);
}

/** `undefined` when the second reader finds nothing wrong, as it does with the 30th of February. */
function placeOf(text: string): { readonly line: number; readonly excerpt: string } | undefined {
  const { parse, TomlError } = require("smol-toml") as typeof import("smol-toml");
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const lines = text.split("\n");
    const line = (lines[error.line - 1] ?? "").replace(/\r$/, "");
    return { line: error.line, excerpt: caret(line, Math.min(error.column - 1, line.length)) };
  }
  return undefined;
}
