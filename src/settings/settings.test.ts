import { describe, expect, test } from "bun:test";
import { refusal } from "#base/refusal";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import type { Host } from "#platform/ports";
import {
  definitionOf,
  flagOf,
  keyOfVariable,
  type SettingKey,
  settingKeys,
  variableOf,
} from "./definitions.ts";
import { Settings, type Flags, type Origin } from "./settings.ts";

const user = "/home/ada/.config/pkm/pkm.toml";
const system = "/etc/pkm/pkm.toml";
const project = "/home/ada/code/app/pyproject.toml";

function open(
  tree: Readonly<Record<string, string>>,
  env: Host["env"] = {},
  flags: Flags = {},
): Settings {
  const host = memoryHost({ cwd: "/home/ada/code/app/src", env });
  return Settings.open(flags, {
    files: new MemoryFiles({ "/home/ada/code/app/src/": "", ...tree }),
    host,
  });
}

/** `the default`, `pkm.toml (line 3)`, `PKM_OFFLINE`, `--offline`. */
function describeOrigin(origin: Origin): string {
  switch (origin.kind) {
    case "default":
      return "the default";
    case "file":
      return origin.line === undefined ? origin.path : `${origin.path} (line ${origin.line})`;
    case "variable":
    case "flag":
      return origin.name;
    default:
      return origin satisfies never;
  }
}

describe("the table of settings", () => {
  test("names keys, variables and options by one rule", () => {
    for (const key of settingKeys) {
      expect(key).toMatch(/^[a-z]+(-[a-z]+)*$/);
      expect(variableOf(key)).toMatch(/^PKM_[A-Z]+(_[A-Z]+)*$/);
      expect(flagOf(key)).toMatch(/^--[a-z]+(-[a-z]+)*$/);
      expect(keyOfVariable(variableOf(key), "linux")).toBe(key);
      expect(definitionOf(key).help).toMatch(/^[A-Z].*[^.]$/);
    }
    expect(variableOf("cache-dir")).toBe("PKM_CACHE_DIR");
    expect(flagOf("allow-insecure-host")).toBe("--trusted-host");
  });

  test("has defaults that their own rules allow", () => {
    for (const key of settingKeys) {
      const { choices, default: value } = definitionOf(key);
      if (choices !== undefined && value !== undefined) expect(choices).toContain(value as string);
    }
  });
});

describe("a setting", () => {
  test("comes from the strongest place that has it, and remembers which", () => {
    const tree: Record<string, string> = {};
    const told = (env: Host["env"] = {}, flags: Flags = {}): string => {
      const { value, origin } = open(tree, env, flags).explain("retries");
      return `${value} from ${describeOrigin(origin)}`;
    };
    expect(told()).toBe("3 from the default");
    tree[system] = "\nretries = 4\n";
    expect(told()).toBe(`4 from ${system} (line 2)`);
    tree[user] = "retries = 5";
    expect(told()).toBe(`5 from ${user} (line 1)`);
    tree[project] = "[project]\nretries = 0\n\n[tool.pkm]\n# how often\nretries = 6\n";
    expect(told()).toBe(`6 from ${project} (line 6)`);
    expect(told({ PKM_RETRIES: "7" })).toBe("7 from PKM_RETRIES");
    expect(told({ PKM_RETRIES: "" })).toBe(`6 from ${project} (line 6)`);
    expect(told({ PKM_RETRIES: "7" }, { retries: 8 })).toBe("8 from --retries");
  });

  test("is said by a file or by its variable, however that is spelt on Windows", () => {
    const tree = { [user]: "offline = true\n" };
    const env = { PKM_LINK_MODE: "copy", pkm_color: "always", PKM_NONSENSE: "1", PATH: "/bin" };
    expect([...open(tree, env).said()].sort()).toEqual(["link-mode", "offline"]);
    expect(keyOfVariable("pkm_color", "windows")).toBe("color");
  });

  test("that an option or a variable decides costs no look at the disk", () => {
    const files = new MemoryFiles();
    files.tryReadText = () => {
      throw new Error("must not be read");
    };
    const world = { files, host: memoryHost({ env: { PKM_OFFLINE: "yes" } }) };
    const settings = Settings.open({ retries: 1 }, world);
    expect([settings.get("retries"), settings.get("offline")]).toEqual([1, true]);
  });

  test("of a project is not even decoded where pkm is not mentioned", () => {
    expect(open({ [project]: "[project\nbroken" }).get("retries")).toBe(3);
    expect(refusal(() => open({ [project]: "[tool.pkm\n" }).get("retries")).code).toBe(
      "toml-syntax",
    );
  });

  test("are not the tables of other rooms: those of the build backend may stand beside them", () => {
    const text = "[tool.pkm]\nretries = 9\n[tool.pkm.build]\nlayout = 'flat'\n";
    expect(open({ [project]: text }).get("retries")).toBe(9);
  });

  test("of the nearest project counts, not of one further up", () => {
    const tree = {
      [project]: "[project]\nname = 'x'",
      "/home/ada/code/pyproject.toml": "[tool.pkm]\nretries = 9",
    };
    expect(open(tree).get("retries")).toBe(3);
  });

  test("has paths relative to the file they stand in, or to the current folder", () => {
    expect(open({ [project]: "[tool.pkm]\ncert = './ca.pem'" }).get("cert")).toBe(
      "/home/ada/code/app/ca.pem",
    );
    expect(open({ [user]: "cert = '~/ca.pem'" }).get("cert")).toBe("/home/ada/ca.pem");
    expect(open({}, { PKM_CACHE_DIR: "c" }).get("cache-dir")).toBe("/home/ada/code/app/src/c");
    expect(open({}, {}, { "cache-dir": "/c" }).get("cache-dir")).toBe("/c");
    expect(open({}, { PKM_FIND_LINKS: "wheels https://h/x file:///y" }).get("find-links")).toEqual([
      "/home/ada/code/app/src/wheels",
      "https://h/x",
      "file:///y",
    ]);
  });

  test.each([
    ["retires = 3", "unknown-setting", "did you mean `retries`?"],
    ["retries = 'three'", "invalid-setting", undefined],
    ["retries = -1", "invalid-setting", undefined],
    ["retries = true", "invalid-setting", undefined],
    ["http-timeout = 0", "invalid-setting", undefined],
    ["offline = 'yes'", "invalid-setting", undefined],
    ["link-mode = 'symlink'", "invalid-setting", undefined],
    ["extra-index-url = 'https://h/'", "invalid-setting", undefined],
    ["cache-dir = './cache'", "invalid-setting", undefined],
    ["color = 'always'", "invalid-setting", undefined],
    ["constructor = 1", "unknown-setting", undefined],
    ["__proto__ = 1", "unknown-setting", undefined],
  ])("written as %p is refused", (text, code, fix) => {
    const isRead = (name: SettingKey): boolean => definitionOf(name).inFiles !== false;
    const key = settingKeys.find((name) => isRead(name) && text.startsWith(name)) ?? "retries";
    const error = refusal(() => open({ [user]: text }).get(key));
    expect(error.code).toBe(code);
    expect(error.what).toContain(user);
    if (fix !== undefined) expect(error.fix).toEqual([fix]);
  });

  test.each([
    [{ PKM_RETRIES: "many" }, "retries"],
    [{ PKM_OFFLINE: "perhaps" }, "offline"],
    [{ PKM_RESOLUTION: "newest" }, "resolution"],
    [{ PKM_HTTP_TIMEOUT: "-1" }, "http-timeout"],
  ] as const)("of %p is refused, and the variable is named", (env, key) => {
    const error = refusal(() => open({}, env).get(key));
    expect(error.code).toBe("invalid-setting");
    expect(error.what).toContain(variableOf(key));
  });
});

