/*
 * Lays the projects out that hold both halves of the backend together (`test/backend/fixtures.ts`), builds each by what is
 * inside pkm, and prints where everything lies. Run by `scripts/interop.mjs` with a folder.
 */
import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fixtures, layOut } from "../test/backend/fixtures.ts";
import { byPkm, packageFolder } from "../test/backend/halves.ts";

const folder = process.argv[2] as string;

const projects = [
  ...fixtures,
  { title: "pkm-build itself", env: {}, hasExtensions: false, isItself: true },
];
for (const [i, project] of projects.entries()) {
  const place = join(folder, `${i}`);
  const source = join(place, "tree");
  mkdirSync(place, { recursive: true });
  if ("isItself" in project) cpSync(packageFolder, source, { recursive: true });
  else layOut(project, source);
  const { title, env = {}, hasExtensions = false } = project;
  const built: string[] = [];
  for (const hook of ["build_sdist", "build_wheel"] as const) {
    const answer = await byPkm({ hook, source, output: join(place, "pkm"), env });
    if ("code" in answer) throw new Error(`${title}: ${answer.message}`);
    built.push(join(place, "pkm", answer.filename));
  }
  console.log(JSON.stringify({ title, source, env, hasExtensions, place, built }));
}
