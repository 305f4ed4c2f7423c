import { createHash } from "node:crypto";
import { type CraftedArchive, type CraftedMember, craftZip } from "#archive/crafted-zip";

/** A wheel for tests: honest, except for what the recipe says otherwise. */
export type CraftedWheel = {
  readonly name?: string;
  readonly version?: string;
  /** Files by path below the root, the data folder written as `data/`. */
  readonly files?: Readonly<Record<string, string>>;
  /** Members as they come, beside the files. */
  readonly members?: readonly CraftedMember[];
  readonly wheel?: string;
  readonly metadata?: string;
  readonly entryPoints?: string;
  readonly distInfo?: string;
  /** Rows of RECORD by path, in the place of the true one; `null` leaves the row out. */
  readonly record?: Readonly<Record<string, string | null>>;
  /** Members of the dist-info that are left out. */
  readonly without?: readonly string[];
  readonly executable?: readonly string[];
  readonly archive?: CraftedArchive;
};

export function craftWheel(recipe: CraftedWheel = {}): Uint8Array {
  const { name = "demo", version = "1.0" } = recipe;
  const distInfo = recipe.distInfo ?? `${name}-${version}.dist-info`;
  const without = (file: string): boolean => recipe.without?.includes(file) === true;
  const files: Record<string, string> = { ...(recipe.files ?? { "demo/__init__.py": "" }) };
  if (!without("METADATA"))
    files[`${distInfo}/METADATA`] =
      recipe.metadata ??
      `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nRequires-Python: >=3.8\n\nText\n`;
  if (!without("WHEEL"))
    files[`${distInfo}/WHEEL`] =
      recipe.wheel ?? "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n";
  if (recipe.entryPoints !== undefined) files[`${distInfo}/entry_points.txt`] = recipe.entryPoints;
  const rows: Record<string, string> = { [`${distInfo}/RECORD`]: `${distInfo}/RECORD,,` };
  const members = [
    ...Object.entries(files).map(([path, content]) => ({ name: path, content })),
    ...(recipe.members ?? []),
  ];
  for (const { name: path, content = "" } of members)
    if (!path.endsWith("/")) rows[path] = recordRow(path, content);
  for (const [path, row] of Object.entries(recipe.record ?? {})) {
    if (row === null) delete rows[path];
    else rows[path] = row;
  }
  const record = { name: `${distInfo}/RECORD`, content: `${Object.values(rows).join("\n")}\n` };
  const all: CraftedMember[] = [...members, ...(without("RECORD") ? [] : [record])];
  return craftZip(
    all.map((member) =>
      recipe.executable?.includes(member.name) === true ? { mode: 0o100755, ...member } : member,
    ),
    recipe.archive,
  );
}

/** The true row of a file. */
export function recordRow(
  path: string,
  content: string | Uint8Array,
  algorithm = "sha256",
): string {
  const digest = createHash(algorithm).update(content).digest("base64url");
  const cell = /[",]/.test(path) ? `"${path.replaceAll('"', '""')}"` : path;
  return `${cell},${algorithm}=${digest},${Buffer.byteLength(content)}`;
}
