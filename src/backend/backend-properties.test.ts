import { expect, test } from "bun:test";
import { readTar } from "#archive/tar";
import { openWheel } from "#distribution/wheel";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import fc from "fast-check";
import { buildSdist, buildWheel } from "./backend.ts";
import type { BackendWorld } from "./request.ts";

const inflate = new RealInflate();
const hashing = new RealHashing();

function worldOf(files: MemoryFiles): BackendWorld {
  return { files, inflate, hashing, host: memoryHost(), processes: new MemoryProcesses() };
}

const name = fc.constantFrom(
  "a",
  "b.py",
  "c.txt",
  "LICENSE",
  "NOTICE",
  "é",
  "run.sh",
  "dist",
  "x.tmp",
);
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join("/"));
const globs = fc.array(
  fc
    .array(fc.constantFrom("*", "**", "a", "src", "demo", "*.py", "c.???", "[a-c]*", "dist"), {
      minLength: 1,
      maxLength: 3,
    })
    .map((parts) => parts.join("/")),
  { maxLength: 2 },
);

/** A project of which only the layout of its tree and its lists of globs are left to chance. */
const project = fc.record({
  isFlat: fc.boolean(),
  inside: fc.array(path, { maxLength: 8 }),
  beside: fc.array(path, { maxLength: 8 }),
  runs: fc.array(path, { maxLength: 3 }),
  include: globs,
  exclude: globs,
  "wheel-exclude": globs,
  "license-files": fc.option(fc.constantFrom([], ["**/LICENSE"], ["**/NOTICE", "LICENSE"])),
});

type Chance = typeof project extends fc.Arbitrary<infer Value> ? Value : never;

/** The tree; paths that lie below other files are left out. */
function treeOf(chance: Chance): MemoryFiles {
  const root = chance.isFlat ? "demo" : "src/demo";
  const paths = new Set(["pyproject.toml", `${root}/__init__.py`]);
  const add = (file: string): void => {
    const parts = file.split("/");
    const above = parts.map((_, i) => parts.slice(0, i).join("/"));
    if (above.some((one) => paths.has(one))) return;
    if ([...paths].some((one) => one.startsWith(`${file}/`))) return;
    paths.add(file);
  };
  for (const file of chance.inside) add(`${root}/${file}`);
  for (const file of [...chance.beside, ...chance.runs]) add(file);
  const list = (key: "include" | "exclude" | "wheel-exclude"): string =>
    `${key} = ${JSON.stringify(chance[key])}\n`;
  const licenses = chance["license-files"];
  const toml = `[project]
name = "demo"
version = "1.0"
${licenses === null ? "" : `license-files = ${JSON.stringify(licenses)}`}
[tool.pkm.build]
layout = "${chance.isFlat ? "flat" : "src"}"
${list("include")}${list("exclude")}${list("wheel-exclude")}`;
  const files = new MemoryFiles({ "/out/": "", "/unpacked/": "" });
  for (const file of paths) {
    const target = `/tree/${file}`;
    files.makeFolders(target.slice(0, target.lastIndexOf("/")));
    files.write(target, file === "pyproject.toml" ? toml : `${file}\n`);
    if (chance.runs.includes(file)) files.chmod(target, 0o755);
  }
  return files;
}

test("the wheel made through the sdist is the one made from the tree, whatever lies in it", async () => {
  await fc.assert(
    fc.asyncProperty(project, async (chance) => {
      const files = treeOf(chance);
      const world = worldOf(files);
      const before = files.snapshot("/tree");
      const request = { source: "/tree", output: "/out" };
      const code = (error: { code?: string }): string => error.code ?? String(error);
      const sdist = await buildSdist(request, world).catch(code);
      const wheel = await buildWheel(request, world).catch(code);
      // What can be wrong: a glob for licences that finds nothing, a module whose file is left out.
      if (!sdist.endsWith(".tar.gz")) {
        expect(["license-glob-unmatched", "build-setting-invalid"]).toContain(sdist);
        expect(wheel).toBe(sdist);
        return;
      }
      expect(files.snapshot("/tree")).toEqual(before);

      const packed = files.read(`/out/${sdist}`);
      for (const member of readTar(inflate.gunzip(packed, 1e8), sdist)) {
        const target = `/unpacked/${member.name.slice(member.name.indexOf("/") + 1)}`;
        files.makeFolders(target.slice(0, target.lastIndexOf("/")));
        files.write(target, member.content);
        files.chmod(target, member.mode);
      }
      files.makeFolder("/again");
      await buildWheel({ source: "/unpacked", output: "/again" }, world);
      expect(files.read(`/again/${wheel}`)).toEqual(files.read(`/out/${wheel}`));
      await buildSdist({ source: "/unpacked", output: "/again" }, world);
      expect(files.read(`/again/${sdist}`)).toEqual(packed);

      const opened = openWheel(files.read(`/out/${wheel}`), wheel, world);
      for (const file of opened.files)
        expect(opened.content(file, (content) => void [...content])).toHaveLength(43);
    }),
    { numRuns: 300 },
  );
});
