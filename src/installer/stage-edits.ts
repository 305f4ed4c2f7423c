import { compareText } from "#base/order";
import type { InstalledDistribution } from "#environment/environment";
import { formatRecord, parseRecord } from "#standards/record";
import { recordDigest } from "./digest.ts";
import { isOwn, nameOf, parentOf, type Places, resolvePath } from "./places.ts";
import type { StagedPart } from "./staged-part.ts";
import { stagingFolder } from "./transaction.ts";
import type { Belongings } from "./uninstall.ts";
import type { InstallerWorld } from "./world.ts";

/** Stages the shared files of old installers without the lines of what goes. */
export function stageEdits(
  departures: readonly Belongings[],
  places: Places,
  world: InstallerWorld,
): StagedPart[] {
  const parts: StagedPart[] = [];
  for (const { name, edits } of departures)
    for (const { path, content } of edits)
      if (content.trim() !== "")
        parts.push(stageFile({ name, version: "" }, path, content, places, world));
  return parts;
}

/** Stages REQUESTED, and RECORD with its row, for what a person has now named. */
export function stageMarks(
  marks: readonly InstalledDistribution[],
  places: Places,
  world: InstallerWorld,
): StagedPart[] {
  const { files, hashing } = world;
  const parts: StagedPart[] = [];
  for (const distribution of marks) {
    const metadata = resolvePath(distribution.metadataPath, files);
    const text = files.tryReadText(`${metadata}/RECORD`);
    if (text === undefined || !isOwn(places, metadata)) continue;
    const path = `${nameOf(metadata)}/REQUESTED`;
    const hash = { algorithm: "sha256", digest: recordDigest("", hashing) };
    const rows = [...parseRecord(text), { path, hash, size: 0 }];
    rows.sort((a, b) => compareText(a.path, b.path));
    parts.push(stageFile(distribution, `${metadata}/REQUESTED`, "", places, world));
    parts.push(stageFile(distribution, `${metadata}/RECORD`, formatRecord(rows), places, world));
  }
  return parts;
}

function stageFile(
  { name, version }: Pick<StagedPart, "name" | "version">,
  path: string,
  content: string,
  places: Places,
  { files, hashing }: InstallerWorld,
): StagedPart {
  const top = nameOf(path);
  const from = files.makeTemporaryFolder(stagingFolder(places), "edit-");
  files.write(`${from}/${top}`, content);
  const staged = { path: top, sha256: recordDigest(content, hashing) };
  return { name, version, from, to: parentOf(path), tops: [top], files: () => [staged] };
}
