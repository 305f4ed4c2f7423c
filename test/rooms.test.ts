import { describe, expect, test } from "bun:test";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";

const source = join(import.meta.dir, "..", "src");

/** Rooms by floor; a room imports only from lower floors. */
const floors: Readonly<Record<string, number>> = {
  base: 0,
  standards: 1,
  pubgrub: 1,
  platform: 1,
  archive: 1,
  distribution: 2,
  settings: 2,
  http: 2,
  store: 3,
  backend: 3,
  repository: 4,
  interpreter: 4,
  environment: 5,
  resolver: 5,
  installer: 6,
  lock: 6,
  provision: 7,
  build: 8,
  cli: 10,
};
const pureRooms = new Set(["standards", "pubgrub", "archive", "base"]);

type SourceFile = {
  readonly path: string;
  readonly room: string;
  readonly text: string;
  readonly imports: string[];
};

function sourceFiles(): SourceFile[] {
  const files: SourceFile[] = [];
  const walk = (folder: string): void => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) walk(path);
      else if (entry.name.endsWith(".ts")) {
        const text = withoutComments(readFileSync(path, "utf8"));
        const found = text.matchAll(/(?:^|[^\w.])(?:from\s+|import\s+|import\()"([^"]+)"/gm);
        const room = relative(source, path).split("/")[0] as string;
        files.push({
          path: relative(source, path),
          room,
          text,
          imports: [...found].map((m) => m[1] as string),
        });
      }
    }
  };
  walk(source);
  return files;
}

/** Examples in comments import what they like. */
function withoutComments(text: string): string {
  return text.replaceAll(/^\s*(\/\*[\s\S]*?\*\/|\/\/.*$)/gm, "");
}

const files = sourceFiles();
const isTest = (path: string): boolean =>
  path.endsWith(".test.ts") || path.endsWith("-contract.ts");

describe("rooms and floors", () => {
  test("every folder below src is a room with a floor, a README and a line on the map", () => {
    const map = readFileSync(join(source, "..", "docs", "architecture.md"), "utf8");
    for (const room of readdirSync(source)) {
      if (!statSync(join(source, room)).isDirectory()) continue;
      expect(Object.keys(floors)).toContain(room);
      expect(existsSync(join(source, room, "README.md")), `src/${room}/README.md`).toBe(true);
      expect(map).toContain(`| \`${room}\` |`);
    }
  });

  test("a room imports only from lower floors", () => {
    const wrong: string[] = [];
    for (const { path, room, imports } of files) {
      if (isTest(path)) continue;
      for (const address of imports) {
        const target = /^#([a-z]+)\//.exec(address)?.[1];
        if (target === undefined || target === room) continue;
        if ((floors[target] ?? 99) >= (floors[room] as number))
          wrong.push(`${path} imports ${address}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  test("imports across rooms carry their address, and inside a room they are relative", () => {
    const wrong: string[] = [];
    for (const { path, imports } of files)
      for (const address of imports) {
        if (address.startsWith("../")) wrong.push(`${path} imports ${address}`);
        if (address.startsWith("./") && !/\.(ts|py|txt|json)$/.test(address))
          wrong.push(`${path} imports ${address} without its ending`);
      }
    expect(wrong).toEqual([]);
  });

  test("every import finds its file", () => {
    const missing: string[] = [];
    for (const { path, imports } of files)
      for (const address of imports) {
        const target = address.startsWith("#")
          ? join(source, `${address.slice(1)}.ts`)
          : address.startsWith("./")
            ? join(source, dirname(path), address)
            : undefined;
        if (target !== undefined && !existsSync(target)) missing.push(`${path} imports ${address}`);
      }
    expect(missing).toEqual([]);
  });

  test("files private to a room are not imported from outside", () => {
    const wrong = files.flatMap(({ path, room, imports }) =>
      imports
        .filter((address) => /^#.*\/_[^/]*$/.test(address) && !address.startsWith(`#${room}/`))
        .map((address) => `${path}: ${address}`),
    );
    expect(wrong).toEqual([]);
  });

  test("pure rooms know no clock, no disk, no network and no process", () => {
    const wrong: string[] = [];
    for (const { path, room, text, imports } of files) {
      if (!pureRooms.has(room) || isTest(path)) continue;
      for (const address of imports)
        if (address.startsWith("node:") || address.startsWith("bun"))
          wrong.push(`${path}: ${address}`);
      for (const name of [
        /\bBun\./,
        /\bprocess\./,
        /\bDate\.now\b/,
        /\bfetch\(/,
        /\bMath\.random\b/,
      ])
        if (name.test(text)) wrong.push(`${path}: ${name.source}`);
    }
    expect(wrong).toEqual([]);
  });

  test("only platform touches the machine, and only it says Bun", () => {
    const wrong: string[] = [];
    for (const { path, room, text, imports } of files) {
      if (room === "platform" || isTest(path)) continue;
      for (const address of imports)
        if (
          /^node:(fs|os|child_process|net|http|https|tls|dns|worker_threads)/.test(address) ||
          address.startsWith("bun")
        )
          wrong.push(`${path}: ${address}`);
      if (/\bBun\./.test(text)) wrong.push(`${path}: Bun.`);
      if (room !== "cli" && /\bprocess\.env\b/.test(text)) wrong.push(`${path}: process.env`);
    }
    expect(wrong).toEqual([]);
  });

  test("no file is a barrel or called index.ts", () => {
    expect(
      files.filter(({ path }) => /(^|\/)index\.ts$/.test(path)).map(({ path }) => path),
    ).toEqual([]);
  });
});

describe("documents", () => {
  const errorPages = join(source, "..", "docs", "errors");
  const codes = new Set<string>();
  for (const { path, text } of files)
    if (!isTest(path))
      for (const match of text.matchAll(/\bcode: "([a-z0-9-]+)"(?! in\b)/g))
        codes.add(match[1] as string);

  test("every error code has its page", () => {
    const missing = [...codes].filter((code) => !existsSync(join(errorPages, `${code}.md`)));
    expect(missing.sort()).toEqual([]);
  });

  test("every error page belongs to a code", () => {
    const stale = readdirSync(errorPages)
      .filter((name) => name.endsWith(".md") && name !== "README.md")
      .map((name) => name.slice(0, -3))
      .filter((code) => !codes.has(code));
    expect(stale.sort()).toEqual([]);
  });

  test("no registry's host name stands in the tree", () => {
    const hosts = new RegExp(
      ["pypi", "pythonhosted", "npmjs"].map((name) => `${name}\\.org`).join("|"),
    );
    expect(files.filter(({ text }) => hosts.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test("package.json and the program agree on the version", async () => {
    const { version } = await import("#cli/version");
    const manifest = JSON.parse(readFileSync(join(source, "..", "package.json"), "utf8"));
    expect(manifest.version).toBe(version);
  });
});
