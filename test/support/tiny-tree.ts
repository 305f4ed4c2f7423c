import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { writeGzip, writeTar } from "#archive/tar-writer";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import type { IndexFile } from "./index-server.ts";

/** A project that is built by `tiny_backend.py`, which the tree itself holds: nothing has to be installed for it. */
export type TinyTree = {
  readonly name: string;
  readonly version: string;
  /** Requires-Dist. */
  readonly needs?: readonly string[];
  /** `build-system.requires`. */
  readonly requires?: readonly string[];
  /** What `get_requires_for_build_wheel` adds. */
  readonly moreRequires?: readonly string[];
  readonly requiresPython?: string;
  /** The backend has a metadata hook. */
  readonly prepares?: boolean;
  /** `[project]` says everything there is to know. */
  readonly isStatic?: boolean;
  /** What the backend does wrong; see there. */
  readonly fault?: string;
  readonly files?: Readonly<Record<string, string>>;
};

export function tinyFiles(tree: TinyTree): Record<string, string> {
  const { name, version, needs = [], requires = [], isStatic = false } = tree;
  const project = isStatic
    ? `[project]\nname = "${name}"\nversion = "${version}"\ndependencies = ${JSON.stringify(needs)}\n`
    : "";
  return {
    "pyproject.toml": `[build-system]\nrequires = ${JSON.stringify(requires)}\nbuild-backend = "tiny"\nbackend-path = ["backend"]\n${project}`,
    "tiny.json": JSON.stringify({
      name,
      version,
      needs,
      more_requires: tree.moreRequires ?? [],
      requires_python: tree.requiresPython ?? "",
      prepares: tree.prepares ?? false,
      fault: tree.fault ?? "",
      ...(tree.files === undefined ? {} : { files: tree.files }),
    }),
    [`src/${name.replaceAll("-", "_")}.py`]: "value = 1\n",
  };
}

const backend = join(import.meta.dir, "tiny_backend.py");

/** Writes the tree into a folder and answers the folder. */
export function writeTinyTree(folder: string, tree: TinyTree): string {
  for (const [path, text] of Object.entries(tinyFiles(tree))) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  mkdirSync(join(folder, "backend"), { recursive: true });
  cpSync(backend, join(folder, "backend", "tiny.py"));
  return folder;
}

/** The sdist of a tree, as an index serves it. `pkgInfo` is of a version that promises nothing before a build. */
export async function tinySdist(tree: TinyTree): Promise<IndexFile> {
  const stem = `${tree.name.replaceAll("-", "_")}-${tree.version}`;
  const texts: Record<string, string> = {
    "PKG-INFO": `Metadata-Version: 2.1\nName: ${tree.name}\nVersion: ${tree.version}\n`,
    ...tinyFiles(tree),
    "backend/tiny.py": await Bun.file(backend).text(),
  };
  const members = Object.entries(texts).map(([path, text]) => ({
    name: `${stem}/${path}`,
    mode: 0o644,
    content: new TextEncoder().encode(text),
  }));
  const bytes = writeGzip(writeTar(members, 1_700_000_000), 1_700_000_000, new RealInflate());
  const sha256 = new RealHashing().digest("sha256", bytes);
  return { filename: `${stem}.tar.gz`, bytes, sha256, uploadTime: "2026-01-01T00:00:00Z" };
}
