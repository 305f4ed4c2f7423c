import { errnoOf } from "#base/errors";
import { archiveUnsafe } from "#archive/errors";
import { openZip } from "#archive/zip";
import { readTar, type TarMember } from "#archive/tar";
import type { World } from "#platform/ports";
import { type ArchiveForm, archiveForm, sourceZips, unpackedTar } from "./_packing.ts";
import { Extraction } from "./_extraction.ts";
import { sdistInvalid } from "./errors.ts";

export type SourceArchive = {
  readonly filename: string;
  readonly content:
    | { readonly kind: "bytes"; readonly bytes: Uint8Array }
    | { readonly kind: "path"; readonly path: string };
  /** An sdist has exactly one folder at its top; any other archive of a source tree may have. */
  readonly kind: "sdist" | "archive";
  /** Does not exist yet; its parent does. */
  readonly to: string;
  /** An interpreter; without one `.tar.bz2` and `.tar.xz` are refused, since only Python's library reads them. */
  readonly python?: string | undefined;
};

export type UnpackWorld = Pick<World, "files" | "inflate" | "processes" | "host">;

/**
 * Unpacks sources by the rules of PEP 706 (Python's `data` filter): nothing is written or linked to outside of `to`, devices
 * and pipes are refused, permissions are cleaned, owners forgotten; times of change are kept, as makefiles compare
 * them. What unpacks to more than honest archives do is refused, and so is a name given twice to different things.
 * Answers the folder that holds the project: the one folder at the top, or `to` itself. After a failure nothing is there.
 */
export async function unpackSdist(
  archive: SourceArchive,
  world: UnpackWorld,
): Promise<{ readonly root: string }> {
  const { filename, to } = archive;
  const { files } = world;
  const form = archiveForm(filename);
  if (form === undefined)
    throw sdistInvalid(
      filename,
      "its name does not end like that of an archive",
      "sources come as `.tar.gz`, `.tar.bz2`, `.tar.xz`, `.tar.zst`, `.tar` or `.zip`",
    );
  const { content } = archive;
  const bytes = content.kind === "bytes" ? content.bytes : files.read(content.path);
  const members = await membersOf(bytes, form, archive, world);
  try {
    files.makeFolder(to);
    const extraction = new Extraction({ archive: filename, to, os: world.host.os, files });
    for (const member of members) extraction.add(member);
    return { root: extraction.finish(archive.kind) };
  } catch (error) {
    files.removeTree(to);
    if (errnoOf(error) === "ENAMETOOLONG")
      throw archiveUnsafe(filename, "it has a name that is too long", "names fit the file system");
    throw error;
  }
}

async function membersOf(
  bytes: Uint8Array,
  form: ArchiveForm,
  archive: SourceArchive,
  world: UnpackWorld,
): Promise<Iterable<TarMember>> {
  const { filename } = archive;
  if (form === "zip") return zipMembers(bytes, filename, world.inflate);
  return readTar(await unpackedTar(bytes, form, archive, world), filename);
}

function* zipMembers(
  bytes: Uint8Array,
  filename: string,
  inflate: World["inflate"],
): Generator<TarMember, void> {
  const archive = openZip(bytes, filename, inflate, sourceZips);
  for (const member of archive.members) {
    const { name, folder, mode } = member;
    yield {
      name,
      // As pip and `zipfile`: a link becomes a file that holds what it leads to.
      kind: folder ? "folder" : "file",
      target: "",
      mode: (mode & 0o170000) === 0o100000 && (mode & 0o111) !== 0 ? 0o755 : 0o644,
      modified: undefined,
      content: folder ? nothing : archive.content(member),
    };
  }
}

const nothing = new Uint8Array();
