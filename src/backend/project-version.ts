import { errnoOf } from "#base/errors";
import type { ProjectTable } from "#standards/project-table";
import { tryParseName } from "#standards/name";
import { parseRawMetadata } from "#standards/raw-metadata";
import { tryParseVersion, type Version, type VersionNumber } from "#standards/version";
import type { BuildSettings, VersionSource } from "./build-settings.ts";
import { versionNotFound } from "./errors.ts";
import type { BackendWorld } from "./request.ts";
import { runProgram } from "./run-program.ts";
import type { SourceTree } from "./source-tree.ts";
import { staticAttribute } from "./static-attribute.ts";

/**
 * The version of a project: the one it states, or, where that is dynamic, the one of the sdist this tree came from, of
 * version control, or of a module's attribute.
 */
export async function projectVersion(
  project: ProjectTable,
  settings: BuildSettings,
  modules: readonly string[],
  tree: SourceTree,
  world: BackendWorld,
): Promise<Version> {
  if (project.version !== undefined) return project.version;
  const source = settings.version;
  if (source?.kind === "git")
    return sdistVersion(project, tree) ?? (await gitVersion(project, source, tree, world));
  const file = source?.file ?? modules[0];
  if (file === undefined)
    throw versionNotFound(project.displayName, "there is no module to look it up in", [
      'write `version = "1.0"` into `[project]`',
    ]);
  return attributeVersion(project, file, source?.attribute ?? "__version__", tree);
}

/** An sdist keeps the version it was made with (PyPUG source-distribution-format): its tree has no history. */
function sdistVersion(project: ProjectTable, tree: SourceTree): Version | undefined {
  if (tree.kind("PKG-INFO") !== "file") return undefined;
  const { raw } = parseRawMetadata(tree.readText("PKG-INFO", "PKG-INFO"));
  return tryParseName(raw.name ?? "") === project.name
    ? tryParseVersion(raw.version ?? "")
    : undefined;
}

function attributeVersion(
  project: ProjectTable,
  file: string,
  attribute: string,
  tree: SourceTree,
): Version {
  const answer = staticAttribute(tree.readText(file, "tool.pkm.build.version.file"), attribute);
  const fix = [`write \`${attribute} = "1.0"\` into ${file}`];
  if ("why" in answer) throw versionNotFound(project.displayName, `${file}: ${answer.why}`, fix);
  const version = tryParseVersion(answer.value);
  if (version === undefined)
    throw versionNotFound(
      project.displayName,
      `${file}: \`${attribute}\` is \`${answer.value}\`, which is no version`,
      fix,
    );
  return version;
}

type GitSource = Extract<VersionSource, { readonly kind: "git" }>;

async function gitVersion(
  project: ProjectTable,
  { prefix, suffix, local }: GitSource,
  tree: SourceTree,
  world: BackendWorld,
): Promise<Version> {
  const fix = [
    `git tag ${prefix}1.0${suffix}`,
    "fetch the tags of a shallow clone: git fetch --tags --unshallow",
  ];
  const fail = (why: string, cause?: unknown): Error =>
    versionNotFound(project.displayName, why, fix, cause);
  const described = await runProgram(
    [
      // Neither the index is written, nor a program started that the tree's own configuration names.
      "git",
      "--no-optional-locks",
      "-c",
      "core.fsmonitor=false",
      "describe",
      "--tags",
      "--long",
      "--dirty",
      "--abbrev=40",
      "--match",
      `${prefix}[0-9]*${suffix}`,
    ],
    tree.folder,
    world,
  ).catch((cause: unknown) => {
    if (errnoOf(cause) === undefined) throw cause;
    throw fail("git cannot be started", cause);
  });
  if (described.status !== 0)
    throw fail(described.stderr.trim().split("\n").at(-1) ?? "git says nothing");
  const found = /^(.*)-([0-9]+)-g([0-9a-f]+)(-dirty)?\n$/s.exec(described.stdout);
  const tag = found?.[1] ?? "";
  const tagged = tryParseVersion(tag.slice(prefix.length, tag.length - suffix.length));
  if (found === null || tagged === undefined)
    throw fail(`the newest tag is \`${tag}\`, which has no version`);
  const [commits, commit, isDirty] = [Number(found[2]), found[3] as string, found[4] !== undefined];
  if (commits === 0 && !isDirty) return tagged;
  const state = local ? `+g${commit.slice(0, 8)}${isDirty ? ".dirty" : ""}` : "";
  const version = tryParseVersion(`${nextVersion(tagged, commits)}${state}`);
  if (version === undefined) throw new Error(`no version follows ${tagged.text}`);
  return version;
}

/** The first development release that comes behind a tagged version, `commits` later. */
function nextVersion({ epoch, release, pre, post, dev }: Version, commits: number): string {
  const start = epoch === 0 ? "" : `${epoch}!`;
  if (dev !== undefined)
    return `${start}${numbered(release, pre, post)}.dev${BigInt(dev) + BigInt(commits)}`;
  if (post !== undefined) return `${start}${numbered(release, pre, raised(post))}.dev${commits}`;
  if (pre !== undefined)
    return `${start}${numbered(release, [pre[0], raised(pre[1])], undefined)}.dev${commits}`;
  const last = release.length - 1;
  const next = release.map((number, position) => (position === last ? raised(number) : number));
  return `${start}${numbered(next, undefined, undefined)}.dev${commits}`;
}

function raised(number: VersionNumber): VersionNumber {
  return BigInt(number) + 1n;
}

function numbered(release: Version["release"], pre: Version["pre"], post: Version["post"]): string {
  const stage = pre === undefined ? "" : `${pre[0]}${pre[1]}`;
  return `${release.join(".")}${stage}${post === undefined ? "" : `.post${post}`}`;
}
