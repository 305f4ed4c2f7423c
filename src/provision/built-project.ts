import type { World } from "#platform/ports";
import { parseToml } from "#platform/toml";
import type { AskedRequirement } from "#resolver/request";
import { evaluateMarkerLeniently, type MarkerEnvironment } from "#standards/marker";
import type { CoreMetadata } from "#standards/metadata";
import { type NormalizedName, parseName } from "#standards/name";
import { parseProjectTable } from "#standards/project-table";
import { unknownExtra } from "./errors.ts";
import type { ProjectExtras } from "./read-project.ts";
import type { BuildTarget, SourceBuilder } from "./source-builder.ts";

export type BuiltProjectQuestion = {
  /** Its `pyproject.toml`, `setup.py` or `setup.cfg`. */
  readonly file: string;
  readonly extras: ProjectExtras;
  /** What the project needs, and what it needs to be built for some targets. */
  readonly wants: "requirements" | "build" | "both";
  readonly targets: readonly BuildTarget[];
};

type BuiltWorld = Pick<World, "files" | "host"> & { readonly builds: SourceBuilder };

/** True when a project file says by itself what the project requires, so that nothing has to be run for that. */
export function saysWhatItNeeds(
  file: string,
  { files, host }: Pick<World, "files" | "host">,
): boolean {
  if (!/(^|[\\/])pyproject\.toml$/.test(file)) return false;
  const text = files.tryReadText(file.startsWith("/") ? file : `${host.cwd}/${file}`);
  if (text === undefined) return true;
  const project = parseProjectTable(parseToml(text, file), file);
  if (project === undefined) return false;
  const { dynamic } = project;
  return !dynamic.has("dependencies") && !dynamic.has("optional-dependencies");
}

/** What a project requires that only its backend can tell, with origins as pip-tools words them. */
export async function readBuiltProject(
  { file, extras, wants, targets }: BuiltProjectQuestion,
  markers: MarkerEnvironment,
  { builds, host }: BuiltWorld,
): Promise<AskedRequirement[]> {
  const path = (file.startsWith("/") ? file : `${host.cwd}/${file}`).replace(/\/[^/]*$/, "");
  const folder = { kind: "folder", path, editable: false } as const;
  const { metadata } = await builds.describe(folder);
  const asked: AskedRequirement[] = [];
  const shown = file.replace(/^(?:\.\/)+/, "");
  if (wants !== "build")
    asked.push(...requirementsOf(metadata, chosenExtras(extras, metadata, file), shown, markers));
  if (wants === "requirements") return asked;
  const project = shown.replace(/[^/]*$/, "pyproject.toml");
  const { requires, hooks } = await builds.buildRequirements(folder, targets);
  const origin = `${metadata.displayName} (${project}::build-system`;
  for (const requirement of requires)
    asked.push({ requirement, origin: `${origin}.requires)`, hashes: [] });
  for (const [target, requirements] of hooks)
    for (const requirement of requirements)
      asked.push({ requirement, origin: `${origin}.backend::${target})`, hashes: [] });
  return asked;
}

function chosenExtras(
  extras: ProjectExtras,
  { providesExtra }: CoreMetadata,
  file: string,
): readonly NormalizedName[] {
  if (extras === true) return providesExtra;
  const chosen = extras.map((name) => parseName(name));
  for (const name of chosen)
    if (!providesExtra.includes(name)) throw unknownExtra(name, file, [...providesExtra]);
  return chosen;
}

/** The marker that names an extra has done its work when the extra is chosen. */
function requirementsOf(
  { name: own, displayName, requiresDist }: CoreMetadata,
  chosen: readonly NormalizedName[],
  file: string,
  markers: MarkerEnvironment,
): AskedRequirement[] {
  const included = new Set(chosen);
  for (const extra of included)
    for (const { name, extras, marker } of requiresDist)
      if (name === own && holds(marker, markers, [extra]))
        for (const other of extras) included.add(other);
  const asked: AskedRequirement[] = [];
  for (const requirement of requiresDist) {
    const { name, marker } = requirement;
    if (name === own) continue;
    const origin = `${displayName} (${file})`;
    if (holds(marker, markers, [])) asked.push({ requirement, origin, hashes: [] });
    else if (holds(marker, markers, [...included]))
      asked.push({ requirement: { ...requirement, marker: undefined }, origin, hashes: [] });
  }
  return asked;
}

function holds(
  marker: AskedRequirement["requirement"]["marker"],
  markers: MarkerEnvironment,
  extras: readonly NormalizedName[],
): boolean {
  return marker === undefined || evaluateMarkerLeniently(marker, markers, { extras });
}
