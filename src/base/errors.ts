/** Exit codes of `pkm`; see `docs/errors/README.md`. Inside `pkm pip` those of pip (0, 1, 2) hold. */
export const exit = {
  done: 0,
  failure: 1,
  usage: 2,
  noSolution: 3,
  refused: 4,
  wouldChange: 5,
  /** pip's, for a search that finds nothing. */
  noMatches: 23,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];

export type PkmErrorDetails = {
  /** Kebab-case, never changes its meaning; `docs/errors/<code>.md` explains it. */
  readonly code: string;
  /** The act that failed, capitalised, without a final full stop: "Cannot read pyproject.toml: [project] has no name". */
  readonly what: string;
  /** State before wish: "found 3.8, needs >=3.10". */
  readonly why?: string;
  /** Commands that can be pasted, or one short instruction each. */
  readonly fix?: readonly string[];
  /** Text with a caret under the place, as {@link caret} draws it. */
  readonly excerpt?: string;
  readonly exit?: ExitCode;
  readonly cause?: unknown;
};

/** Something a person has to deal with. Each room keeps its own in `errors.ts`, one function per code. */
export class PkmError extends Error {
  readonly code: string;
  readonly what: string;
  readonly why: string | undefined;
  readonly fix: readonly string[];
  readonly excerpt: string | undefined;
  readonly exit: ExitCode;

  constructor(details: PkmErrorDetails) {
    super(details.what, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "PkmError";
    this.code = details.code;
    this.what = details.what;
    this.why = details.why;
    this.fix = details.fix ?? [];
    this.excerpt = details.excerpt;
    this.exit = details.exit ?? exit.failure;
  }
}

/** The errno name (`ENOSPC`, `EACCES`, …) of a failed system call, or `undefined` for any other error. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  const { code } = error;
  return typeof code === "string" && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
