import { createHash } from "node:crypto";
import { type ZipMember, writeZip } from "./zip-writer.ts";

export type WheelRecipe = {
  readonly name: string;
  readonly version: string;
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  readonly extras?: readonly string[];
  readonly summary?: string;
  /** `py3-none-any` when left out. */
  readonly tag?: string;
  /** Members beside the dist-info; a module with the name and version when left out. */
  readonly files?: Readonly<Record<string, string>>;
  readonly consoleScripts?: Readonly<Record<string, string>>;
  /** Further lines of METADATA. */
  readonly metadata?: readonly string[];
  /** Paths whose RECORD row is left out. */
  readonly unlisted?: readonly string[];
  /** Content hashed into RECORD instead of the real one. */
  readonly recordLies?: Readonly<Record<string, string>>;
};

export type MadeWheel = {
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly metadata: string;
  readonly sha256: string;
  readonly recipe: WheelRecipe;
};

const recordHash = (content: string): string =>
  `sha256=${createHash("sha256").update(content).digest("base64url")}`;

/** A small valid wheel (unless the recipe asks for lies), the same bytes for the same recipe. */
export function makeWheel(recipe: WheelRecipe): MadeWheel {
  const { name, version, tag = "py3-none-any" } = recipe;
  const stem = `${name.replaceAll(/[-_.]+/g, "_").toLowerCase()}-${version}`;
  const info = `${stem}.dist-info`;
  const moduleName = name.replaceAll(/[-_.]+/g, "_").toLowerCase();
  const metadata = [
    "Metadata-Version: 2.1",
    `Name: ${name}`,
    `Version: ${version}`,
    `Summary: ${recipe.summary ?? `The ${name} of a test`}`,
    ...(recipe.requiresPython === undefined ? [] : [`Requires-Python: ${recipe.requiresPython}`]),
    ...(recipe.extras ?? []).map((extra) => `Provides-Extra: ${extra}`),
    ...(recipe.requires ?? []).map((requirement) => `Requires-Dist: ${requirement}`),
    ...(recipe.metadata ?? []),
    "",
    "",
  ].join("\n");
  const files: Record<string, string> = {
    ...(recipe.files ?? { [`${moduleName}/__init__.py`]: `__version__ = "${version}"\n` }),
    [`${info}/METADATA`]: metadata,
    [`${info}/WHEEL`]: `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: ${tag.endsWith("-any")}\nTag: ${tag}\n`,
  };
  const scripts = Object.entries(recipe.consoleScripts ?? {});
  if (scripts.length > 0)
    files[`${info}/entry_points.txt`] =
      `[console_scripts]\n${scripts.map(([k, v]) => `${k} = ${v}\n`).join("")}`;
  const rows = Object.entries(files)
    .filter(([path]) => recipe.unlisted?.includes(path) !== true)
    .map(([path, content]) => {
      const told = recipe.recordLies?.[path] ?? content;
      return `${path},${recordHash(told)},${new TextEncoder().encode(content).length}`;
    });
  files[`${info}/RECORD`] = `${rows.join("\n")}\n${info}/RECORD,,\n`;
  const members: ZipMember[] = Object.entries(files).map(([path, content]) => ({
    name: path,
    content,
  }));
  const bytes = writeZip(members);
  return {
    filename: `${stem}-${tag}.whl`,
    bytes,
    metadata,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    recipe,
  };
}
