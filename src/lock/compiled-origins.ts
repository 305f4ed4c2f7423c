import type { NormalizedName } from "#standards/name";
import { tryParseRequirement } from "#standards/requirement";

/** What the notes of a compiled file tell. */
export type CompiledOrigins = {
  /** Who asked for a name from outside, as noted: `-r requirements.in`, `app (pyproject.toml)`, `--group test`. */
  readonly asked: ReadonlyMap<NormalizedName, readonly string[]>;
  /** Requirements files and projects among them, each once. */
  readonly requirementFiles: readonly string[];
  readonly constraintFiles: readonly string[];
};

/** Reads `# via` of a compiled file, in the forms of pip-compile, uv and pkm. A file without notes tells nothing. */
export function readOrigins(text: string): CompiledOrigins {
  const asked = new Map<NormalizedName, string[]>();
  const requirementFiles = new Set<string>();
  const constraintFiles = new Set<string>();
  let name: NormalizedName | undefined;
  let isVia = false;
  const note = (origin: string): void => {
    const [, option, file] = /^-([rc]) (.+)$/.exec(origin) ?? [];
    const project = /\((.*pyproject\.toml)\)$/.exec(origin)?.[1];
    if (option === "c" && file !== undefined) constraintFiles.add(file);
    if (option === "r" && file !== undefined) requirementFiles.add(file);
    if (project !== undefined) requirementFiles.add(project);
    const isOutside = option === "r" || project !== undefined || origin.startsWith("--group ");
    if (name === undefined || !isOutside) return;
    asked.set(name, [...(asked.get(name) ?? []), origin]);
  };
  for (const line of text.split("\n")) {
    const [, indented, comment] = /^(\s*)#\s*(.*?)\s*$/.exec(line) ?? [];
    if (comment === undefined) {
      const [pin = "", ...rest] = line.split(/\s+#\s*/);
      const requirement = tryParseRequirement(pin.replace(/\s*(\\|--hash=.*)$/, "").trim());
      if (requirement !== undefined) name = requirement.name;
      isVia = false;
      const via = rest.join(" # ").replace(/^via\s+/, "");
      if (rest.length > 0 && rest[0]?.startsWith("via ") === true) via.split(", ").forEach(note);
      continue;
    }
    if (indented === "") continue;
    if (comment === "via") isVia = true;
    else if (comment.startsWith("via ")) {
      comment.slice(4).split(", ").forEach(note);
      isVia = false;
    } else if (isVia) note(comment);
  }
  return { asked, requirementFiles: [...requirementFiles], constraintFiles: [...constraintFiles] };
}
