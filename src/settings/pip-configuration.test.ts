import { afterAll, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { PkmError } from "#base/errors";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import type { Host } from "#platform/ports";
import { RealFiles } from "#platform/real/files";
import {
  pipConfigurationFiles,
  pipCount,
  pipFlag,
  pipList,
  readPipConfiguration,
  type PipSetting,
} from "./pip-configuration.ts";

type Tree = Readonly<Record<string, string>>;

function read(tree: Tree, env: Host["env"] = {}, sitePrefix?: string): Record<string, string> {
  const world = { files: new MemoryFiles(tree), host: memoryHost({ env }) };
  const found = readPipConfiguration({ command: "install", sitePrefix }, world);
  return Object.fromEntries([...found].map(([name, setting]) => [name, setting.text]));
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof PkmError) return error.code;
    throw error;
  }
  return "none";
}

const setting = (text: string): PipSetting => ({ name: "pre", text, origin: "PIP_PRE" });

describe("pip's configuration", () => {
  test("takes the value of the strongest place", () => {
    const tree = {
      "/etc/xdg/pip/pip.conf": "[global]\na = 1\nb = 1\nc = 1\nd = 1\ne = 1\nf = 1\n",
      "/etc/pip.conf": "[global]\nb = 2\nc = 2\nd = 2\ne = 2\nf = 2\n",
      "/home/ada/.pip/pip.conf": "[global]\nc = 3\nd = 3\ne = 3\nf = 3\n",
      "/home/ada/.config/pip/pip.conf": "[global]\nd = 4\ne = 4\nf = 4\n",
      "/env/pip.conf": "[global]\ne = 5\nf = 5\n",
    };
    expect(read(tree, { PIP_F: "6" }, "/env")).toEqual({
      a: "1",
      b: "2",
      c: "3",
      d: "4",
      e: "5",
      f: "6",
    });
  });

  test("asks for no variable that is not pip's: a kept answer depends on all that were asked for", () => {
    const asked: string[] = [];
    const env = new Proxy(
      { PIP_PRE: "1", HOME: "/home/ada", OLDPWD: "/tmp", SHLVL: "2" },
      {
        get: (target, name) => (asked.push(String(name)), Reflect.get(target, name)),
        getOwnPropertyDescriptor: (target, name) => (
          asked.push(String(name)),
          Reflect.getOwnPropertyDescriptor(target, name)
        ),
      },
    );
    const world = { files: new MemoryFiles({}), host: { ...memoryHost({}), env } };
    expect([...readPipConfiguration({ command: "install" }, world).keys()]).toEqual(["pre"]);
    for (const name of ["HOME", "OLDPWD", "SHLVL"]) expect(asked).not.toContain(name);
  });

  test("lets the command's section win over [global], wherever that stands", () => {
    const tree = {
      "/etc/pip.conf": "[install]\ntimeout = 1\n[download]\nretries = 9\n",
      "/home/ada/.config/pip/pip.conf": "[global]\ntimeout = 2\n",
    };
    expect(read(tree)).toEqual({ timeout: "1" });
  });

  test("spells names alike wherever they come from", () => {
    expect(
      read(
        { "/etc/pip.conf": "[global]\n--Index_URL: https://a/\n" },
        { PIP_EXTRA_INDEX_URL: "https://b/" },
      ),
    ).toEqual({
      "index-url": "https://a/",
      "extra-index-url": "https://b/",
    });
  });

  test("hides a value of its kind by an empty one, and shows the weaker kind's", () => {
    const tree = {
      "/etc/pip.conf": "[global]\npre = yes\n[install]\npre =\n",
      "/home/ada/.config/pip/pip.conf": "[global]\npre =\n",
    };
    expect(read(tree)).toEqual({});
    expect(read({ "/etc/pip.conf": "[global]\npre = yes\n" }, { PIP_PRE: "" })).toEqual({
      pre: "yes",
    });
  });

  test("leaves the user's files alone when PIP_CONFIG_FILE names one that is there", () => {
    const tree = {
      "/home/ada/.config/pip/pip.conf": "[global]\na = 1\n",
      "/x.conf": "[global]\nb = 2\n",
    };
    expect(read(tree, { PIP_CONFIG_FILE: "/x.conf" })).toMatchObject({ b: "2" });
    expect(read(tree, { PIP_CONFIG_FILE: "/x.conf" })).not.toHaveProperty("a");
    expect(read(tree, { PIP_CONFIG_FILE: "/gone.conf" })).toMatchObject({ a: "1" });
  });

  test("has no files when PIP_CONFIG_FILE is the null device, and nothing when isolated", () => {
    const world = {
      files: new MemoryFiles({ "/etc/pip.conf": "[global]\na = 1\n" }),
      host: memoryHost({ env: { PIP_CONFIG_FILE: "/dev/null", PIP_PRE: "1" } }),
    };
    expect(pipConfigurationFiles("/env", world)).toEqual([]);
    expect([...readPipConfiguration({ command: "install" }, world).keys()]).toEqual([
      "config-file",
      "pre",
    ]);
    expect(readPipConfiguration({ command: "install", isolated: true }, world).size).toBe(0);
  });

  test("says where a value comes from", () => {
    const world = {
      files: new MemoryFiles({ "/etc/pip.conf": "\n[global]\n# note\ntimeout = 3\n" }),
      host: memoryHost({ env: { PIP_PRE: "1" } }),
    };
    const found = readPipConfiguration({ command: "install" }, world);
    expect(found.get("timeout")?.origin).toBe("/etc/pip.conf (line 4)");
    expect(found.get("pre")?.origin).toBe("PIP_PRE");
  });

  test("goes on over lines that are indented deeper", () => {
    const tree = {
      "/etc/pip.conf":
        "[global]\nfind-links =\n    https://a/\n\n    # note\n    https://b/ ; c\ntimeout = 1\n",
    };
    const found = read(tree);
    expect(pipList(setting(found["find-links"] as string))).toEqual([
      "https://a/",
      "https://b/",
      ";",
      "c",
    ]);
    expect(found.timeout).toBe("1");
  });

  test.each([
    ["a key before a section", "timeout = 1\n"],
    ["a line without value", "[global]\ntimeout\n"],
    ["a section twice", "[global]\n[global]\n"],
    ["a key twice", "[global]\nindex-url = 1\nindex_url = 2\n"],
  ])("is an error with %s", (_, text) => {
    expect(codeOf(() => read({ "/etc/pip.conf": text }))).toBe("pip-configuration-invalid");
  });

  test("looks where pip looks on other systems", () => {
    const at = (host: Partial<Host>, tree: Tree = {}): readonly string[] =>
      pipConfigurationFiles(undefined, { files: new MemoryFiles(tree), host: memoryHost(host) });
    expect(at({ os: "macos", home: "/Users/ada" })).toEqual([
      "/Library/Application Support/pip/pip.conf",
      "/Users/ada/.pip/pip.conf",
      "/Users/ada/.config/pip/pip.conf",
    ]);
    expect(
      at(
        { os: "macos", home: "/Users/ada" },
        { "/Users/ada/Library/Application Support/pip/": "" },
      )[2],
    ).toBe("/Users/ada/Library/Application Support/pip/pip.conf");
    expect(
      at({
        os: "windows",
        home: "C:/Users/ada",
        env: { APPDATA: "C:/Roaming", PROGRAMDATA: "C:/All" },
      }),
    ).toEqual(["C:/All/pip/pip.ini", "C:/Users/ada/pip/pip.ini", "C:/Roaming/pip/pip.ini"]);
    expect(
      at({ env: { XDG_CONFIG_DIRS: "/one:relative:/two", XDG_CONFIG_HOME: "/conf" } }),
    ).toEqual([
      "/one/pip/pip.conf",
      "/two/pip/pip.conf",
      "/etc/pip.conf",
      "/home/ada/.pip/pip.conf",
      "/conf/pip/pip.conf",
    ]);
  });
});

