import { compareText } from "#base/order";
import { formatMarker } from "./marker.ts";
import type { LockedArchive, LockedFile, LockedPackage, Pylock } from "./pylock.ts";
import { formatSpecifierSet } from "./specifier-set.ts";
import { compareVersions } from "./version.ts";
import {
  tomlInline,
  tomlInstant,
  tomlKey,
  tomlLines,
  tomlTable,
  tomlText,
  tomlValue,
} from "./_toml-write.ts";

/**
 * Writes a lock (PEP 751): keys in the order of the specification, packages sorted by name and version, hashes and
 * files sorted, one file to a line, so that the same lock is the same bytes and most changes merge.
 */
export function formatPylock(lock: Pylock): string {
  let text = line("lock-version", lock.lockVersion);
  if (lock.environments.length > 0)
    text += `environments = ${tomlLines(lock.environments.map((marker) => tomlText(formatMarker(marker))).sort(compareText))}\n`;
  if (lock.requiresPython !== undefined)
    text += line("requires-python", formatSpecifierSet(lock.requiresPython));
  // PEP 751: extras and groups are told together, even when one of them is empty.
  if (lock.extras.length > 0 || lock.dependencyGroups.length > 0) {
    text += line("extras", [...lock.extras].sort(compareText));
    text += line("dependency-groups", [...lock.dependencyGroups].sort(compareText));
  }
  if (lock.defaultGroups.length > 0)
    text += line("default-groups", [...lock.defaultGroups].sort(compareText));
  text += line("created-by", lock.createdBy);
  if (lock.packages.length === 0) text += "packages = []\n";
  for (const locked of sorted(lock.packages)) text += `\n[[packages]]\n${formatPackage(locked)}`;
  if (lock.tool !== undefined) text += `\n${tomlTable(["tool"], lock.tool)}`.trimEnd().concat("\n");
  return text;
}

function sorted(packages: readonly LockedPackage[]): LockedPackage[] {
  const markerOf = (locked: LockedPackage): string =>
    locked.marker === undefined ? "" : formatMarker(locked.marker);
  return packages.toSorted((a, b) => {
    const byName = compareText(a.name, b.name);
    if (byName !== 0) return byName;
    if (a.version !== undefined && b.version !== undefined) {
      const byVersion = compareVersions(a.version, b.version);
      if (byVersion !== 0) return byVersion;
    } else if (a.version !== b.version) return a.version === undefined ? -1 : 1;
    return compareText(markerOf(a), markerOf(b));
  });
}

function formatPackage(locked: LockedPackage): string {
  const { vcs, directory, archive, sdist } = locked;
  let text = line("name", locked.name);
  if (locked.version !== undefined) text += line("version", locked.version.text);
  if (locked.marker !== undefined) text += line("marker", formatMarker(locked.marker));
  if (locked.requiresPython !== undefined)
    text += line("requires-python", formatSpecifierSet(locked.requiresPython));
  if (locked.dependencies.length > 0)
    text += `dependencies = ${tomlLines(locked.dependencies.map(tomlValue).sort(compareText))}\n`;
  if (vcs !== undefined)
    text += table("vcs", [
      ["type", vcs.type],
      ["url", vcs.url],
      ["path", vcs.path],
      ["requested-revision", vcs.requestedRevision],
      ["commit-id", vcs.commitId],
      ["subdirectory", vcs.subdirectory],
    ]);
  if (directory !== undefined)
    text += table("directory", [
      ["path", directory.path],
      ["editable", directory.editable ? true : undefined],
      ["subdirectory", directory.subdirectory],
    ]);
  if (archive !== undefined)
    text += table("archive", [
      ...fileEntries(archive, undefined),
      ["subdirectory", archive.subdirectory],
    ]);
  if (locked.index !== undefined) text += line("index", locked.index);
  if (sdist !== undefined) text += table("sdist", fileEntries(sdist, sdist.filename));
  if (locked.wheels.length > 0) {
    const wheels = locked.wheels.toSorted((a, b) => compareText(a.filename, b.filename));
    text += `wheels = ${tomlLines(wheels.map((wheel) => tomlInline(fileEntries(wheel, wheel.filename))))}\n`;
  }
  if (locked.attestationIdentities.length > 0)
    text += `attestation-identities = ${tomlLines(locked.attestationIdentities.map(tomlValue))}\n`;
  if (locked.tool !== undefined)
    text += `\n${tomlTable(["packages", "tool"], locked.tool)}`.trimEnd().concat("\n");
  return text;
}

function fileEntries(
  file: LockedArchive | LockedFile,
  name: string | undefined,
): [string, unknown][] {
  const hashes = Object.entries(file.hashes).sort(([a], [b]) => compareText(a, b));
  return [
    ["name", name],
    ["upload-time", file.uploadTime === undefined ? undefined : tomlInstant(file.uploadTime)],
    ["url", file.url],
    ["path", file.path],
    ["size", file.size],
    ["hashes", Object.fromEntries(hashes)],
  ];
}

function line(key: string, value: unknown): string {
  return `${tomlKey(key)} = ${tomlValue(value)}\n`;
}

function table(key: string, entries: [string, unknown][]): string {
  return `${key} = ${tomlInline(entries)}\n`;
}
