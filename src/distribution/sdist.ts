import { readTar } from "#archive/tar";
import { openZip } from "#archive/zip";
import type { World } from "#platform/ports";
import { type CoreMetadata, isStatic, parseMetadata } from "#standards/metadata";
import type { SdistFilename } from "#standards/sdist-filename";
import { compareVersions } from "#standards/version";
import { type ArchiveForm, archiveForm, sourceZips, unpackedHere } from "./_packing.ts";
import { otherIdentity, sdistInvalid } from "./errors.ts";

/** Metadata of an sdist that can be believed without building it, or why it cannot. */
export type StaticMetadata =
  | { readonly kind: "metadata"; readonly metadata: CoreMetadata; readonly text: string }
  | { readonly kind: "needs-build"; readonly reason: string };

/**
 * Reads the PKG-INFO of an sdist (PyPUG source-distribution-format). It counts when it is of metadata version 2.2 or
 * later and calls none of Requires-Dist, Requires-Python and Provides-Extra dynamic (PEP 643). An archive that
 * breaks the rules (several top folders, PKG-INFO twice, another name) is refused.
 */
export function readStaticMetadata(
  bytes: Uint8Array,
  filename: string,
  identity: SdistFilename,
  { inflate }: Pick<World, "inflate">,
): StaticMetadata {
  const form = archiveForm(filename);
  if (form === "bzip2" || form === "xz")
    return { kind: "needs-build", reason: `it is packed with ${form}` };
  const content = pkgInfoOf(bytes, filename, form ?? "gzip", inflate);
  if (content === undefined) return { kind: "needs-build", reason: "it has no PKG-INFO" };
  const text = new TextDecoder().decode(content);
  const metadata = parseMetadata(text, `\`${filename}\``);
  if (metadata.name !== identity.name || compareVersions(metadata.version, identity.version) !== 0)
    throw otherIdentity(
      filename,
      `${identity.name} ${identity.version.text}`,
      `${metadata.name} ${metadata.version.text}`,
    );
  if (isStatic(metadata)) return { kind: "metadata", metadata, text };
  return {
    kind: "needs-build",
    reason:
      metadata.dynamic.length === 0
        ? `its metadata is of version ${metadata.metadataVersion}, which promises nothing before a build`
        : "a build may change its dependencies",
  };
}

/** The bytes of the one PKG-INFO below the one top folder. */
function pkgInfoOf(
  bytes: Uint8Array,
  filename: string,
  form: Exclude<ArchiveForm, "bzip2" | "xz">,
  inflate: World["inflate"],
): Uint8Array | undefined {
  const members =
    form === "zip"
      ? zipMembers(bytes, filename, inflate)
      : tarMembers(unpackedHere(bytes, form, filename, inflate), filename);
  let top: string | undefined;
  let found: Uint8Array | undefined;
  for (const { name, content } of members) {
    const path = name.replace(/^(\.\/)+/, "");
    if (path === "" || path === ".") continue;
    const slash = path.indexOf("/");
    const folder = slash === -1 ? path : path.slice(0, slash);
    top ??= folder;
    if (folder !== top)
      throw sdistInvalid(
        filename,
        `it has \`${top}\` and \`${folder}\` at its top`,
        "an sdist has one folder at its top",
      );
    if (path !== `${top}/PKG-INFO` || content === undefined) continue;
    if (found !== undefined)
      throw sdistInvalid(filename, "it has PKG-INFO twice", "every member has a name of its own");
    found = content();
  }
  return found;
}

type Member = { readonly name: string; readonly content: (() => Uint8Array) | undefined };

function zipMembers(bytes: Uint8Array, filename: string, inflate: World["inflate"]): Member[] {
  const archive = openZip(bytes, filename, inflate, sourceZips);
  return archive.members.map((member) => ({
    name: member.name,
    content: member.folder ? undefined : () => archive.content(member),
  }));
}

function* tarMembers(bytes: Uint8Array, filename: string): Generator<Member> {
  for (const member of readTar(bytes, filename))
    yield { name: member.name, content: member.kind === "file" ? () => member.content : undefined };
}
