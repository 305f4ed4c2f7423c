import { errnoOf } from "#base/errors";
import type { Invocation } from "#cli/invocation";
import type { InstalledDistribution } from "#environment/environment";
import { withoutSecrets } from "#standards/direct-url";
import { pinnedVersion } from "./_reading.ts";

/**
 * The lines for an editable installation: its repository and revision where git knows them, else its folder, with a
 * comment that says why, in pip's words.
 */
export async function editableLines(
  { displayName, version }: InstalledDistribution,
  folder: string,
  invocation: Invocation,
): Promise<string> {
  const shown = displayName + (await pinnedVersion(version));
  const repository = repositoryAround(folder, invocation);
  if (repository === undefined)
    return `# Editable install with no version control (${shown})\n-e ${folder}`;
  if (repository.kind !== "git") {
    invocation.output.warn(`the repository of \`${folder}\` is not asked: pkm knows git only`);
    return `## !! Could not determine repository location\n-e ${folder}`;
  }
  const git = (...words: string[]): Promise<string | undefined> =>
    askGit(words, folder, invocation);
  const remotes = await git("config", "--get-regexp", String.raw`remote\..*\.url`);
  if (remotes === undefined) {
    invocation.output.warn(
      `the repository of \`${folder}\` is not known: there is no \`git\` on PATH`,
    );
    return `-e ${folder}`;
  }
  const lines = remotes.split("\n").filter((line) => line !== "");
  const remote = lines.find((line) => line.startsWith("remote.origin.url ")) ?? lines[0];
  if (remote === undefined) return `# Editable Git install with no remote (${shown})\n-e ${folder}`;
  const written = remote.slice(remote.indexOf(" ") + 1).trim();
  const url = remoteUrl(written, invocation);
  if (url === undefined)
    return (
      `# Editable Git install (${shown}) with either a deleted local remote or invalid URI:\n` +
      `# '${written}'\n-e ${folder}`
    );
  const revision = (await git("rev-parse", "HEAD"))?.trim() ?? "";
  if (revision === "") {
    invocation.output.warn(`the repository of \`${folder}\` has no commit`);
    return `## !! Could not determine repository location\n-e ${folder}`;
  }
  const inside = projectInside(repository.root, folder, invocation);
  const end = inside === "" ? "" : `&subdirectory=${inside}`;
  return `-e git+${withoutSecrets(url)}@${revision}#egg=${displayName.replaceAll("-", "_")}${end}`;
}

type Repository = { readonly kind: "git" | "other"; readonly root: string };

/** The innermost folder of version control around a project. */
function repositoryAround(folder: string, { world }: Invocation): Repository | undefined {
  for (let here = folder; ; here = here.slice(0, here.lastIndexOf("/"))) {
    if (world.files.tryStat(`${here}/.git`) !== undefined) return { kind: "git", root: here };
    for (const name of [".hg", ".bzr", ".svn"])
      if (world.files.tryStat(`${here}/${name}`) !== undefined)
        return { kind: "other", root: here };
    if (!here.includes("/")) return undefined;
  }
}

/** What git answers, `undefined` where there is none. */
async function askGit(
  words: readonly string[],
  cwd: string,
  { world }: Invocation,
): Promise<string | undefined> {
  try {
    const { status, stdout } = await world.processes.run({
      argv: ["git", ...words],
      cwd,
      timeout: 10_000,
    });
    return status === 0 ? stdout : "";
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** An address as it is, a folder as `file:`, the short form of ssh written out. */
function remoteUrl(text: string, { world }: Invocation): string | undefined {
  if (/^\w+:\/\//.test(text)) return text;
  if (text.startsWith("/") && world.files.tryStat(text) !== undefined)
    return `file://${text.split("/").map(encodeURIComponent).join("/")}`;
  const short = /^(\w+@)?([^/:]+):(\w[^:]*)$/.exec(text);
  return short === null ? undefined : `ssh://${short[1] ?? ""}${short[2]}/${short[3]}`;
}

/** The nearest folder from the project up to the repository's that can be installed, relative to the repository. */
function projectInside(root: string, folder: string, { world }: Invocation): string {
  for (let here = folder; here.startsWith(root); here = here.slice(0, here.lastIndexOf("/"))) {
    const isProject = ["pyproject.toml", "setup.py"].some(
      (name) => world.files.tryStat(`${here}/${name}`) !== undefined,
    );
    if (isProject) return here.slice(root.length + 1);
  }
  return "";
}
