// What an environment holds, without running its Python: bun examples/list-environment.ts .venv
import { installedDistributions, readMetadata, readRequested } from "pkm/environment/installed";
import { RealFiles } from "pkm/platform/real/files";
import { formatRequirement } from "pkm/standards/requirement";

const prefix = process.argv[2] ?? process.env["VIRTUAL_ENV"] ?? ".venv";
const files = new RealFiles();

for (const distribution of installedDistributions(prefix, files)) {
  const { requiresDist } = readMetadata(distribution, { files });
  const asked = readRequested(distribution, { files }) ? " (asked for)" : "";
  console.log(`${distribution.displayName} ${distribution.version}${asked}`);
  for (const requirement of requiresDist) console.log(`  needs ${formatRequirement(requirement)}`);
}
