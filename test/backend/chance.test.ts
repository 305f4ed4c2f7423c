import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nameText } from "../differential/file-name-cases.ts";
import { Random } from "../differential/random.ts";
import { requirementText } from "../differential/requirement-cases.ts";
import { specifierText, versionText } from "../differential/version-cases.ts";
import { type Fixture, layOut } from "./fixtures.ts";
import { type Answer, byPkm, byPython, describeArchives, type Job } from "./halves.ts";

/*
 * Projects nobody would write: whatever one half makes of them, archive or refusal, the other makes as well.
 */

const names = [
  "a",
  "b.py",
  "c.txt",
  "é",
  "NOTICE",
  "LICENSE",
  "x.tmp",
  "dist",
  "__pycache__",
  "文.md",
];
const globParts = ["*", "**", "a", "src", "demo", "*.py", "[a-c]*", "?.*", "dist", "NOTICE"];
const licenses = ["MIT", "apache-2.0 OR mit", "MIT WITH x", "(GPL-2.0+)", "LicenseRef-a", ""];
const references = ["demo:main", "demo", "demo : main [x]", "demo:", "a-b:c", "demo.sub:a.b"];
const words = [
  "x",
  "two words",
  "a, b",
  "Ä",
  'q"uote',
  "line\nbreak",
  "b\\s",
  "",
  " around ",
  "A. B",
];
const numbers = 120;

function projectOf(random: Random): Pick<Fixture, "toml" | "files"> {
  const often = (make: () => string): string => (random.chance(0.3) ? `${make()}\n` : "");
  const text = (value: string): string => JSON.stringify(value);
  const list = (make: () => string): string => JSON.stringify(random.list(0, 3, make));
  const word = (): string => random.pick(words);
  const glob = (): string => random.list(1, 3, () => random.pick(globParts)).join("/");
  const person = (): string =>
    random.pick([
      `{ name = ${text(word())} }`,
      `{ name = ${text(word())}, email = "a@example.com" }`,
      '{ email = "a@example.com" }',
    ]);
  const version = random.chance(0.7) ? "1.0" : versionText(random);
  // Most are valid: a project with ten mistakes shows only the first.
  const name = random.chance(0.9) ? "demo" : nameText(random);
  const isFlat = random.chance(0.3);
  const toml = [
    `[project]\nname = ${text(name)}\nversion = ${text(version)}\n`,
    often(() => `description = ${text(word())}`),
    often(() => `keywords = ${list(word)}`),
    often(() => `authors = [${random.list(0, 3, person).join(", ")}]`),
    often(() => `license = ${text(random.pick(licenses))}`),
    often(() => `license-files = ${list(glob)}`),
    random.chance(0.1) ? `requires-python = ${text(specifierText(random))}\n` : "",
    random.chance(0.1) ? `dependencies = [${text(requirementText(random))}]\n` : "",
    often(
      () => `optional-dependencies = { ${text(nameText(random))} = ["b; os_name=='nt'", "c"] }`,
    ),
    often(() => `urls = { ${text(word())} = "https://a.example", 3 = "https://b.example" }`),
    often(() => `scripts = { run = ${text(random.pick(references))} }`),
    often(
      () => `entry-points = { "a.b" = { ${text(word())} = ${text(random.pick(references))} } }`,
    ),
    `[tool.pkm.build]\nmodules = ["demo"]\nlayout = "${isFlat ? "flat" : "src"}"\n`,
    often(() => `include = ${list(glob)}`),
    often(() => `exclude = ${list(glob)}`),
    often(() => `wheel-include = ${list(glob)}`),
    often(() => `wheel-exclude = ${list(glob)}`),
    often(() => 'data = { data = "share", scripts = "a" }'),
  ].join("");
  const files: Record<string, string | { run: string }> = {
    [isFlat ? "demo/__init__.py" : "src/demo/__init__.py"]: "",
    "share/a/b": "data",
  };
  for (let i = random.below(20); i > 0; i--) {
    const start = random.pick(isFlat ? ["demo/", ""] : ["src/demo/", "src/", ""]);
    const path = start + random.list(1, 3, () => random.pick(names)).join("/");
    const isTaken = Object.keys(files).some(
      (other) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`),
    );
    if (!isTaken) files[path] = random.chance(0.2) ? { run: path } : path;
  }
  return { toml, files };
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), "pkm-backend-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("both halves make the same of projects that chance made", async () => {
  const random = new Random(517);
  const projects = Array.from({ length: numbers }, () => projectOf(random));
  const jobsOf = (half: string): Job[] =>
    projects.flatMap((_, i) =>
      (["build_sdist", "build_wheel"] as const).map((hook): Job => {
        const place = join(folder, `${i}`);
        return { hook, source: join(place, "tree"), output: join(place, half), env: {} };
      }),
    );
  for (const [i, project] of projects.entries()) layOut(project, join(folder, `${i}`, "tree"));
  const [ourJobs, theirJobs] = [jobsOf("pkm"), jobsOf("python")];
  const ours: Answer[] = [];
  for (const job of ourJobs) ours.push(await byPkm(job));
  const theirs = byPython(theirJobs, folder);

  const outcome = (answer: Answer): string => ("code" in answer ? answer.code : answer.filename);
  const pathsOf = (jobs: readonly Job[], answers: readonly Answer[]): string[] =>
    answers.flatMap((answer, i) =>
      "filename" in answer ? [join((jobs[i] as Job).output, answer.filename)] : [],
    );
  const differing = ours
    .map((our, i) => ({ toml: projects[i >> 1]?.toml, our, their: theirs[i] as Answer }))
    .filter(({ our, their }) => outcome(our) !== outcome(their));
  expect(differing).toEqual([]);
  const built = describeArchives(pathsOf(ourJobs, ours));
  expect(describeArchives(pathsOf(theirJobs, theirs))).toEqual(built);
  // Neither all refused nor all let through, else nothing was tried.
  expect(built.length).toBeGreaterThan(numbers / 3);
  expect(built.length).toBeLessThan(2 * numbers);
});