describe("repositories", () => {
  test("are plain values, nearest file first, a nearer name before a farther one", () => {
    const settings = open({
      [project]: `[[tool.pkm.repositories]]
name = "corp"
url = "https://corp.example/simple/"
priority = "supplemental"
mode = "explicit"
packages = ["Acme_*", "tools"]

[[tool.pkm.repositories]]
name = "wheels"
url = "vendor/wheels"
type = "find-links"
priority = 50
exclude = ["acme-*"]
`,
      [user]: `[[repositories]]\nname = "corp"\nurl = "https://other.example/"\n[[repositories]]\nname = "mine"\nurl = "https://mine.example/"\n`,
    });
    const found = settings.repositories();
    expect(found.map(({ value }) => value)).toEqual([
      {
        name: "corp",
        url: "https://corp.example/simple/",
        type: "simple",
        priority: 500,
        mode: "explicit",
        packages: ["acme-*", "tools"],
        exclude: [],
      },
      {
        name: "wheels",
        url: "/home/ada/code/app/vendor/wheels",
        type: "find-links",
        priority: 50,
        mode: "normal",
        packages: [],
        exclude: ["acme-*"],
      },
      {
        name: "mine",
        url: "https://mine.example/",
        type: "simple",
        priority: 100,
        mode: "normal",
        packages: [],
        exclude: [],
      },
    ]);
    expect(describeOrigin(found[0]?.origin as never)).toBe(`${project} (line 1)`);
  });

  test.each([
    ["url = 'https://h/'", "repositories[0].name` is missing"],
    ["name = 'a'", "repositories[0].url` is missing"],
    ["name = 'a b'\nurl = 'https://h/'", "repositories[0].name` must have letters"],
    ["name = 'a'\nurl = 'u'\nprioriti = 1", "did you mean `priority`?"],
    ["name = 'a'\nurl = 'u'\npriority = 'first'", "repositories[0].priority` must be an integer"],
    [
      "name = 'a'\nurl = 'u'\nmode = 'strict'",
      "repositories[0].mode` must be `normal` or `explicit`",
    ],
    ["name = 'a'\nurl = 'u'\nmode = 'explicit'", "repositories[0].packages` is missing"],
    ["name = 'a'\nurl = 'u'\npackages = ['a/b']", "repositories[0].packages[0]` must be a name"],
    ["name = 'a'\nurl = 'u'\npackages = 'a'", "repositories[0].packages` must be an array"],
    [
      "name = 'a'\nurl = 'u'\n[[repositories]]\nname = 'a'\nurl = 'u'",
      "repositories[1].name` is `a`, which another entry has already",
    ],
  ])("written as %p are refused", (text, message) => {
    const error = refusal(() => open({ [user]: `[[repositories]]\n${text}\n` }).repositories());
    expect(error.code).toBe("invalid-repository");
    expect(error.what).toContain(message);
  });
});
