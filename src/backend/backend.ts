import { tryParseRequirement } from "#standards/requirement";
import { specifierContains } from "#standards/specifier-set";
import type { BackendWorld, BuildRequest } from "./request.ts";
import { backendVersion } from "./backend-version.ts";

/** The table `[build-system]` as far as it tells which backend is meant (PEP 518). */
export type BuildSystemTable = {
  readonly requires: readonly string[];
  readonly backend: string | undefined;
  readonly backendPath: readonly string[] | undefined;
};

/**
 * True when a tree asks for the backend of this room, in a version this one is good for, and for nothing else: it can
 * then be built without a Python process. `pkm-build` installed and called through its hooks answers the same.
 */
export function isOwnBackend({ requires, backend, backendPath }: BuildSystemTable): boolean {
  if (backend !== "pkm_build" || backendPath !== undefined || requires.length !== 1) return false;
  const requirement = tryParseRequirement(requires[0] as string);
  return (
    requirement?.name === "pkm-build" &&
    requirement.extras.length === 0 &&
    requirement.url === undefined &&
    requirement.marker === undefined &&
    specifierContains(requirement.specifier, backendVersion, { prereleases: true })
  );
}

/** Writes the sdist into `output` and answers its file name (PEP 517, `build_sdist`). */
export async function buildSdist(request: BuildRequest, world: BackendWorld): Promise<string> {
  throw new Error(`not written yet: ${request.source} ${world.host.os}`);
}

/** Writes the wheel into `output` and answers its file name (PEP 517, `build_wheel`). */
export async function buildWheel(request: BuildRequest, world: BackendWorld): Promise<string> {
  throw new Error(`not written yet: ${request.source} ${world.host.os}`);
}

/** Writes a wheel that leads to the source tree (PEP 660, `build_editable`) and answers its file name. */
export async function buildEditable(request: BuildRequest, world: BackendWorld): Promise<string> {
  throw new Error(`not written yet: ${request.source} ${world.host.os}`);
}

/**
 * Writes the wheel's dist-info folder, RECORD aside, into `output` and answers the folder's name
 * (`prepare_metadata_for_build_wheel`, and the same for editables).
 */
export async function prepareMetadata(request: BuildRequest, world: BackendWorld): Promise<string> {
  throw new Error(`not written yet: ${request.source} ${world.host.os}`);
}
