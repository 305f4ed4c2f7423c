import type { Edit, Fix, SimilarNames } from "#resolver/fixes";
import { formatRequirement, type Requirement } from "#standards/requirement";
import { commandText, type Remedy } from "./failed-command.ts";

/** A fix in words, and what a person does for it. */
export type ToldFix = Remedy & {
  /** Without capital and full stop: "ask for `numpy` instead of `numpy>=2.1`, which gives numpy 1.26.4". */
  readonly summary: string;
};

/** What a name that nobody knows may have been meant for. */
export function similarText({ name, existing }: SimilarNames): string {
  const others = existing.map((other) => `\`${other}\``).join(" or ");
  return `did you mean ${others} instead of \`${name}\`?`;
}

export function tellFix({ edits, chosen }: Fix, remedy: Remedy): ToldFix {
  const pins = new Set(
    edits.flatMap((edit) => (edit.kind === "requirement" ? pinOf(edit.to) : [])),
  );
  const gives = chosen
    .filter(({ name, version }) => !pins.has(`${name}==${version.text}`))
    .map(({ name, version }) => `${name} ${version.text}`);
  const what = list(edits.map((edit) => editText(edit, remedy)));
  const summary = gives.length === 0 ? what : `${what}, which gives ${list(gives)}`;
  return { ...remedy, summary };
}

/** `name==1.0` of a requirement that leaves no choice. */
function pinOf(requirement: Requirement | undefined): string[] {
  const [only, ...more] = requirement?.specifier.specifiers ?? [];
  const isPin = more.length === 0 && only?.operator === "==";
  return requirement === undefined || !isPin ? [] : [`${requirement.name}==${only.version}`];
}

/** A fix as lines: what it is, and the commands where typing them is all there is to do. */
export function fixLines({ summary, files, commands }: ToldFix): string[] {
  return files.length > 0 && commands.length === 1
    ? [summary]
    : [summary, commands.map(commandText).join(" && ")];
}

function editText(edit: Edit, { files, commands }: Remedy): string {
  switch (edit.kind) {
    case "requirement": {
      const from = `\`${formatRequirement(edit.asked.requirement)}\``;
      const to = edit.to === undefined ? undefined : `\`${formatRequirement(edit.to)}\``;
      const place = files.find((file) => `\`${file.from}\`` === from);
      if (place === undefined)
        return to === undefined ? `leave out ${from}` : `ask for ${to} instead of ${from}`;
      const where = place.line === undefined ? place.file : `${place.file}, line ${place.line}`;
      return to === undefined
        ? `in ${where}, leave out ${from}`
        : `in ${where}, write ${to} instead of ${from}`;
    }
    case "python":
      return commands.length > 1
        ? `make an environment with Python ${edit.version}`
        : `resolve for Python ${edit.version}`;
    case "prereleases":
      return `allow pre-releases of ${list(edit.names.map((name) => `\`${name}\``))}`;
    case "date-limit":
      return edit.limit === undefined
        ? "set no date limit"
        : `move the date limit to ${new Date(edit.limit - 86_400_000).toISOString().slice(0, 10)}`;
    case "formats":
      return "allow wheels and sdists alike";
  }
}

function list(words: readonly string[]): string {
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
