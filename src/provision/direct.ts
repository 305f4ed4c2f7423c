import { withoutCredentials } from "#base/url";
import { directFile } from "#repository/direct-file";
import { parseGitAddress } from "#repository/git-address";
import type { DirectCandidate } from "#resolver/sources";
import type { NormalizedName } from "#standards/name";
import { vcsOf } from "#standards/requirement-word";
import { directUnusable } from "./errors.ts";
import type { SourceQuestion } from "./source-builder.ts";
import type { ProvisionWorld } from "./world.ts";

export type DirectQuestion = {
  readonly url: string;
  readonly name: NormalizedName | undefined;
  readonly editable: boolean;
};

/**
 * Opens a URL requirement far enough to know what it is: a wheel by its METADATA, everything else by who builds it. Where
 * nobody builds, an sdist whose metadata is static can still be resolved.
 */
export async function openDirect(
  question: DirectQuestion,
  world: ProvisionWorld,
): Promise<DirectCandidate> {
  const { url, name } = question;
  const source = sourceOf(question, world);
  if (source !== undefined && world.builds !== undefined) {
    const described = await world.builds.describe(source);
    if (described.source.kind === "sdist")
      throw new Error(`bug: ${url} was asked for as an archive`);
    const { metadata } = described;
    if (name !== undefined && metadata.name !== name)
      throw directUnusable(url, `it is \`${metadata.name}\`, and \`${name}\` was asked for`);
    return { kind: "tree", tree: described.source, metadata };
  }
  const shown = withoutCredentials(url);
  if (source !== undefined && source.kind !== "archive") return needsBuild(shown, whyBuilt(source));
  const found = directFile(url, name);
  if (found.kind === "archive" || found.subdirectory !== undefined)
    return needsBuild(shown, "only a build tells what the archive holds");
  const { file } = found;
  const answer = await world.repositories.metadata(file);
  if (answer.kind === "needs-build") return needsBuild(shown, answer.reason);
  if (answer.kind === "invalid") throw answer.error ?? directUnusable(url, answer.reason);
  return { kind: "file", file, metadata: answer.metadata };
}

/** What has to be built behind an address; `undefined` when it is a wheel. */
export function sourceOf(
  { url, name, editable }: DirectQuestion,
  world: Pick<ProvisionWorld, "files">,
): Exclude<SourceQuestion, { readonly kind: "sdist" }> | undefined {
  if (vcsOf(url) !== undefined)
    return { kind: "checkout", git: parseGitAddress(url), editableAs: editable ? name : undefined };
  const folder = localFolder(url, world);
  if (folder !== undefined) return { kind: "folder", path: folder, editable };
  const found = directFile(url, undefined);
  if (found.kind === "archive") return found;
  const { file, subdirectory } = found;
  if (file.identity.kind === "wheel") return undefined;
  return {
    kind: "archive",
    filename: file.filename,
    url: file.url,
    hashes: file.hashes,
    subdirectory,
  };
}

function whyBuilt(source: SourceQuestion): string {
  switch (source.kind) {
    case "folder":
      return source.editable
        ? "an editable installation is a build, and nothing may be built here"
        : "it is a source tree, and nothing may be built here";
    case "checkout":
      return "it is a git checkout, and nothing may be built here";
    default:
      return "nothing may be built here";
  }
}

function needsBuild(url: string, reason: string): DirectCandidate {
  return { kind: "needs-build", url, reason };
}

function localFolder(url: string, { files }: Pick<ProvisionWorld, "files">): string | undefined {
  if (!/^file:/i.test(url)) return undefined;
  const { pathname, hash } = new URL(url);
  const path = decodeURIComponent(pathname);
  if (files.tryStat(path)?.kind !== "folder") return undefined;
  const subdirectory = /[#&]subdirectory=([^&]+)/.exec(hash)?.[1];
  const plain = path.length > 1 ? path.replace(/\/+$/, "") : path;
  return subdirectory === undefined ? plain : `${plain}/${decodeURIComponent(subdirectory)}`;
}
