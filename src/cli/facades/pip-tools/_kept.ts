import { PkmError } from "#base/errors";
import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import { readInstalled, readMetadata } from "#environment/installed";
import type { World } from "#platform/ports";
import { evaluateMarkerLeniently } from "#standards/marker";
import { type NormalizedName, normalizeName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import { specifierContains } from "#standards/specifier-set";

/** What pip-sync never takes out, with what it needs: the tools themselves. */
const tools = ["pip", "pip-tools", "pip-review", "pkg-resources", "python", "wsgiref", "argparse"];
/** What environments of older Pythons come with. */
const oldTools = ["setuptools", "distribute", "wheel"];

/** Names that are installed and stay whatever the files say. */
export function keptNames(
  environment: PythonEnvironment,
  world: Pick<World, "files" | "host">,
): ReadonlySet<NormalizedName> {
  const installed = new Map(readInstalled(environment, world).map((each) => [each.name, each]));
  const { major, minor, markers } = environment.interpreter;
  const roots = major === 3 && minor < 12 ? [...tools, ...oldTools] : tools;
  const pending = roots.map(normalizeName);
  const kept = new Set<NormalizedName>();
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    const found = installed.get(name);
    if (found === undefined || kept.has(name)) continue;
    kept.add(name);
    for (const requirement of requirementsOf(found, world)) {
      const { marker, specifier } = requirement;
      if (marker !== undefined && !evaluateMarkerLeniently(marker, markers)) continue;
      const version = installed.get(requirement.name)?.version;
      if (version !== undefined && specifierContains(specifier, version, { prereleases: true }))
        pending.push(requirement.name);
    }
  }
  return kept;
}

function requirementsOf(
  distribution: InstalledDistribution,
  world: Pick<World, "files" | "host">,
): readonly Requirement[] {
  try {
    return readMetadata(distribution, world).requiresDist;
  } catch (error) {
    // What cannot be read asks for nothing that could be kept.
    if (error instanceof PkmError) return [];
    throw error;
  }
}
