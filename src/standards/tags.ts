import type { WheelFilename } from "./wheel-filename.ts";

/**
 * Everything about one Python that decides which wheels it can use (PyPUG platform-compatibility-tags): what a
 * probe of the interpreter yields after {@link tagPlatform}, or a named target. Plain data, kept in caches.
 */
export type TagPlatform = {
  /** `sys.implementation.name` (`cpython`, `pypy`, `graalpy`) or its short form (`cp`, `pp`). */
  readonly implementation: string;
  readonly python: readonly [major: number, minor: number];
  /** ABI tags, best first, without `abi3`, `abi3t` and `none`, which follow from the rest: `cp313t`, `pypy311_pp73`. */
  readonly abis: readonly string[];
  /** Platform tags, best first. */
  readonly platforms: readonly string[];
};

/** The rank of every tag of a platform, in a form that answers for a wheel without building tag texts. */
export type TagRanks = {
  /** Position of a platform tag within each block of tags that differ in nothing else. */
  readonly platforms: ReadonlyMap<string, number>;
  /** Rank of the first tag of the block: python tag, then ABI tag. */
  readonly blocks: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** Ranks of the tags whose platform is `any`: python tag, then ABI tag. */
  readonly pure: ReadonlyMap<string, ReadonlyMap<string, number>>;
};

/**
 * The tags of wheels that the platform can use, best first, in the order of `packaging.tags.sys_tags`.
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { compatibleTags } from "#standards/tags";
 *
 * const tags = compatibleTags({
 *   implementation: "cpython",
 *   python: [3, 13],
 *   abis: ["cp313"],
 *   platforms: ["win_amd64"],
 * });
 * assert.deepEqual(tags.slice(0, 3), ["cp313-cp313-win_amd64", "cp313-abi3-win_amd64", "cp313-none-win_amd64"]);
 * ```
 */
export function compatibleTags(platform: TagPlatform): string[] {
  const tags: string[] = [];
  for (const { python, abi, pure } of tagBlocks(platform))
    if (pure) tags.push(`${python}-${abi}-any`);
    else for (const name of platform.platforms) tags.push(`${python}-${abi}-${name}`);
  return tags;
}

/** Prepares {@link bestRank} for one platform: cheap, no tag is spelled out. */
export function tagRanks(platform: TagPlatform): TagRanks {
  const platforms = new Map<string, number>();
  for (const name of platform.platforms)
    if (!platforms.has(name)) platforms.set(name, platforms.size);
  const blocks = new Map<string, Map<string, number>>();
  const pure = new Map<string, Map<string, number>>();
  let next = 0;
  for (const block of tagBlocks(platform)) {
    const target = block.pure ? pure : blocks;
    let abis = target.get(block.python);
    if (abis === undefined) target.set(block.python, (abis = new Map()));
    if (!abis.has(block.abi)) abis.set(block.abi, next);
    next += block.pure ? 1 : platform.platforms.length;
  }
  return { platforms, blocks, pure };
}

/**
 * The lowest rank among a wheel's tags (the smaller the better), or `undefined` when the platform cannot use it.
 * Asked for every wheel of every page: a foreign platform is turned away by one look-up.
 */
export function bestRank(
  wheel: Pick<WheelFilename, "pythonTags" | "abiTags" | "platformTags">,
  ranks: TagRanks,
): number | undefined {
  let best: number | undefined;
  for (const name of wheel.platformTags) {
    const offset = name === "any" ? 0 : ranks.platforms.get(name);
    if (offset === undefined) continue;
    const blocks = name === "any" ? ranks.pure : ranks.blocks;
    for (const python of wheel.pythonTags) {
      const abis = blocks.get(python);
      if (abis === undefined) continue;
      for (const abi of wheel.abiTags) {
        const base = abis.get(abi);
        if (base !== undefined && (best === undefined || base + offset < best))
          best = base + offset;
      }
    }
  }
  return best;
}

/** Which part of a wheel's tags keeps it away from the platform, for messages; `undefined` when it fits. */
export function tagMismatch(
  wheel: Pick<WheelFilename, "pythonTags" | "abiTags" | "platformTags">,
  ranks: TagRanks,
): "platform" | "python" | "abi" | undefined {
  if (bestRank(wheel, ranks) !== undefined) return undefined;
  if (!wheel.platformTags.some((name) => name === "any" || ranks.platforms.has(name)))
    return "platform";
  if (!wheel.pythonTags.some((python) => ranks.blocks.has(python) || ranks.pure.has(python)))
    return "python";
  return "abi";
}

/** Short names of implementations in tags (PEP 425); others stand for themselves. */
const shortNames: Readonly<Record<string, string>> = {
  python: "py",
  cpython: "cp",
  pypy: "pp",
  ironpython: "ip",
  jython: "jy",
};

/** `cp` for `cpython`, `pp` for `pypy`; what has no short name keeps its own. */
export function implementationTag(implementation: string): string {
  return shortNames[implementation] ?? implementation;
}

/** True when the tags are those of a build without global lock: such a Python takes `abi3t`, never `abi3` (PEP 803). */
export function isFreeThreaded(platform: TagPlatform): boolean {
  return freeThreadedAbi.test(platform.abis[0] ?? "");
}

const freeThreadedAbi = /^cp[0-9]+.*t/;

type TagBlock = { readonly python: string; readonly abi: string; readonly pure: boolean };

/** Tags that differ in the platform only are one block; the order of blocks is that of `packaging.tags` 26.3. */
function tagBlocks(platform: TagPlatform): TagBlock[] {
  const [major, minor] = platform.python;
  const short = implementationTag(platform.implementation);
  const own = `${short}${major}${minor}`;
  const blocks: TagBlock[] = [];
  const add = (python: string, abi: string, pure: boolean = false): void =>
    void blocks.push({ python, abi, pure });
  if (short === "cp") {
    const stable = isFreeThreaded(platform) ? "abi3t" : "abi3";
    for (const abi of platform.abis)
      if (abi !== "none" && abi !== "abi3" && abi !== stable) add(own, abi);
    // PEP 384: the stable ABI begins with 3.2.
    const hasStable = major > 3 || (major === 3 && minor >= 2);
    if (hasStable) add(own, stable);
    add(own, "none");
    if (hasStable)
      for (let older = minor - 1; older >= 2; older--) add(`cp${major}${older}`, stable);
  } else {
    for (const abi of platform.abis) add(own, abi);
    if (!platform.abis.includes("none")) add(own, "none");
  }
  const pythons = pythonTags(major, minor);
  for (const python of pythons) add(python, "none");
  if (short === "cp") add(own, "none", true);
  else if (short === "pp") add("pp3", "none", true);
  for (const python of pythons) add(python, "none", true);
  return blocks;
}

/** `py312`, `py3`, `py311` … `py30`. */
function pythonTags(major: number, minor: number): string[] {
  const tags = [`py${major}${minor}`, `py${major}`];
  for (let older = minor - 1; older >= 0; older--) tags.push(`py${major}${older}`);
  return tags;
}
