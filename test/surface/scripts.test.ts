import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { catalogue } from "../support/catalogue.ts";
import { fileOf, type IndexFile, serveIndex } from "../support/index-server.ts";
import { pkmCommand, Sandbox, testPython } from "../support/pkm.ts";
import { makeWheel } from "../support/wheel-maker.ts";
import { peerProgram } from "./peer-options.ts";

/*
 * Shell scripts that were written for pip run with pkm in its place. What they print and how they end is what
 * transcripts/ holds, and those were taken down from pip itself. With PKM_TEST_PIP=1, and PKM_TEST_PEERS naming a folder
 * that has pip 26.3, the scripts run with pip instead, which must still do what the transcripts say (`npm run interop`);
 * with PKM_UPDATE_GOLDEN=1 as well they are written anew.
 */

const peers = process.env.PKM_TEST_PIP === "1" ? process.env.PKM_TEST_PEERS : undefined;
const tool = peers === undefined ? "pkm" : "pip";
const folder = join(import.meta.dir, "scripts");
const scripts = readdirSync(folder)
  .map((name) => name.replace(/\.sh$/, ""))
  .sort();

describe("scripts written for pip", () => {
  const sandbox = new Sandbox();
  const index = serveIndex([...catalogue(), ...further()]);
  const other = serveIndex([fileOf(makeWheel({ name: "elsewhere", version: "1.0" }))]);

  beforeAll(() => {
    const quoted = pkmCommand.map((word) => `'${word}'`).join(" ");
    const line =
      peers === undefined ? `${quoted} pip` : `"$VIRTUAL_ENV/bin/python" '${pipRunner(peers)}'`;
    chmodSync(sandbox.write("../bin/pip", `#!/bin/sh\nexec ${line} "$@"\n`), 0o755);
  });
  afterAll(() => {
    index.stop();
    other.stop();
    sandbox.remove();
  });

  /** The output of a script with everything that is one run's own replaced. */
  async function transcript(script: string): Promise<string> {
    const here = join(sandbox.work, script);
    const environment = join(here, "env");
    for (const name of ["home", "work"]) mkdirSync(join(here, name), { recursive: true });
    await sandbox.pkm(["venv", "-q", "--python", testPython, environment]);
    const env: Record<string, string> = {
      PATH: `${sandbox.folder}/bin:${environment}/bin:${sandbox.env.PATH}`,
      VIRTUAL_ENV: environment,
      HOME: join(here, "home"),
      PIP_INDEX_URL: index.url,
      PIP_DISABLE_PIP_VERSION_CHECK: "1",
      INDEX: index.url,
      FILES: index.url.replace(/simple$/, "files"),
      OTHER: other.url,
      LC_ALL: "C.UTF-8",
    };
    const words = ["bash", "-u", "-c", `unset PIP_CONFIG_FILE; cd "$1"; . "$2"`, "bash"];
    const file = join(folder, `${script}.sh`);
    const run = await sandbox.run([...words, join(here, "work"), file], { env });
    return `${run.stdout}[exit ${run.status}]\n`
      .replaceAll(here, "[FOLDER]")
      .replaceAll(index.url, "[INDEX]")
      .replaceAll(other.url, "[OTHER]")
      .replaceAll(new URL(index.url).origin, "[SERVER]");
  }

  test("are at least twenty", () => {
    expect(scripts.length).toBeGreaterThanOrEqual(20);
  });

  test.concurrent.each(scripts)(
    `%s prints and ends with ${tool} as it does with pip`,
    async (script) => {
      const text = await transcript(script);
      const file = join(import.meta.dir, "transcripts", `${script}.txt`);
      if (peers !== undefined && process.env.PKM_UPDATE_GOLDEN === "1") writeFileSync(file, text);
      expect(text).toBe(readFileSync(file, "utf8"));
    },
  );
});

/** What `pip --python` runs, so that Python is not started twice. */
function pipRunner(folderOfPeers: string): string {
  const code =
    'import os, pip; print(os.path.join(os.path.dirname(pip.__file__), "__pip-runner__.py"))';
  const found = Bun.spawnSync([peerProgram(folderOfPeers, "python"), "-I", "-c", code]);
  return found.stdout.toString().trim();
}

/** What the catalogue of the documentation does not have. */
function further(): IndexFile[] {
  return [
    ...["1.16.0", "1.17.0"].map((version) => makeWheel({ name: "six", version })),
    ...["2.0", "3.10"].map((version) => makeWheel({ name: "idna", version })),
    ...["1.0", "2.0b1"].map((version) => makeWheel({ name: "dawn", version })),
    makeWheel({ name: "winlib", version: "1.0", tag: "cp312-cp312-win_amd64" }),
    makeWheel({ name: "future-only", version: "1.0", requiresPython: ">=9" }),
  ].map((wheel) => fileOf(wheel));
}
