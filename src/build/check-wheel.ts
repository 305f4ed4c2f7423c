import { openZip } from "#archive/zip";
import { PkmError } from "#base/errors";
import type { PromisedIdentity } from "#provision/source-builder";
import { compareText } from "#base/order";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import { formatRequirement } from "#standards/requirement";
import { bestRank, type TagRanks } from "#standards/tags";
import { compareVersions } from "#standards/version";
import { tryParseWheelFilename } from "#standards/wheel-filename";
import type { BuildWorld } from "./build-options.ts";
import { buildResultInvalid, type FailedBuild, metadataChanged } from "./errors.ts";

export type CheckedFile = { readonly filename: string; readonly path: string };

/** The one file that a hook has said it made, and nothing beside it. */
export function onlyFile(
  answer: unknown,
  folder: string,
  failed: () => FailedBuild,
  { files }: Pick<BuildWorld, "files">,
): CheckedFile {
  const refuse = (why: string): never => {
    throw buildResultInvalid(failed(), why);
  };
  const found = files.list(folder).map(({ name }) => name);
  if (typeof answer !== "string")
    return refuse(`it answered ${JSON.stringify(answer)}, not a file name`);
  if (found.length === 0) return refuse("it wrote nothing");
  // Old backends answer a whole path.
  const filename = answer.slice(Math.max(answer.lastIndexOf("/"), answer.lastIndexOf("\\")) + 1);
  if (!found.includes(filename))
    return refuse(
      `it answered \`${answer}\` and wrote ${found.map((name) => `\`${name}\``).join(", ")}`,
    );
  const path = `${folder}/${filename}`;
  if (files.tryLstat(path)?.kind !== "file") return refuse(`\`${filename}\` is no file`);
  return { filename, path };
}

/** Holds the name of a wheel, and what its METADATA says, to what was promised; answers METADATA. */
export function checkWheel(
  wheel: CheckedFile,
  about: {
    readonly promised: PromisedIdentity | undefined;
    /** What the backend's metadata hook had said. */
    readonly prepared: CoreMetadata | undefined;
    readonly tags: TagRanks;
    readonly python: string;
  },
  failed: () => FailedBuild,
  { files, inflate }: Pick<BuildWorld, "files" | "inflate">,
): string {
  const { filename, path } = wheel;
  const identity = tryParseWheelFilename(filename);
  if (identity === undefined)
    throw buildResultInvalid(failed(), `\`${filename}\` is no name of a wheel`);
  const metadata = readMetadata(files.read(path), filename, identity.name, failed, inflate);
  const parsed = parsedOr(() => parseMetadata(metadata, `\`${filename}\``), failed);
  if (parsed.name !== identity.name || compareVersions(parsed.version, identity.version) !== 0)
    throw buildResultInvalid(
      failed(),
      `\`${filename}\` holds the metadata of ${parsed.name} ${parsed.version.text}`,
    );
  if (bestRank(identity, about.tags) === undefined)
    throw buildResultInvalid(failed(), `\`${filename}\` does not fit ${about.python}`);
  const { prepared } = about;
  const changed = prepared === undefined ? undefined : changedField(prepared, parsed);
  if (changed !== undefined) throw metadataChanged(failed(), changed);
  return metadata;
}

/** The first field that a resolution rests on and that is not the same. */
export function changedField(before: CoreMetadata, after: CoreMetadata): string | undefined {
  if (before.name !== after.name) return "Name";
  if (compareVersions(before.version, after.version) !== 0) return "Version";
  if ((before.requiresPython ?? "") !== (after.requiresPython ?? "")) return "Requires-Python";
  if (!isSame(before.providesExtra, after.providesExtra)) return "Provides-Extra";
  const requirements = ({ requiresDist }: CoreMetadata): string[] =>
    requiresDist.map(formatRequirement);
  return isSame(requirements(before), requirements(after)) ? undefined : "Requires-Dist";
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [[...a].sort(compareText), [...b].sort(compareText)];
  return left.length === right.length && left.every((each, at) => each === right[at]);
}

function readMetadata(
  bytes: Uint8Array,
  filename: string,
  name: string,
  failed: () => FailedBuild,
  inflate: BuildWorld["inflate"],
): string {
  const archive = parsedOr(() => openZip(bytes, filename, inflate), failed);
  const member = archive.members.find(({ name: path }) =>
    /^[^/]+\.dist-info\/METADATA$/.test(path),
  );
  if (member === undefined)
    throw buildResultInvalid(failed(), `\`${filename}\` has no METADATA for ${name}`);
  return new TextDecoder().decode(parsedOr(() => archive.content(member), failed));
}

/** What is wrong with a file that a backend wrote is the backend's fault. */
export function parsedOr<T>(read: () => T, failed: () => FailedBuild): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof PkmError)) throw error;
    throw blamed(error, failed);
  }
}

export function blamed(error: PkmError, failed: () => FailedBuild): PkmError {
  const why = error.why === undefined ? error.what : `${error.what} (${error.why})`;
  return buildResultInvalid(failed(), why.slice(0, 1).toLowerCase() + why.slice(1), error);
}
