import { PkmError } from "#base/errors";
import { compareText } from "#base/order";
import type { InstalledDistribution } from "#environment/environment";
import { readRecord } from "#environment/installed";
import type { World } from "#platform/ports";

/**
 * The files a distribution says it consists of, relative to the folder that holds it: RECORD, or the
 * `installed-files.txt` that pip left beside eggs. `undefined` where there is neither.
 */
export function filesOf(
  distribution: InstalledDistribution,
  world: Pick<World, "files">,
): readonly string[] | undefined {
  const record = recordOf(distribution, world);
  if (record !== undefined) return record.map(tidy).sort(compareText);
  const { kind, metadataPath, location } = distribution;
  if (kind !== "egg-info-folder" && kind !== "egg") return undefined;
  const text = world.files.tryReadText(`${metadataPath}/installed-files.txt`);
  const inside = metadataPath.startsWith(`${location}/`)
    ? metadataPath.slice(location.length + 1)
    : "";
  return text
    ?.split(/\r?\n/)
    .filter((line) => line !== "")
    .map((line) => fromInfo(line, inside))
    .sort(compareText);
}

function recordOf(
  distribution: InstalledDistribution,
  world: Pick<World, "files">,
): readonly string[] | undefined {
  try {
    return readRecord(distribution, world)?.map(({ path }) => path);
  } catch (error) {
    // A RECORD that cannot be read lists nothing; `pip uninstall` will say what is wrong with it.
    if (error instanceof PkmError) return undefined;
    throw error;
  }
}

/** Drops `.` and doubled slashes; `..` stays. */
function tidy(path: string): string {
  if (!path.includes("//") && !path.includes("./") && !path.endsWith("/")) return path;
  const parts = path.split("/").filter((part, i) => part !== "." && (part !== "" || i === 0));
  return parts.join("/");
}

/** `installed-files.txt` counts from the egg-info folder, RECORD from the folder around it. */
function fromInfo(path: string, info: string): string {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const around = info === "" ? [] : info.split("/");
  while (parts[0] === "..") {
    if (around.length === 0 || around.at(-1) === "..") around.push("..");
    else around.pop();
    parts.shift();
  }
  return [...around, ...parts].join("/");
}
