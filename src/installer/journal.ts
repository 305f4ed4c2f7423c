import type { Files } from "#platform/ports";
import { journalAstray, journalTooNew } from "./errors.ts";
import { isOwn, type Places, type TransactionPlaces } from "./places.ts";
import { isInside } from "./record-paths.ts";
import { journalName } from "./unfinished.ts";

/**
 * One touch of the environment. Each can be undone from what lies on the disk alone, however far it came, and
 * undoing twice is harmless: so the journal is written once, before the first, and never again.
 */
export type Step =
  /** A folder that several distributions share is made. */
  | { readonly kind: "folder"; readonly path: string }
  /** Something new goes where nothing was. */
  | { readonly kind: "place"; readonly from: string; readonly to: string }
  /** Something old is moved aside. */
  | { readonly kind: "take"; readonly path: string; readonly aside: string }
  /** Both at once: old aside, new in its place. */
  | {
      readonly kind: "replace";
      readonly from: string;
      readonly to: string;
      readonly aside: string;
      /** Inode of what stood at `to`, and of what comes: after an exchange they tell which is which. */
      readonly was: number;
      readonly becomes: number;
    };

const format = 1;

/** The journal of an open transaction: present from before the first step until the commit, or the last undo. */
export function journalPath(places: Pick<Places, "transaction">): string {
  return `${places.transaction}/${journalName}`;
}

/** The journal under this name says that every step has been made. */
export function committedPath(places: Pick<Places, "transaction">): string {
  return `${places.transaction}/committed`;
}

/** Writes down what is about to happen and returns when it is on the disk. */
export function writeJournal(
  steps: readonly Step[],
  places: TransactionPlaces,
  files: Pick<Files, "write">,
): void {
  const near = shortener(places.root);
  const rows = steps.map((step) => {
    switch (step.kind) {
      case "folder":
        return [step.kind, near(step.path)];
      case "place":
        return [step.kind, near(step.from), near(step.to)];
      case "take":
        return [step.kind, near(step.path), near(step.aside)];
      case "replace": {
        const { from, to, aside, was, becomes } = step;
        return [step.kind, near(from), near(to), near(aside), was, becomes];
      }
      default:
        return step satisfies never;
    }
  });
  // One JSON value: a text cut off anywhere does not parse, and then no step had been made.
  files.write(journalPath(places), JSON.stringify({ format, steps: rows }), { durable: true });
}

/**
 * The steps of an unfinished transaction; `undefined` when it had not come to the first. Paths outside of the
 * environment are refused: a folder from a stranger must not make pkm move other things.
 */
export function readJournal(
  places: Places,
  files: Pick<Files, "tryReadText">,
): readonly Step[] | undefined {
  const text = files.tryReadText(journalPath(places));
  const journal = text === undefined ? undefined : tryJson(text);
  if (typeof journal !== "object" || journal === null || !("format" in journal)) return undefined;
  if (journal.format !== format || !("steps" in journal) || !Array.isArray(journal.steps))
    throw journalTooNew(places.root);
  return journal.steps.map((row: unknown) => readStep(row, places));
}

function readStep(row: unknown, places: Places): Step {
  if (!Array.isArray(row)) throw journalTooNew(places.root);
  const [kind, ...values] = row as unknown[];
  const own = (position: number): string => {
    const path = fullPath(values[position], places);
    if (isOwn(places, path) && !isInside(path, places.transaction)) return path;
    throw journalAstray(places.root, path);
  };
  const staged = (position: number): string => {
    const path = fullPath(values[position], places);
    if (isInside(path, places.transaction)) return path;
    throw journalAstray(places.root, path);
  };
  switch (kind) {
    case "folder":
      return { kind, path: own(0) };
    case "place":
      return { kind, from: staged(0), to: own(1) };
    case "take":
      return { kind, path: own(0), aside: staged(1) };
    case "replace": {
      const [was, becomes] = values.slice(3).map(Number);
      return {
        kind,
        from: staged(0),
        to: own(1),
        aside: staged(2),
        was: was ?? 0,
        becomes: becomes ?? 0,
      };
    }
    default:
      throw journalTooNew(places.root);
  }
}

function fullPath(value: unknown, places: Places): string {
  if (typeof value !== "string" || value === "") throw journalTooNew(places.root);
  const path =
    value.startsWith("/") || /^[A-Za-z]:\//.test(value) ? value : `${places.root}/${value}`;
  if (`${path}/`.includes("/../")) throw journalAstray(places.root, path);
  return path;
}

/** Relative where possible, so that an environment moved after a crash can still be repaired. */
function shortener(root: string): (path: string) => string {
  return (path) => (isInside(path, root) ? path.slice(root.length + 1) : path);
}

function tryJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
