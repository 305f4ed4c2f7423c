import { isTerminal, writeStream } from "#platform/real/streams";

/** Where a command prints: data to stdout, talk to stderr. */
export type Output = {
  /** Data, as it is; the caller ends its lines. */
  readonly data: (text: string) => void;
  /** Talk, one or more lines without the final newline; silent under `-q`. */
  readonly say: (text: string) => void;
  /** Shown under `-v` only. */
  readonly detail: (text: string) => void;
  /** A warning, shown under `-q` too, but not under `-qq`. */
  readonly warn: (text: string) => void;
  /** An error's text; always shown. */
  readonly error: (text: string) => void;
  readonly style: Style;
  /** Messages go to a terminal: progress may be drawn. */
  readonly interactive: boolean;
  readonly quiet: number;
};

/** Marks up text for stderr; the identity where colour is off. */
export type Style = {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
};

export type OutputOptions = {
  readonly quiet: number;
  readonly verbose: number;
  readonly color: "auto" | "always" | "never";
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Where texts go; the process's own streams when left out. */
  readonly write?: (stream: 1 | 2, text: string) => void;
};

export function openOutput(options: OutputOptions): Output {
  const { quiet, verbose, write = writeStream } = options;
  // Asked for by the first who wants to know: the answer takes longer than many a command.
  let isWatched: boolean | undefined;
  const terminal = (): boolean => (isWatched ??= isTerminal(2));
  let chosen: Style | undefined;
  const style = (): Style => (chosen ??= styleFor(wantsColor(options, terminal)));
  const toErr = (text: string): void => write(2, `${text}\n`);
  const nothing = (): void => {};
  return {
    data: (text) => write(1, text),
    say: quiet > 0 ? nothing : toErr,
    detail: verbose > 0 ? toErr : nothing,
    warn: quiet > 1 ? nothing : (text) => toErr(`${style().yellow("warning:")} ${text}`),
    error: toErr,
    get style() {
      return style();
    },
    get interactive() {
      return quiet === 0 && options.env.TERM !== "dumb" && terminal();
    },
    quiet,
  };
}

/** `--color` first, then NO_COLOR and FORCE_COLOR, then whether somebody is watching. */
function wantsColor(options: OutputOptions, terminal: () => boolean): boolean {
  if (options.color !== "auto") return options.color === "always";
  if ((options.env.NO_COLOR ?? "") !== "") return false;
  if ((options.env.FORCE_COLOR ?? "") !== "") return true;
  return terminal() && options.env.TERM !== "dumb";
}

/** Text as it is. */
export function withoutStyle(): Style {
  return styleFor(false);
}

function styleFor(color: boolean): Style {
  const mark =
    (open: number, close: number) =>
    (text: string): string =>
      color ? `\u001B[${open}m${text}\u001B[${close}m` : text;
  return {
    bold: mark(1, 22),
    dim: mark(2, 22),
    red: mark(31, 39),
    green: mark(32, 39),
    yellow: mark(33, 39),
    cyan: mark(36, 39),
  };
}