describe("a value of pip's configuration", () => {
  test.each([
    ["1", true],
    ["YES", true],
    ["t", true],
    ["off", false],
    ["0", false],
  ])("%p is the flag %p", (text, expected) => expect(pipFlag(setting(text))).toBe(expected));

  test.each(["", "2", "maybe"])("%p is no flag", (text) => {
    expect(codeOf(() => pipFlag(setting(text)))).toBe("invalid-setting");
  });

  test.each([
    ["3", 3],
    ["true", 1],
    ["no", 0],
  ])("%p counts %p", (text, expected) => expect(pipCount(setting(text))).toBe(expected));

  test("that is no number counts as an error", () => {
    expect(codeOf(() => pipCount(setting("-1")))).toBe("invalid-setting");
  });
});

const peers = process.env.PKM_TEST_PEERS;
const reason =
  peers === undefined ? " (skipped: PKM_TEST_PEERS names no folder with pip 26.3)" : "";

describe.skipIf(peers === undefined)(`beside pip itself${reason}`, () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "pkm-pip-conf-")));
  afterAll(() => rmSync(root, { recursive: true }));

  const worlds: readonly { readonly tree: Tree; readonly env?: Tree }[] = [
    {
      tree: {
        "etc/pip/pip.conf": "[global]\na=1\n b c\n\n d\n[install]\na:2\nx=\n",
        "home/.pip/pip.conf": "[install]\nx=1\n",
      },
    },
    {
      tree: { "conf/pip/pip.conf": "[DEFAULT]\nq=1\n[global]\nw : 2 = 3\n;no\n[install]\nq=4\n" },
      env: { PIP_W: "", PIP_Q_R: " s " },
    },
    {
      tree: {
        "env/pip.conf": "[install]\na=env\n",
        "one.conf": "[global]\na=one\nb=one\n",
        "home/.pip/pip.conf": "[global]\nb=home\nz=1\n",
      },
      env: { PIP_CONFIG_FILE: "one.conf" },
    },
    {
      tree: { "home/.pip/pip.conf": "[global]\nz=1\n" },
      env: { PIP_CONFIG_FILE: "gone.conf", PIP_VERSION: "1", PIP_HELP: "1", PIP___A: "2" },
    },
    {
      tree: { "home/.pip/pip.conf": "[global]\nz=1\n" },
      env: { PIP_CONFIG_FILE: "/dev/null", PIP_Z: "2" },
    },
    { tree: { "home/.pip/pip.conf": "[global]\nz=1\nZ=2\n" } },
    { tree: { "home/.pip/pip.conf": "z=1\n" } },
    { tree: { "home/.pip/pip.conf": "[global]\n  z=1\n  y=2\n x=3\n w=4\n   v\n" } },
    { tree: { "home/.pip/pip.conf": "[global]\nz\n" } },
    { tree: { "home/.pip/pip.conf": "[a] ]b\nz=1\n[global]x\n=1\n" } },
    { tree: { "home/.pip/pip.conf": "[global]x\nk = #1 ; 2\n[Global]\nk=3\n[global ]\nk=4\n" } },
    { tree: { "home/.pip/pip.conf": "[global]\nk =\n  # c\n  1\n\n\n[install]\n" } },
  ];

  test.each(worlds.map((world, number) => [number, world] as const))(
    "world %i is read alike",
    (number, { tree, env = {} }) => {
      const folder = join(root, String(number));
      mkdirSync(join(folder, "home"), { recursive: true });
      for (const [name, text] of Object.entries(tree)) {
        mkdirSync(dirname(join(folder, name)), { recursive: true });
        writeFileSync(join(folder, name), text);
      }
      const named = env.PIP_CONFIG_FILE;
      const variables: Record<string, string> = {
        ...env,
        ...(named !== undefined && {
          PIP_CONFIG_FILE: named.startsWith("/") ? named : join(folder, named),
        }),
        HOME: join(folder, "home"),
        XDG_CONFIG_HOME: join(folder, "conf"),
        XDG_CONFIG_DIRS: join(folder, "etc"),
        LC_ALL: "C.UTF-8",
      };
      const script = join(import.meta.dir, "_pip-configuration.py");
      const pip = Bun.spawnSync(
        [join(peers as string, "bin/python"), script, join(folder, "env"), "install"],
        {
          env: { ...variables, PATH: process.env.PATH ?? "" },
        },
      );
      const theirs = JSON.parse(pip.stdout.toString()) as unknown;
      const host = memoryHost({ home: join(folder, "home"), env: variables });
      const world = { files: new RealFiles(), host };
      const request = { command: "install", sitePrefix: join(folder, "env") };
      if (typeof theirs === "string")
        expect(codeOf(() => readPipConfiguration(request, world))).toBe(
          "pip-configuration-invalid",
        );
      else {
        const ours = [...readPipConfiguration(request, world).values()];
        expect(Object.fromEntries(ours.map(({ name, text }) => [name, text]))).toEqual(
          theirs as never,
        );
      }
    },
  );
});
