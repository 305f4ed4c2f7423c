import { archiveUnsafe } from "./errors.ts";
import { unsafeName } from "./member-path.ts";
import { utf8Flag } from "./zip-fields.ts";

/*
 * The names of a directory, read all at once: each by itself is decoded and tested in a fraction of a microsecond, which
 * twenty thousand of them make felt.
 */

/**
 * Takes names of ASCII letters apart that have line feeds before, between and behind them; `undefined` when there is
 * anything in them or in their number that has to be looked at name by name.
 */
export function plainNames(
  joined: Uint8Array,
  count: number,
  longest: number,
): readonly string[] | undefined {
  if (longest > mostLetters) return undefined;
  const text = new TextDecoder().decode(joined);
  if (text.length !== joined.length || unusual.test(text) || astray.test(text)) return undefined;
  const names = text.slice(1, -1).split("\n");
  return names.length === count ? names : undefined;
}

/** Fewer than names may have: longer ones are for the one who knows how many those are. */
const mostLetters = 1000;

/** Control characters, backslashes, colons, and what is not ASCII. */
const unusual = /[^\n -9;-[\]-~]/;
/** Parts that are empty, `.` or `..`, except behind the slash at the end. */
const astray = /[\n/](?:\/|\.\.?[\n/])|\n\n/;

/** The name of one member as it is spelled, if its rules allow it. */
export function memberName(bytes: Uint8Array, flags: number, archive: string): string {
  let spelled: string;
  try {
    spelled = utf8.decode(bytes);
  } catch {
    throw archiveUnsafe(archive, "a member's name is not UTF-8", "names are UTF-8");
  }
  // Without the flag the bytes are code page 437 to some readers and UTF-8 to others.
  if ((flags & utf8Flag) === 0 && spelled.length !== bytes.length)
    throw archiveUnsafe(
      archive,
      `the name of \`${spelled}\` does not say that it is UTF-8`,
      "every reader has to see the same names",
    );
  const rule = unsafeName(spelled);
  if (rule !== undefined)
    throw archiveUnsafe(archive, `it has a member ${JSON.stringify(spelled)}`, rule);
  return spelled;
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
