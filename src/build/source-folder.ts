import { withoutCredentials } from "#base/url";
import { unpackSdist } from "#distribution/unpack-sdist";
import type { BuildableSource } from "#provision/source-builder";
import { checkoutGit, type GitWorld } from "#repository/git";
import type { FileAddress } from "#repository/repositories";
import type { BuildWorld } from "./build-options.ts";
import type { SourceDownloads } from "./source-downloads.ts";
import { sourceInvalid } from "./errors.ts";

type LayingWorld = BuildWorld & { readonly git: GitWorld; readonly downloads: SourceDownloads };

/** Lays a source out; answers the folder of the project. A folder stays where it is, the rest goes into `work`. */
export async function layOutSource(
  source: BuildableSource,
  shown: string,
  { work, python }: { readonly work: string; readonly python: string },
  world: LayingWorld,
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
  world: LayingWorld,
): Promise<string> {
  const download = await world.downloads.take(file);
  try {
    const { filename } = file;
    const archive = { filename, content: download.content, kind, to: `${work}/source`, python };
    return (await unpackSdist(archive, world)).root;
  } finally {
    world.downloads.discard(download);
  }
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
