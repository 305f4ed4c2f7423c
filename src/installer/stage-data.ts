import type { TreeLinks } from "#platform/ports";
import type { ManifestPart } from "#store/wheel-manifest";
import { nameOf, parentOf, targetOf } from "./places.ts";
import { isInside } from "./record-paths.ts";
import type { WheelStaging } from "./wheel-staging.ts";

/** Parts of the `.data` folder other than scripts. */
export function stageData(part: ManifestPart, staging: WheelStaging): void {
  const { wheel, linkMode, places } = staging.request;
  const target = targetOf(places, part.scheme, staging.manifest);
  if (part.scheme === "data" && linkApart(part, target, staging)) return;
  const files = part.files.filter((file) =>
    staging.targets.claim(`${target}/${file.path}`, file.sha256),
  );
  if (files.length === 0) return;
  // Headers go into a folder of the distribution's own, which is what a switch exchanges.
  const own = part.scheme === "headers" ? `${nameOf(target)}/` : "";
  const staged = staging.part(part.scheme, own === "" ? target : parentOf(target));
  if (own !== "") staging.world.files.makeFolder(`${staged.from}/${nameOf(target)}`);
  const to = own === "" ? staged.from : `${staged.from}/${nameOf(target)}`;
  const from = `${wheel.root}/${part.folder}`;
  const { folders } = part;
  const paths = files.map((file) => file.path);
  if (part.scheme === "data") linkData({ from, to, folders, files: paths }, staging);
  else staging.world.files.linkTree({ from, to, folders, files: paths, mode: linkMode });
  const prefix = staging.prefix(target);
  for (const { path, sha256, size } of files)
    staging.list(staged, `${own}${path}`, { path: `${prefix}${path}`, sha256, size });
}

/**
 * A part that lies where no other part of the wheel can put anything, as data mostly does: its rows are taken as they
 * are kept, and no file of it is looked at. `false` where that is not so.
 */
function linkApart(part: ManifestPart, target: string, staging: WheelStaging): boolean {
  const { wheel, places } = staging.request;
  const { paths, recordRows, folders, folder } = part;
  // A path in quotes is spelt in another way.
  if (paths === undefined || recordRows === undefined || recordRows.includes('"')) return false;
  if (paths.length === 0) return true;
  const tops = [...folders, ...paths].filter((path) => !path.includes("/"));
  const { purelib, platlib, scripts, headers } = places;
  for (const other of [purelib, platlib, scripts, headers]) {
    if (other === target || isInside(target, other)) return false;
    const below = isInside(other, target) ? other.slice(target.length + 1) : "";
    if (tops.includes(below.split("/", 1)[0] as string)) return false;
  }
  const laid = staging.request.common.data.reserveFiles(folders, paths);
  const given = { tops, files: () => part.files };
  const from = `${wheel.root}/${folder}`;
  if (laid !== undefined) {
    staging.part(part.scheme, target, { ...given, from: laid.folder });
    const linked = paths.filter((path) => !isEdited(path));
    laid.linkFiles(from, linked);
    if (linked.length < paths.length) laid.copyFiles(from, paths.filter(isEdited));
  } else {
    const to = staging.part(part.scheme, target, given).from;
    linkData({ from, to, folders, files: paths }, staging);
  }
  const prefix = staging.prefix(target);
  const rows = `${prefix}${recordRows.slice(0, -1).replaceAll("\n", `\n${prefix}`)}\n`;
  staging.record.keepApart(rows);
  return true;
}

function linkData(links: Omit<TreeLinks, "mode">, staging: WheelStaging): void {
  const { files } = staging.world;
  const linked = links.files.filter((path) => !isEdited(path));
  files.linkTree({ ...links, files: linked, mode: staging.request.linkMode });
  if (linked.length === links.files.length) return;
  files.linkTree({ ...links, folders: [], files: links.files.filter(isEdited), mode: "copy" });
}

/** Configuration is there to be edited, and an edit must not reach the store. */
function isEdited(path: string): boolean {
  return path.startsWith("etc/");
}
