import { PkmError } from "#base/errors";
import { directFile } from "#repository/direct-file";
import { type AskedRequirement, commandLine } from "#resolver/request";
import { evaluateMarkerLeniently, type MarkerEnvironment } from "#standards/marker";
import { tryParseSourceFilename } from "#standards/sdist-filename";
import { sourceOf } from "./direct.ts";
import { directNeedsBuild, foundAt } from "./errors.ts";
import { directRequirement, type UnnamedRequirement } from "./read-requirements.ts";
import type { ProvisionWorld } from "./world.ts";

export type NamedSource = AskedRequirement & Pick<UnnamedRequirement, "settings">;

/**
 * Learns which projects folders, checkouts and archives are; those whose marker does not hold are left out
 * (unless it is for many machines that they are asked for). Where nobody builds, the name of an sdist is believed, and everything else refused.
 */
export async function nameSources(
  unnamed: readonly UnnamedRequirement[],
  markers: MarkerEnvironment | undefined,
  world: Pick<ProvisionWorld, "files" | "builds">,
): Promise<readonly NamedSource[]> {
  const wanted = unnamed.filter(
    ({ marker }) =>
      marker === undefined || markers === undefined || evaluateMarkerLeniently(marker, markers),
  );
  return Promise.all(wanted.map((each) => named(each, world)));
}

async function named(
  asked: UnnamedRequirement,
  world: Pick<ProvisionWorld, "files" | "builds">,
): Promise<NamedSource> {
  const { url, extras: _extras, marker: _marker, ...about } = asked;
  const question = sourceOf({ url, name: undefined, editable: asked.editable === true }, world);
  if (question === undefined) throw new Error(`bug: a wheel at ${url} has a name`);
  if (world.builds === undefined) {
    const filename = question.kind === "archive" ? directFile(url, undefined) : undefined;
    const name =
      filename?.kind === "distribution"
        ? tryParseSourceFilename(filename.file.filename)?.name
        : undefined;
    if (name === undefined) throw directNeedsBuild(url, "nothing may be built here");
    return { requirement: directRequirement(name, asked), ...about };
  }
  try {
    const { metadata } = await world.builds.describe(question, asked.settings);
    return { requirement: directRequirement(metadata.name, asked), ...about };
  } catch (error) {
    if (!(error instanceof PkmError) || asked.origin === commandLine) throw error;
    throw foundAt(asked.origin, error);
  }
}
