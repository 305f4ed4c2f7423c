import type { Inflater } from "#archive/random-access";
import { openZip, type ZipArchive } from "#archive/zip";
import type { ZipDirectory, ZipMember } from "#archive/zip-directory";
import { PkmError } from "#base/errors";
import type { World } from "#platform/ports";
import { isScriptGroup, parseEntryPoints } from "#standards/entry-points";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import { compareVersions } from "#standards/version";
import { parseWheelFile } from "#standards/wheel-file";
import { parseWheelFilename, type WheelFilename } from "#standards/wheel-filename";
import { otherIdentity, wheelInvalid } from "./errors.ts";
import { matchRows } from "./record-rows.ts";
import { Contents, type ContentTaker } from "./wheel-contents.ts";
import { filesOf, type WheelFileMember, type WheelScripts } from "./wheel-files.ts";
import { dataFolderOf, distInfoOf } from "./wheel-folders.ts";

/** A wheel whose structure has been checked; contents are verified as they are asked for. */
export type OpenWheel = WheelScripts & {
  readonly filename: string;
  readonly identity: WheelFilename;
  readonly metadata: CoreMetadata;
  readonly rootIsPurelib: boolean;
  /** The dist-info folder's name. */
  readonly distInfo: string;
  /** Everything to install, in the order of the archive; RECORD and its signatures are not. */
  readonly files: readonly WheelFileMember[];
  /** Pairs of members that are one file where case is folded. */
  caseCollisions(): readonly (readonly [string, string])[];
  /**
   * Hands over the bytes of a file, verified against its checksum, and size and hash in RECORD. What does not agree
   * throws, of a long file behind its last piece: whoever takes them keeps them where nobody looks until then. Answers
   * the sha256 as RECORD writes it.
   */
  content(file: WheelFileMember, take: ContentTaker): string;
};

export type WheelWorld = Pick<World, "hashing"> & { readonly inflate: Inflater };

/**
 * Opens a wheel by the rules of PyPUG binary-distribution-format: one dist-info folder of the name and version that
 * the file name says, a WHEEL of format 1, a RECORD that lists every file with a strong hash and nothing else (PEP
 * 815 notes that nobody checks it; here it is checked), known keys below `.data`, scripts with names that stay in
 * their folder. Throws a `PkmError` that names the member and the rule.
 */
export function openWheel(bytes: Uint8Array, filename: string, world: WheelWorld): OpenWheel {
  const identity = parseWheelFilename(filename);
  const archive = openZip(bytes, filename, world.inflate);
  const distInfo = distInfoOf(archive, identity, filename);
  const text = (name: string): string => requiredText(archive, `${distInfo}/${name}`, filename);
  const metadata = checkedMetadata(text("METADATA"), identity, filename);
  const { rootIsPurelib } = inside(filename, "WHEEL", () => parseWheelFile(text("WHEEL")));
  const matched = inside(filename, "RECORD", () =>
    matchRows(text("RECORD"), archive, distInfo, filename),
  );
  const scripts = scriptsOf(archive, distInfo, filename);
  const data = dataFolderOf(archive, identity, filename);
  const files = filesOf(archive, { distInfo, data, matched, filename, scripts });
  const contents = new Contents(archive, filename, world.hashing);
  return {
    filename,
    identity,
    metadata,
    rootIsPurelib,
    distInfo,
    files,
    ...scripts,
    caseCollisions: () => archive.caseCollisions(),
    content: contents.content.bind(contents),
  };
}

/** The path of METADATA in a wheel of which only the directory has been read; refuses as {@link openWheel} does. */
export function metadataMember(directory: ZipDirectory, filename: string): ZipMember {
  const identity = parseWheelFilename(filename);
  const path = `${distInfoOf(directory, identity, filename)}/METADATA`;
  const member = directory.find(path);
  if (member === undefined || member.folder)
    throw wheelInvalid(
      filename,
      `it has no \`${path}\``,
      "a wheel carries METADATA, WHEEL and RECORD in its dist-info",
    );
  return member;
}

/** Reads METADATA and makes sure that it is of the name and version in the file's name. */
export function checkedMetadata(
  text: string,
  identity: WheelFilename,
  filename: string,
): CoreMetadata {
  const metadata = inside(filename, "METADATA", () => parseMetadata(text, `\`${filename}\``));
  if (metadata.name !== identity.name || compareVersions(metadata.version, identity.version) !== 0)
    throw otherIdentity(
      filename,
      `${identity.name} ${identity.version.text}`,
      `${metadata.name} ${metadata.version.text}`,
    );
  return metadata;
}

function requiredText(archive: ZipArchive, path: string, filename: string): string {
  const text = optionalText(archive, path, filename);
  if (text !== undefined) return text;
  throw wheelInvalid(
    filename,
    `it has no \`${path}\``,
    "a wheel carries METADATA, WHEEL and RECORD in its dist-info",
  );
}

function optionalText(archive: ZipArchive, path: string, filename: string): string | undefined {
  const member = archive.find(path);
  if (member === undefined || member.folder) return undefined;
  if (member.size > longestText)
    throw wheelInvalid(
      filename,
      `\`${path}\` has ${member.size} bytes`,
      `pkm reads files of a dist-info up to ${longestText} bytes`,
    );
  return new TextDecoder().decode(archive.short(member) ?? archive.content(member));
}

const longestText = 256 * 2 ** 20;

/** Lets the error of a parser say in which wheel it happened. */
function inside<T>(filename: string, part: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PkmError) || error.what.includes(filename)) throw error;
    throw wheelInvalid(filename, `its ${part} cannot be read`, error.why ?? error.what, error);
  }
}

function scriptsOf(archive: ZipArchive, distInfo: string, filename: string): WheelScripts {
  const path = `${distInfo}/entry_points.txt`;
  const text = optionalText(archive, path, filename);
  const consoleScripts: Record<string, string> = {};
  const guiScripts: Record<string, string> = {};
  if (text === undefined) return { consoleScripts, guiScripts };
  for (const { group, name, module, attribute } of inside(filename, "entry_points.txt", () =>
    parseEntryPoints(text),
  )) {
    if (!isScriptGroup(group)) continue;
    // The name becomes a file name: it must not lead out of the scripts folder.
    if (/[/\\\0]|^\.{0,2}$|^[a-zA-Z]:/.test(name))
      throw wheelInvalid(
        filename,
        `it declares a script ${JSON.stringify(name)}`,
        "a script's name is a file name",
      );
    if (attribute === "")
      throw wheelInvalid(
        filename,
        `its script \`${name}\` names no function`,
        "a script names `module:function`",
      );
    (group === "console_scripts" ? consoleScripts : guiScripts)[name] = `${module}:${attribute}`;
  }
  return { consoleScripts, guiScripts };
}
