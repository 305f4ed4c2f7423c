import { withoutCredentials } from "#base/url";
import { unpackSdist } from "#distribution/unpack-sdist";
import type { BuildableSource } from "#provision/source-builder";
import { checkoutGit, type GitWorld } from "#repository/git";
import type { Download, FileAddress } from "#repository/repositories";
import type { BuildWorld } from "./build-options.ts";
import { sourceInvalid } from "./errors.ts";

/** Lays a source out; answers the folder of the project. A folder stays where it is, the rest goes into `work`. */
export async function layOutSource(
  source: BuildableSource,
  shown: string,
  { work, python }: { readonly work: string; readonly python: string },
  world: BuildWorld & { readonly git: GitWorld },
): Promise<string> {
  switch (source.kind) {
    case "folder":
      return source.path;
    case "checkout": {
      const folder = `${work}/source`;
      await checkoutGit(source.git, folder, world.git);
      return inside(folder, source.git.subdirectory, shown, world);
    }
    case "archive": {
      const { filename, url, hashes, subdirectory } = source;
      const file = { filename, url, hashes, size: undefined };
      const root = await unpack(file, "archive", { work, python }, world);
      return inside(root, subdirectory, shown, world);
    }
    case "sdist":
      return unpack(source.file, "sdist", { work, python }, world);
    default:
      return source satisfies never;
  }
}

async function unpack(
  file: FileAddress,
  kind: "sdist" | "archive",
  { work, python }: { readonly work: string; readonly python: string },
  world: BuildWorld,
): Promise<string> {
  const download = await world.repositories.download(file);
  try {
    const { filename } = file;
    const archive = { filename, content: download.content, kind, to: `${work}/source`, python };
    return (await unpackSdist(archive, world)).root;
  } finally {
    discard(download, world);
  }
}

/** What was downloaded to the disk belongs to whoever asked. */
export function discard({ content, file }: Download, { files }: Pick<BuildWorld, "files">): void {
  if (content.kind === "path" && !/^file:/i.test(file.url)) files.tryRemove(content.path);
}

function inside(
  root: string,
  subdirectory: string | undefined,
  shown: string,
  { files }: Pick<BuildWorld, "files">,
): string {
  if (subdirectory === undefined || subdirectory === "") return root;
  const path = `${root}/${subdirectory.replaceAll(/^\/+|\/+$/g, "")}`;
  if (files.tryStat(path)?.kind !== "folder")
    throw sourceInvalid(shown, `it has no folder \`${subdirectory}\``);
  const isWithin = `${files.realPath(path)}/`.startsWith(`${files.realPath(root)}/`);
  if (!isWithin) throw sourceInvalid(shown, `its folder \`${subdirectory}\` leads out of it`);
  return path;
}

/** A source as a person knows it. */
export function shownSource(source: BuildableSource): string {
  switch (source.kind) {
    case "sdist":
      return source.file.filename;
    case "archive":
      return withoutCredentials(source.url);
    case "checkout": {
      const { remote, revision, commit } = source.git;
      return `git+${withoutCredentials(remote)}@${revision ?? commit.slice(0, 12)}`;
    }
    case "folder":
      return source.path;
    default:
      return source satisfies never;
  }
}
