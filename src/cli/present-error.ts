import { type ExitCode, errnoOf, exit, PkmError } from "#base/errors";
import type { Output } from "./output.ts";

/** Prints what failed, why, and what to do; answers the exit code. Bugs are shown with their stack. */
export function presentError(error: unknown, output: Output): ExitCode {
  const { style } = output;
  if (error instanceof PkmError) {
    const lines = [`${style.red("error:")} ${error.what} ${style.dim(`[${error.code}]`)}`];
    if (error.excerpt !== undefined) lines.push(error.excerpt);
    if (error.why !== undefined) lines.push(...labelled("why:", error.why));
    for (const hint of error.fix) lines.push(...labelled("hint:", hint, style.cyan));
    output.error(lines.join("\n"));
    return error.exit;
  }
  const code = errnoOf(error);
  if (code !== undefined && error instanceof Error) {
    // A system call that no room gave a name of its own: still no stack trace for a full disk.
    const path = "path" in error && typeof error.path === "string" ? ` \`${error.path}\`` : "";
    output.error(
      `${style.red("error:")} ${systemFailures[code] ?? "The operating system refused an operation"}${path}` +
        ` ${style.dim(`[system-${code.toLowerCase()}]`)}\n  why: ${error.message}`,
    );
    return exit.failure;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  output.error(
    `${style.red("error:")} pkm has a bug ${style.dim("[bug]")}\n${stack}\n` +
      `${labelled("hint:", "please report it with the text above").join("\n")}`,
  );
  return exit.failure;
}

const systemFailures: Readonly<Record<string, string>> = {
  ENOSPC: "The disk is full: cannot write",
  EDQUOT: "The disk quota is used up: cannot write",
  EACCES: "Permission denied:",
  EPERM: "Operation not permitted:",
  EROFS: "The file system is read-only: cannot write",
  ENOENT: "There is no file or folder",
  ENOTDIR: "Not a folder:",
  EISDIR: "Is a folder, expected a file:",
  EMFILE: "Too many files are open; raise the limit with `ulimit -n`:",
  EIO: "The disk reported an error on",
};

function labelled(
  label: string,
  text: string,
  mark: (label: string) => string = (plain) => plain,
): string[] {
  const [first = "", ...rest] = text.split("\n");
  const indent = " ".repeat(label.length + 3);
  return [`  ${mark(label)} ${first}`, ...rest.map((line) => indent + line)];
}
