import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Sandbox, testPython } from "../support/pkm.ts";
import { type Fixture, fixtures, layOut } from "./fixtures.ts";
import { byPkm } from "./halves.ts";

/*
 * `pkm build` comes to the backend through the front end: with a folder of its own, through the sdist, and without an index to
 * ask for `pkm-build`.
 */

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

const chosen = [
  "every field of [project]",
  "what is left in, left out and installed elsewhere",
  "a date of one's own",
  "the version of git at two commits behind a tag",
  "an extension module of the limited API, alone",
];

describe("pkm build", () => {
  test.each(chosen)("makes what the backend makes: %s", async (title) => {
    const fixture = fixtures.find((one) => one.title === title) as Fixture;
    const place = join(sandbox.work, String(chosen.indexOf(title)));
    const [source, output, expected] = [
      join(place, "tree"),
      join(place, "built"),
      join(place, "expected"),
    ];
    layOut(fixture, source);
    const env = fixture.env ?? {};
    const run = await sandbox.pkm(
      ["build", "-q", "--no-index", "--python", testPython, "-o", output, source],
      { env: { ...env } },
    );
    expect(run.stderr).toBe("");
    expect(run.status).toBe(0);
    for (const hook of ["build_sdist", "build_wheel"] as const)
      expect(await byPkm({ hook, source, output: expected, env })).toHaveProperty("filename");
    const files = (folder: string): Record<string, string> =>
      Object.fromEntries(
        readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "base64")]),
      );
    expect(files(output)).toEqual(files(expected));
  });
});
