import { abiTags } from "#standards/platform-tags";
import { tagRanks } from "#standards/tags";
import { parseVersion, tryParseVersion } from "#standards/version";
import type { ResolutionTarget } from "./request.ts";

/**
 * The same machine with another CPython (`3.12`, `3.12.4`); `undefined` for other implementations, whose ABI only an
 * interpreter of theirs can tell.
 */
export function otherPython(target: ResolutionTarget, text: string): ResolutionTarget | undefined {
  const { implementation_name: implementation } = target.markers;
  const release = tryParseVersion(text)?.release.map(Number);
  if (implementation !== "cpython" || release === undefined) return undefined;
  const [major = 3, minor = 0, micro = 0] = release;
  const python = [major, minor] as const;
  const full = `${major}.${minor}.${micro}`;
  const freeThreaded = [...target.tags.blocks.values()].some((abis) =>
    [...abis.keys()].some((abi) => /^cp\d+t$/.test(abi)),
  );
  return {
    python: parseVersion(full),
    markers: {
      ...target.markers,
      python_version: `${major}.${minor}`,
      python_full_version: full,
      implementation_version: full,
    },
    tags: tagRanks({
      implementation,
      python,
      abis: abiTags({ implementation, python, freeThreaded }),
      platforms: [...target.tags.platforms.keys()],
    }),
    description: target.description.replace(/^Python \S+/, `Python ${text}`),
  };
}

/** Minor versions that are neither too old nor too new to be worth a try, nearest to the target first. */
export function neighbouringPythons(target: ResolutionTarget): string[] {
  const [major = 3, minor = 0] = target.python.release.map(Number);
  if (major !== 3) return [];
  const minors: number[] = [];
  for (let distance = 1; distance <= 6; distance++)
    for (const other of [minor + distance, minor - distance])
      if (other >= oldestMinor && other <= newestMinor) minors.push(other);
  return minors.map((other) => `3.${other}`);
}

const oldestMinor = 8;
const newestMinor = 15;
