import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readStaticMetadata } from "#distribution/sdist";
import { openWheel } from "#distribution/wheel";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { parseSdistFilename } from "#standards/sdist-filename";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { snapshot } from "../support/folder.ts";
import { type Fixture, fixtures, layOut } from "./fixtures.ts";
import {
  type Answer,
  byPkm,
  byPython,
  describeArchives,
  type Hook,
  packageFolder,
  type ToldMember,
} from "./halves.ts";

/*
 * The promise of `pkm-build`: pkm itself, without Python, and the Python package make the same members in the same order
 * with the same bytes, times and modes.
 */

const folder = realpathSync(mkdtempSync(join(tmpdir(), "pkm-backend-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Built = Readonly<Record<string, { readonly answer: Answer; readonly path: string }>>;

type Case = { readonly fixture: Fixture; readonly source: string; readonly place: string };

const cases: Case[] = [
  ...fixtures.map((fixture, i) => ({
    fixture,
    source: join(folder, `${i}`, "tree"),
    place: join(folder, `${i}`),
  })),
  {
    fixture: { title: "pkm-build itself", toml: "", files: {} },
    source: packageFolder,
    place: join(folder, "itself"),
  },
];
const built = new Map<Case, Built>();
const told = new Map<string, ToldMember[]>();
const before = new Map<Case, Record<string, string>>();

const steps = [
  ["pkm", "sdist", "build_sdist"],
  ["pkm", "again-sdist", "build_sdist"],
  ["pkm", "wheel", "build_wheel"],
  ["pkm", "again-wheel", "build_wheel"],
  ["pkm", "editable", "build_editable"],
  ["pkm", "metadata", "prepare_metadata_for_build_wheel"],
  ["pkm", "through-sdist", "build_wheel"],
  ["python", "sdist", "build_sdist"],
  ["python", "wheel", "build_wheel"],
  ["python", "editable", "build_editable"],
  ["python", "metadata", "prepare_metadata_for_build_wheel"],
  ["python", "through-sdist", "build_wheel"],
] as const satisfies readonly (readonly [string, string, Hook])[];

beforeAll(async () => {
  const jobs: { one: Case; key: string; hook: Hook; source: string; output: string }[] = [];
  for (const one of cases) {
    if (one.source !== packageFolder) layOut(one.fixture, one.source);
    else mkdirSync(one.place);
    before.set(one, snapshot(one.source));
    for (const [half, what, hook] of steps) {
      const key = `${half} ${what}`;
      const source = what === "through-sdist" ? join(one.place, `${half}-unpacked`) : one.source;
      jobs.push({ one, key, hook, source, output: join(one.place, `${half}-${what}`) });
    }
  }
  const answers = new Map<(typeof jobs)[number], Answer>();
  const asJob = ({ one, ...job }: (typeof jobs)[number]) => ({
    ...job,
    env: one.fixture.env ?? {},
  });
  const ofHalf = (half: string, through: boolean) =>
    jobs.filter(({ key }) => key.startsWith(half) && key.endsWith("through-sdist") === through);
  const unpack = (half: string): void => {
    for (const one of cases) {
      const output = join(one.place, `${half}-sdist`);
      const target = join(one.place, `${half}-unpacked`);
      mkdirSync(target);
      const [sdist] = readdirSync(output);
      execFileSync("tar", [
        "xzf",
        join(output, sdist as string),
        "-C",
        target,
        "--strip-components=1",
      ]);
    }
  };
  for (const through of [false, true]) {
    for (const job of ofHalf("pkm", through)) answers.set(job, await byPkm(asJob(job)));
    const theirs = ofHalf("python", through);
    byPython(theirs.map(asJob), folder).forEach((answer, i) => answers.set(theirs[i]!, answer));
    if (!through) for (const half of ["pkm", "python"]) unpack(half);
  }
  for (const one of cases)
    built.set(
      one,
      Object.fromEntries(
        jobs
          .filter((job) => job.one === one)
          .map((job) => {
            const answer = answers.get(job) as Answer;
            const name = "filename" in answer ? answer.filename : "nothing";
            return [job.key, { answer, path: join(job.output, name) }];
          }),
      ),
    );
  const archives = [...built.values()]
    .flatMap((some) => Object.values(some))
    .filter(({ path }) => /\.(whl|gz)$/.test(path))
    .map(({ path }) => path);
  describeArchives(archives).forEach((members, i) => told.set(archives[i] as string, members));
});

const of = (one: Case, key: string) => (built.get(one) as Built)[key] as Built[string];
const membersOf = (one: Case, key: string): ToldMember[] => {
  const { answer, path } = of(one, key);
  expect(answer).toHaveProperty("filename");
  return told.get(path) as ToldMember[];
};
const titled = cases.map((one) => [one.fixture.title, one] as const);

describe.each(titled)("%s", (_, one) => {
  test.each(["sdist", "wheel", "through-sdist"])("%s: pkm and the Python package agree", (what) => {
    expect(of(one, `python ${what}`).answer).toEqual(of(one, `pkm ${what}`).answer);
    expect(membersOf(one, `python ${what}`)).toEqual(membersOf(one, `pkm ${what}`));
  });

  test("an editable wheel leads to the tree, unless something has to be compiled", () => {
    expect(of(one, "python editable").answer).toEqual(of(one, "pkm editable").answer);
    if (one.fixture.hasExtensions === true)
      expect(of(one, "pkm editable").answer).toMatchObject({ code: "editable-has-extensions" });
    else expect(membersOf(one, "python editable")).toEqual(membersOf(one, "pkm editable"));
  });

  test("the metadata before the build is that of the wheel", () => {
    const [ours, theirs] = ["pkm", "python"].map((half) => tree(of(one, `${half} metadata`).path));
    expect(theirs).toEqual(ours as Record<string, string>);
    const wheel = membersOf(one, "pkm wheel").map(([name]) => name);
    const info = of(one, "pkm metadata").path.split("/").at(-1) as string;
    expect(wheel.filter((name) => name.startsWith(info))).toEqual([
      ...Object.keys(ours as object).map((name) => `${info}/${name}`),
      `${info}/RECORD`,
    ]);
  });

  test("the tree is as it was, to the last file of its repository", () => {
    expect(snapshot(one.source)).toEqual(before.get(one) as Record<string, string>);
  });

  test("building twice gives equal bytes", () => {
    for (const what of ["sdist", "wheel"])
      expect(readFileSync(of(one, `pkm again-${what}`).path)).toEqual(
        readFileSync(of(one, `pkm ${what}`).path),
      );
  });

  test("the wheel made through the sdist is the one made from the tree", () => {
    expect(readFileSync(of(one, "pkm through-sdist").path)).toEqual(
      readFileSync(of(one, "pkm wheel").path),
    );
  });

  test("the archives keep every rule that pkm holds others to", () => {
    const world = { inflate: new RealInflate(), hashing: new RealHashing() };
    const wheel = of(one, "pkm wheel");
    const name = (wheel.answer as { filename: string }).filename;
    const opened = openWheel(readFileSync(wheel.path), name, world);
    for (const file of opened.files)
      expect(opened.content(file, (content) => void [...content])).toHaveLength(43);
    const sdist = of(one, "pkm sdist");
    const filename = (sdist.answer as { filename: string }).filename;
    const metadata = readStaticMetadata(
      readFileSync(sdist.path),
      filename,
      parseSdistFilename(filename),
      world,
    );
    expect(metadata.kind).toBe("metadata");
  });

  test("members are in order, with one time and plain modes, the dist-info at the end", () => {
    const members = membersOf(one, "pkm wheel");
    const isInfo = (name: string): boolean => /^[^/]+\.dist-info\//.test(name);
    const names = members.map(([name]) => name);
    const [body, info] = [names.filter((n) => !isInfo(n)), names.filter(isInfo)];
    const record = info.at(-1) as string;
    expect(record).toEndWith("/RECORD");
    expect(names).toEqual([...body.toSorted(), ...info.slice(0, -1).toSorted(), record]);
    expect(new Set(members.map(([, , time]) => String(time))).size).toBe(1);
    for (const [, mode] of members) expect([0o100644, 0o100755]).toContain(mode);
  });

  if (one.fixture.wheel !== undefined)
    test("the wheel has what it should, and has not what it should not", () => {
      holds(membersOf(one, "pkm wheel"), one.fixture.wheel as readonly string[]);
    });

  if (one.fixture.sdist !== undefined)
    test("the sdist has what it should, and has not what it should not", () => {
      const members = membersOf(one, "pkm sdist").map(([name, ...rest]): ToldMember => [
        name.slice(name.indexOf("/") + 1),
        ...rest,
      ]);
      holds(members, one.fixture.sdist as readonly string[]);
    });
});

/** `name`, `start*`, or `!name`. */
function holds(members: readonly ToldMember[], expected: readonly string[]): void {
  const names = members.map(([name]) => name);
  for (const one of expected) {
    if (one.startsWith("!")) expect(names).not.toContain(one.slice(1));
    else if (one.endsWith("*"))
      expect(names.some((name) => name.startsWith(one.slice(0, -1)))).toBe(true);
    else expect(names).toContain(one);
  }
}

function tree(root: string): Record<string, string> {
  const found: Record<string, string> = {};
  const paths = readdirSync(root, { recursive: true, withFileTypes: true });
  for (const entry of paths)
    if (entry.isFile()) {
      const path = join(entry.parentPath, entry.name);
      found[path.slice(root.length + 1)] = readFileSync(path, "utf8");
    }
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}
