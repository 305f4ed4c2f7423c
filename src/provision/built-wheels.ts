import { formatHash } from "#base/hash";
import { bestFile, type ResolvedPackage } from "#resolver/resolution";
import { hashesUnchecked, hashMismatch, lostForWantOfBuild } from "./errors.ts";
import type { BuildableSource, BuiltWheel } from "./source-builder.ts";
import { checkDemandedHashes } from "./demanded-hashes.ts";
import type { ProvisionWorld } from "./world.ts";

/** The wheel of a package of which there is only source, built now or earlier. */
export async function wheelFromSource(
  found: ResolvedPackage,
  world: ProvisionWorld,
): Promise<BuiltWheel> {
  const source = buildableOf(found);
  if (source === undefined || world.builds === undefined) throw lostForWantOfBuild(found);
  await checkSourceHashes(found, source, world);
  const { name, version } = found;
  const built = await world.builds.wheel(source, { name, version });
  world.report({ type: "wheel-ready", name, version: version.text, fetched: built.isFresh });
  return built;
}

/** What has to be built to install a package; `undefined` when it is a wheel, or there already. */
export function buildableOf({ source }: ResolvedPackage): BuildableSource | undefined {
  switch (source.kind) {
    case "repository":
    case "url": {
      const file = source.kind === "url" ? source.file : bestFile(source);
      return file?.identity.kind === "sdist" ? { kind: "sdist", file } : undefined;
    }
    case "installed":
      return undefined;
    case "archive":
    case "checkout":
    case "folder":
      return source;
    default:
      return source satisfies never;
  }
}

/** Demanded hashes are those of the source: what is built of it has others each time. */
async function checkSourceHashes(
  found: ResolvedPackage,
  source: BuildableSource,
  world: ProvisionWorld,
): Promise<void> {
  const demanded = found.demandedHashes ?? [];
  if (demanded.length === 0) return;
  switch (source.kind) {
    case "sdist":
      if (source.file.hashes.sha256 === undefined || !isComparable(found, source.file.hashes))
        checkDemandedHashes(found, await world.repositories.download(source.file), world);
      return;
    case "archive": {
      const { filename, url, hashes } = source;
      if (demanded.some(({ algorithm, hex }) => hashes[algorithm] === hex)) return;
      if (isComparable(found, hashes)) throw hashMismatch(filename, demanded, hashes.sha256 ?? "");
      const file = { filename, url, hashes, size: undefined };
      checkDemandedHashes(found, await world.repositories.download(file), world);
      return;
    }
    case "checkout":
    case "folder":
      throw hashesUnchecked(found.name, demanded.map(formatHash));
    default:
      source satisfies never;
  }
}

function isComparable(
  { demandedHashes = [] }: ResolvedPackage,
  hashes: Readonly<Record<string, string>>,
): boolean {
  return demandedHashes.some(({ algorithm }) => algorithm in hashes);
}
