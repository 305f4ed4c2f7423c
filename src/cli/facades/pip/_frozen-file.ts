import { absolute } from "#cli/cache-folder";
import type { Invocation } from "#cli/invocation";
import type { NormalizedName } from "#standards/name";
import {
  parseEditableWord,
  parseRequirementWord,
  type PathProbe,
} from "#standards/requirement-word";
import { fileMissing } from "./_errors.ts";
import type { Frozen } from "./freeze.ts";

/** Lines that are kept as they are: they install nothing themselves. */
const kept = [
  "-r",
  "--requirement",
  "-f",
  "--find-links",
  "-i",
  "--index-url",
  "--pre",
  "--trusted-host",
  "--process-dependency-links",
  "--extra-index-url",
  "--use-feature",
];

/**
 * The lines of requirements files with what is installed in the place of what they ask for; comments and options
 * stay, each option once. What was printed is taken out of `frozen`.
 */
export async function inOrderOfFiles(
  paths: readonly string[],
  frozen: Map<NormalizedName, Frozen>,
  invocation: Invocation,
): Promise<string> {
  const { world, output } = invocation;
  const printed = new Set<string>();
  const places = new Map<NormalizedName, string[]>();
  let text = "";
  for (const path of paths) {
    const content = world.files.tryReadText(absolute(path, world.host.cwd));
    if (content === undefined) throw fileMissing(path, invocation.name);
    for (const raw of content.replace(/\n$/, "").split("\n")) {
      const line = raw.trimEnd();
      if (
        line === "" ||
        line.trimStart().startsWith("#") ||
        kept.some((start) => line.startsWith(start))
      ) {
        if (!printed.has(line)) text += `${line}\n`;
        printed.add(line);
        continue;
      }
      const name = nameIn(line, invocation);
      if (name === undefined) {
        output.say(
          `\`${path}\`: passing over \`${line}\`, which does not say what it would install`,
        );
        continue;
      }
      const seen = places.get(name) ?? [];
      places.set(name, seen);
      const found = frozen.get(name);
      if (found !== undefined) {
        text += found.text;
        frozen.delete(name);
        seen.push(path);
      } else if (seen.length > 0) seen.push(path);
      else output.warn(`\`${path}\` asks for \`${withoutComment(line)}\`, which is not installed`);
    }
  }
  for (const [name, seen] of places)
    if (seen.length > 1)
      output.warn(
        `${name} is asked for more than once, in ${[...new Set(seen)].sort().join(", ")}`,
      );
  return text;
}

/** The project that a line asks for; `undefined` where only opening it could tell. */
function nameIn(line: string, { world }: Invocation): NormalizedName | undefined {
  const { files, host } = world;
  const probe: PathProbe = {
    cwd: host.cwd,
    kindOf: (path) => {
      const kind = files.tryStat(path)?.kind;
      return kind === "file" || kind === "folder" ? kind : undefined;
    },
  };
  const editable = /^(?:-e|--editable)[ \t=]*(.*)$/.exec(line)?.[1];
  const word =
    editable === undefined
      ? parseRequirementWord(withoutComment(line).replace(/\s+--.*$/, ""), probe)
      : parseEditableWord(withoutComment(editable), probe);
  return word.kind === "named" ? word.requirement.name : word.name;
}

function withoutComment(line: string): string {
  return line.replace(/(?:^|\s+)#.*$/, "").trim();
}
