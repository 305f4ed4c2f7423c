import { shellWord } from "#base/text";
import { withoutCredentials } from "#base/url";
import type { OptionTable } from "#cli/command";
import { pythonRepr } from "#cli/facades/pip/_python-repr";

/** Options that bear on one run and not on the file. */
const passing: ReadonlySet<string> = new Set([
  "dry-run",
  "rebuild",
  "upgrade",
  "no-upgrade",
  "upgrade-package",
  "reuse-hashes",
  "no-reuse-hashes",
  "no-config",
  "config",
  "python",
  "version",
  "color",
]);

/** Options that say what holds anyway. */
const defaults: ReadonlySet<string> = new Set([
  "header",
  "emit-trusted-host",
  "annotate",
  "no-allow-unsafe",
  "build-isolation",
  "emit-find-links",
  "emit-index-url",
  "emit-options",
]);

/** pip-tools spells these two in capitals, however they were typed. */
const newlines: Readonly<Record<string, string>> = { lf: "LF", crlf: "CRLF" };

const usual: Readonly<Record<string, string>> = {
  "annotation-style": "split",
  newline: "preserve",
  resolver: "backtracking",
  "max-rounds": "10",
};

/**
 * The command that makes the file again, as pip-compile writes it: long options sorted, values behind `=`, nothing
 * that is so anyway, sources at the end.
 */
export function compileCommandLine(
  chosen: object,
  table: OptionTable,
  sources: readonly string[],
): string {
  const values = chosen as Readonly<Record<string, unknown>>;
  const words: string[] = [];
  for (const [option, { value: placeholder }] of Object.entries(table)) {
    if (passing.has(option) || defaults.has(option)) continue;
    const given = values[option];
    if (placeholder === undefined) {
      if (given === true) words.push(`--${option}`);
      continue;
    }
    for (const each of Array.isArray(given) ? (given as string[]) : [given]) {
      if (typeof each !== "string" || usual[option] === each) continue;
      const shown =
        option === "pip-args"
          ? pythonRepr(each)
          : shellWord(withoutCredentials(option === "newline" ? (newlines[each] ?? each) : each));
      words.push(`--${option}=${shown}`);
    }
  }
  return ["pip-compile", ...words.sort(), ...sources.map(shellWord).sort()].join(" ");
}
