import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expectRefusal, expectSuccess } from "../support/answers.ts";
import { installedIn, snapshot } from "../support/folder.ts";
import { fileOf, type IndexFile, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, Sandbox } from "../support/pkm.ts";
import { makeWheel, type MadeWheel } from "../support/wheel-maker.ts";

let sandbox: Sandbox;
beforeAll(() => {
  sandbox = new Sandbox();
});
afterAll(() => sandbox.remove());

/** The wheel needs `better`, and the index says that it needs `good`. */
const demo = makeWheel({ name: "demo", version: "1.0", requires: ["better"] });
const lie = demo.metadata.replace("better", "good");
const user = makeWheel({ name: "user", version: "1.0", requires: ["demo"] });
const rest = ["good", "better"].map((name) => fileOf(makeWheel({ name, version: "1.0" })));

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const serve = (wheel: MadeWheel, extra: Partial<IndexFile>): TestIndex =>
  serveIndex([fileOf(wheel, extra), fileOf(user), ...rest]);

let counter = 0;
/** A cache and an environment of its own, and commands in them. */
async function workplace(): Promise<{
  readonly environment: string;
  readonly pip: (index: TestIndex, ...words: string[]) => Promise<Finished>;
}> {
  const at = ++counter;
  const environment = await sandbox.environment(`env${at}`);
  const env = { PKM_CACHE_DIR: join(sandbox.folder, `cache${at}`) };
  return {
    environment,
    pip: (index, ...words) =>
      sandbox.pkm(["pip", ...words, "--python", environment, "--index-url", index.url], { env }),
  };
}

const refused = (run: Finished): void =>
  expectRefusal(
    run,
    "sidecar-contradicts-wheel",
    "demo-1.0-py3-none-any.whl",
    "`Requires-Dist`",
    "`good`",
    "`better`",
    ".whl.metadata",
  );

describe("a sidecar that contradicts its wheel", () => {
  test.each([
    ["that the page has a digest of", { metadata: lie, metadataSha256: sha256(lie) }],
    ["that the page only tells of", { metadata: lie }],
  ])("%s is refused, and the next run goes by the wheel", async (_, extra) => {
    const { environment, pip } = await workplace();
    const before = snapshot(environment);
    const index = serve(demo, extra);
    try {
      refused(await pip(index, "install", "demo"));
      expect(snapshot(environment)).toEqual(before);
      expectSuccess(await pip(index, "install", "demo"));
      expect(installedIn(environment)).toEqual(["better 1.0", "demo 1.0"]);
    } finally {
      index.stop();
    }
  });

  test("is found out behind a remembered resolution too, and none that rests on it survives", async () => {
    const { environment, pip } = await workplace();
    const index = serve(demo, { metadata: lie });
    try {
      for (const name of ["demo", "user"])
        expectSuccess(await pip(index, "install", "--dry-run", name));
      refused(await pip(index, "install", "demo"));
      expectSuccess(await pip(index, "install", "user"));
      expect(installedIn(environment)).toEqual(["better 1.0", "demo 1.0", "user 1.0"]);
    } finally {
      index.stop();
    }
  });

  test("is found out when the wheel came from elsewhere long ago", async () => {
    const { environment, pip } = await workplace();
    const honest = serve(demo, { metadataSha256: sha256(demo.metadata) });
    const liar = serve(demo, { metadata: lie, metadataSha256: sha256(lie) });
    try {
      expectSuccess(await pip(honest, "install", "demo"));
      const { environment: other } = await workplace();
      refused(await pip(liar, "install", "--target", join(other, "there"), "demo"));
      expect(installedIn(environment)).toEqual(["better 1.0", "demo 1.0"]);
    } finally {
      honest.stop();
      liar.stop();
    }
  });

  test("does no harm where nothing rests on it", async () => {
    const { environment, pip } = await workplace();
    const index = serve(demo, { metadata: lie });
    try {
      expectSuccess(await pip(index, "install", "--no-deps", "demo"));
      expect(installedIn(environment)).toEqual(["demo 1.0"]);
    } finally {
      index.stop();
    }
  });

  test("is refused by pip download, which puts nothing there", async () => {
    const { pip } = await workplace();
    const index = serve(demo, { metadata: lie });
    const folder = join(sandbox.folder, "downloaded");
    try {
      refused(await pip(index, "download", "-d", folder, "demo"));
      const there = existsSync(folder) ? readdirSync(folder) : [];
      expect(there.filter((name) => name.startsWith("demo"))).toEqual([]);
    } finally {
      index.stop();
    }
  });
});

test("a sidecar in other words is believed", async () => {
  const { environment, pip } = await workplace();
  const wheel = makeWheel({ name: "demo", version: "1.0", requires: ["better>=1,<2", "good"] });
  const other = wheel.metadata
    .replace("better>=1,<2", "Better (<2, >=1.0)")
    .replace("The demo of a test", "Something else");
  expect(other).not.toBe(wheel.metadata);
  const index = serve(wheel, { metadata: other, metadataSha256: sha256(other) });
  try {
    expectSuccess(await pip(index, "install", "demo"));
    expect(installedIn(environment)).toEqual(["better 1.0", "demo 1.0", "good 1.0"]);
  } finally {
    index.stop();
  }
});
