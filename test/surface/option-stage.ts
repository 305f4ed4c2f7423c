import { createHash } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { fileOf, type IndexFile, serveIndex, type TestIndex } from "../support/index-server.ts";
import { type Finished, pkmCommand, Sandbox, testPython } from "../support/pkm.ts";
import { makeWheel, type WheelRecipe } from "../support/wheel-maker.ts";

/** A folder, two indexes and two environments in which every option can be seen to do something. */
export class OptionStage {
  readonly sandbox = new Sandbox();
  readonly index: TestIndex = serveIndex(files());
  readonly other: TestIndex = serveIndex([
    fileOf(makeWheel({ name: "elsewhere", version: "1.0" })),
  ]);
  #count = 0;

  async open(): Promise<void> {
    const bin = join(this.sandbox.folder, "bin");
    mkdirSync(bin);
    const quoted = pkmCommand.map((word) => `'${word}'`).join(" ");
    for (const name of ["pip", "pip-compile", "pip-sync", "virtualenv"]) {
      const path = this.sandbox.write(`../bin/${name}`, `#!/bin/sh\nexec ${quoted} ${name} "$@"\n`);
      chmodSync(path, 0o755);
    }
    chmodSync(this.sandbox.write("../bin/pkm", `#!/bin/sh\nexec ${quoted} "$@"\n`), 0o755);
    Object.assign(this.sandbox.env, {
      PATH: `${bin}:${this.sandbox.env.PATH}`,
      PIP_INDEX_URL: this.index.url,
      INDEX: this.index.url,
      OTHER: this.other.url,
      PROJECT: join(import.meta.dir, "project.sh"),
      PYTHON: testPython,
      EMPTY: await this.sandbox.environment("empty"),
      ENV: await this.sandbox.environment("used"),
    });
    const env = this.sandbox.env as Record<string, string>;
    await this.run('pip install -q --python "$ENV" demo==1.0 app sdisted==1.0');
    const site = (await this.run('pip list --python "$ENV" -v --format json')).stdout;
    const { location } = (JSON.parse(site) as { location: string }[])[0] as { location: string };
    const info = join(location, "worked_on-1.0.dist-info");
    const written = {
      METADATA: "Metadata-Version: 2.1\nName: worked-on\nVersion: 1.0\n",
      RECORD: "",
      INSTALLER: "pip\n",
      "direct_url.json": JSON.stringify({
        url: `file://${this.sandbox.work}/tree`,
        dir_info: { editable: true },
      }),
    };
    for (const [name, text] of Object.entries(written))
      this.sandbox.write(join(info, name).slice(this.sandbox.work.length + 1), text);
    env.SITE = location;
  }

  /** Runs a script in a fresh folder with the files that values of options name. */
  run(script: string, env: Readonly<Record<string, string>> = {}): Promise<Finished> {
    this.#count += 1;
    const folder = `row${this.#count}`;
    for (const [name, content] of Object.entries(template))
      this.sandbox.write(`${folder}/${name}`, content);
    return this.sandbox.run(["sh", "-c", `cd ${folder}\n${script}`], { env: { ...env } });
  }

  close(): void {
    this.index.stop();
    this.other.stop();
    this.sandbox.remove();
  }
}

const local = makeWheel({ name: "local", version: "1.0" });

/** What each script finds beside it. */
const template: Readonly<Record<string, string | Uint8Array>> = {
  "tool.txt": "tool\n",
  "old.txt": "demo<1.1\n",
  "pinned.txt": "demo==1.0\ntool==1.0\n",
  "requirements.in": "demo[extra]\n",
  "wheels/local-1.0-py3-none-any.whl": local.bytes,
  "script.py": '# /// script\n# dependencies = ["tool"]\n# ///\n',
  "project/pyproject.toml": [
    "[project]",
    'name = "project"',
    'version = "1"',
    'dependencies = ["demo"]',
    "[project.optional-dependencies]",
    'more = ["tool"]',
    "[dependency-groups]",
    'dev = ["tool"]',
    "[tool.pip-tools.compile]",
    "header = false",
    "",
  ].join("\n"),
  "hashed.txt": `demo==1.0 --hash=sha256:${makeWheel({ name: "demo", version: "1.0", extras: ["extra"] }).sha256}\ntool\n`,
  "settings.toml": "[tool.pip-tools]\nheader = false\n",
};

function files(): IndexFile[] {
  const demo = (version: string, uploadTime: string): IndexFile =>
    fileOf(makeWheel({ name: "demo", version, extras: ["extra"] }), { uploadTime });
  const recipes: readonly WheelRecipe[] = [
    { name: "app", version: "1.0", requires: ["demo", "tool"] },
    { name: "tool", version: "1.0" },
    { name: "picky", version: "1.0", requires: ["demo>=1.0"] },
    { name: "strict", version: "1.0", requires: ["demo<1.1"] },
    { name: "windows", version: "1.0", tag: "py3-none-win_amd64" },
    { name: "tongue", version: "1.0" },
    { name: "tongue", version: "2.0", tag: "pp3-none-any" },
    { name: "binding", version: "1.0", tag: "cp312-oddabi-win_amd64" },
    { name: "modern", version: "1.0" },
    { name: "modern", version: "2.0", requiresPython: ">=3.9" },
    { name: "future", version: "1.0", requiresPython: ">=9" },
    { name: "sdisted", version: "1.0" },
    { name: "pip", version: "99.0" },
    { name: "setuptools", version: "97.0" },
    { name: "setuptools", version: "98.0" },
    { name: "wheel", version: "97.0" },
  ];
  return [
    demo("1.0", "2020-01-01T00:00:00Z"),
    demo("1.1", "2026-01-01T00:00:00Z"),
    demo("2.0b1", "2026-02-01T00:00:00Z"),
    ...recipes.map((recipe) => fileOf(makeWheel(recipe))),
    sourceOf("sdisted", "1.1"),
  ];
}

/** A source distribution whose metadata holds for what would be built from it (PEP 643): it can be chosen unbuilt. */
function sourceOf(name: string, version: string): IndexFile {
  const text = `Metadata-Version: 2.2\nName: ${name}\nVersion: ${version}\n`;
  const header = new Uint8Array(512);
  const put = (at: number, field: string): void => {
    header.set(Buffer.from(field), at);
  };
  put(0, `${name}-${version}/PKG-INFO`);
  put(100, "0000644\0");
  put(124, `${text.length.toString(8).padStart(11, "0")}\0`);
  put(136, "00000000000\0");
  put(148, "        ");
  put(156, "0");
  put(257, "ustar\u000000");
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  const body = Buffer.alloc(512);
  body.write(text);
  const bytes = gzipSync(Buffer.concat([header, body, Buffer.alloc(1024)]));
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return { filename: `${name}-${version}.tar.gz`, bytes, sha256 };
}
