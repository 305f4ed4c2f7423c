import { busyForSeconds } from "#base/busy-code";
/** Header lines of a metadata file, and what follows them. */
export type Headers = {
  /** Name as written; value without leading blanks, its continuation lines still folded. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  /** A last line that looks like the envelope of a mailbox: Python counts it to the body. */
  readonly envelope: string;
  readonly bodyStart: number;
};

/** Everything after the headers and the empty line. */
export function bodyOf(text: string, { envelope, bodyStart }: Headers): string {
  return envelope + text.slice(bodyStart);
}

/**
 * Splits headers from body by the rules of Python's `email.feedparser` (policy compat32), against which every
 * producer was tested: the first line that is neither `Name: value` nor a continuation ends the headers, and
 * belongs to the body unless it is empty.
 */
export function readHeaders(text: string): Headers {
  const fields: [name: string, value: string][] = [];
  const hasReturns = text.includes("\r");
  let current: [name: string, value: string] | undefined;
  let at = 0;
  let envelope = "";
  while (at < text.length) {
    const end = lineEnd(text, at, hasReturns);
    const first = text.charCodeAt(at);
    if (first === space || first === tab) {
      // A continuation with nothing before it to continue is dropped.
      if (current !== undefined) current[1] += text.slice(at, end);
      envelope = "";
    } else {
      const colon = colonAt(text, at, end);
      if (colon === -1) {
        if (!text.startsWith("From ", at)) break;
        // The envelope line of a mailbox: ignored, unless it is the last one, which is the body's.
        if (at > 0) envelope = text.slice(at, end);
        current = undefined;
      } else {
        // A line that begins with the colon has no name, and is lost.
        current =
          colon === at
            ? undefined
            : [text.slice(at, colon), text.slice(skipBlanks(text, colon + 1), end)];
        if (current !== undefined) fields.push(current);
        envelope = "";
      }
    }
    at = end;
  }
  for (const field of fields) field[1] = withoutLineEnd(field[1]);
  return { fields, envelope, bodyStart: skipEmptyLine(text, at) };
}

/** A folded value as one line: each line break with the blanks around it becomes a single space. */
export function unfolded(value: string): string {
  if (!value.includes("\n") && !value.includes("\r")) return value.trim();
  return value.replaceAll(/[ \t]*[\r\n]+[ \t]*/g, " ").trim();
}

const space = 0x20;
const tab = 0x09;
const newline = 0x0a;
const carriageReturn = 0x0d;
const colonCode = 0x3a;

/** Behind the line that begins at `start`; a lone carriage return ends a line as well. */
function lineEnd(text: string, start: number, hasReturns: boolean): number {
  const feed = text.indexOf("\n", start);
  const end = feed === -1 ? text.length : feed + 1;
  if (!hasReturns) return end;
  const back = text.indexOf("\r", start);
  if (back === -1 || back >= end) return end;
  return text.charCodeAt(back + 1) === newline ? back + 2 : back + 1;
}

/** The colon that ends a header's name, or -1: names are printable ASCII without blanks. */
function colonAt(text: string, start: number, end: number): number {
  const colon = text.indexOf(":", start);
  if (colon === -1 || colon >= end) return -1;
  const name = text.slice(start, colon);
  if (knownNames.has(name)) return colon;
  if (validateName(text, start, end) !== colon) return -1;
  if (knownNames.size < mostKnownNames) knownNames.add(name);
  return colon;
}

/** Few names make up all metadata; looking one up costs less than reading it. */
const knownNames = new Set<string>();
const mostKnownNames = 200;

function validateName(text: string, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code === colonCode) return i;
    if (code <= space || code > 0x7e) return -1;
  }
  return -1;
}

function skipBlanks(text: string, start: number): number {
  let at = start;
  while (text.charCodeAt(at) === space || text.charCodeAt(at) === tab) at++;
  return at;
}

function skipEmptyLine(text: string, at: number): number {
  const code = text.charCodeAt(at);
  if (code === newline) return at + 1;
  if (code !== carriageReturn) return at;
  return text.charCodeAt(at + 1) === newline ? at + 2 : at + 1;
}

function withoutLineEnd(value: string): string {
  let end = value.length;
  while (end > 0) {
    const code = value.charCodeAt(end - 1);
    if (code !== newline && code !== carriageReturn) break;
    end--;
  }
  return end === value.length ? value : value.slice(0, end);
}

busyForSeconds(colonAt, withoutLineEnd);
