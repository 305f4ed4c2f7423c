import { type ExitCode, exit } from "#base/errors";
import { absolute } from "#cli/cache-folder";
import { defineCommand } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { fetchFiles } from "#provision/fetch-files";
import { pipDefaults } from "./_pip-configuration.ts";
import { type ResolvingChoices, withResolved } from "./_resolved.ts";
import { resolvingOptions } from "./resolving-options.ts";

// pip does not take editables here: there would be nothing to put into the folder.
const { editable: _, ...others } = resolvingOptions;

const options = {
  dest: {
    help: "Folder that receives the files; the current one when left out",
    value: "DIR",
    short: "d",
    aliases: ["destination-dir", "destination-directory"],
  },
  ...others,
} as const;

export const download = defineCommand({
  examples: [
    "pkm pip download requests -d wheels",
    "pkm pip download -r requirements.txt --platform win_amd64 --python-version 3.12",
  ],
  arguments: {
    requirements: { help: "What to fetch, with its dependencies", optional: true, many: true },
  },
  options,
  defaults: pipDefaults("download", options),
  async run({ dest, ...chosen }, { requirements }, invocation) {
    // Metadata is enough to answer; an sdist is fetched as a file, whoever builds it.
    return saveFiles({ ...chosen, editable: [] }, requirements, dest, "compile", invocation);
  },
});

/** What `pip download` and `pip wheel` share: the files of an answer in a folder, told in pip's words. */
export async function saveFiles(
  chosen: ResolvingChoices,
  words: readonly string[],
  folder: string | undefined,
  purpose: "compile" | "install",
  invocation: Invocation,
): Promise<ExitCode> {
  const { world, output } = invocation;
  const { cwd } = world.host;
  const tell = (line: string): void => {
    if (output.quiet === 0) output.data(`${line}\n`);
  };
  return withResolved(chosen, { words, purpose }, invocation, async (answer) => {
    const wishes = { built: purpose === "install", restsOnMetadata: !chosen["no-deps"] };
    const { packages, world: fetching } = answer;
    const fetched = await fetchFiles(packages, absolute(folder ?? ".", cwd), wishes, fetching);
    for (const { package: found, path, wasThere } of fetched)
      if (path === undefined) output.say(`${found.name} is not copied: it is a folder already`);
      else tell(wasThere ? `File was already downloaded ${path}` : `Saved ${shownPath(path, cwd)}`);
    if (purpose === "compile" && fetched.length > 0)
      tell(`Successfully downloaded ${fetched.map(({ package: { name } }) => name).join(" ")}`);
    return exit.done;
  });
}

/** As pip shows what lies in the current folder or below. */
function shownPath(path: string, cwd: string): string {
  return path.startsWith(`${cwd}/`) ? `./${path.slice(cwd.length + 1)}` : path;
}
