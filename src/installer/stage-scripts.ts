import { recordDigest } from "./digest.ts";
import { nameOf } from "./places.ts";
import { checkScriptName, hasPlaceholder, headLength, rewriteScript } from "./scripts.ts";
import type { OpenPart, WheelStaging } from "./wheel-staging.ts";
import { scriptsOf } from "./wheel-scripts.ts";

/** Commands of the entry points, then the wheel's own scripts that are not the same commands again. */
export function stageScripts(staging: WheelStaging): void {
  const { manifest, world, targets } = staging;
  const { launcher, environment, places, wheel } = staging.request;
  const { wrapped, own, folder } = scriptsOf(manifest, launcher, environment);
  if (wrapped.length + own.length === 0) return;
  const names = [...wrapped.map(({ name }) => name), ...own.map(({ path }) => path)];
  const laid = staging.reserve(
    "scripts",
    names.map((name) => name.split("/", 1)[0] as string),
  );
  const part = staging.part("scripts", places.scripts, { from: laid.folder });
  for (const { name, content } of wrapped) {
    const bytes = typeof content === "string" ? encoder.encode(content) : content;
    list(part, name, recordDigest(bytes, world.hashing), bytes.length, staging);
    laid.write(name, () => bytes, executable);
  }
  for (const { path, sha256, size } of own) {
    checkScriptName(staging.label, nameOf(path));
    if (!targets.claim(`${places.scripts}/${path}`, sha256)) continue;
    const original = `${wheel.root}/${folder}/${path}`;
    const named = withInterpreter(original, staging);
    if (named === undefined) list(part, path, sha256, size, staging);
    else list(part, path, recordDigest(named, world.hashing), named.length, staging);
    laid.write(path, () => named ?? world.files.read(original), executable);
  }
}

const executable = 0o777;
const encoder = new TextEncoder();

/** A script with its interpreter named; `undefined` for one that names it already, or is none, as large programs are. */
function withInterpreter(path: string, { request, world }: WheelStaging): Uint8Array | undefined {
  const { launcher, environment } = request;
  const { files } = world;
  if (!hasPlaceholder(files.readAt(path, 0, headLength))) return undefined;
  return rewriteScript(files.read(path), launcher, environment);
}

function list(
  part: OpenPart,
  path: string,
  sha256: string,
  size: number,
  staging: WheelStaging,
): void {
  staging.targets.note(`${part.to}/${path}`, sha256);
  staging.list(part, path, { path: `${staging.prefix(part.to)}${path}`, sha256, size });
}
