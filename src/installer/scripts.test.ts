import { describe, expect, test } from "bun:test";
import { imaginedEnvironment } from "./imagined.ts";
import { checkScriptName, launcherFor, parseEntryScript, rewriteScript } from "./scripts.ts";

const linux = launcherFor({ os: "linux" });
const mac = launcherFor({ os: "macos" });
const tool = parseEntryScript("tool 1", "tool", "tool.cli:Main.run", false);

function firstLines(executable: string, launcher = linux, relocatable = false): string {
  return launcher.shebang(imaginedEnvironment("/env", { executable, relocatable }), false);
}

describe("a console script", () => {
  test("names its interpreter, imports the first part of the object and calls the whole", () => {
    const [file] = linux.wrap("tool 1", tool, imaginedEnvironment("/env"));
    expect(file?.name).toBe("tool");
    expect(file?.content).toBe(
      `#!/env/bin/python
# -*- coding: utf-8 -*-
import sys
from tool.cli import Main

if __name__ == "__main__":
    for ending in ("-script.pyw", ".exe"):
        if sys.argv[0].endswith(ending):
            sys.argv[0] = sys.argv[0][: -len(ending)]
            break
    sys.exit(Main.run())
`,
    );
  });

  test("goes through the shell when the path has spaces or is too long for the kernel", () => {
    expect(firstLines("/my env/bin/python")).toBe(
      `#!/bin/sh\n'''exec' "/my env/bin/python" "$0" "$@"\n' '''\n`,
    );
    const fits = `/${"x".repeat(127 - "#!/\n".length)}`;
    expect(firstLines(fits)).toBe(`#!${fits}\n`);
    expect(firstLines(`${fits}x`)).toStartWith("#!/bin/sh\n");
    expect(firstLines(`${fits}x`, mac)).toBe(`#!${fits}x\n`);
    // Bytes count, not letters.
    expect(firstLines(`/${"ü".repeat(100)}`)).toStartWith("#!/bin/sh\n");
  });

  test("lets nothing in a path speak to the shell", () => {
    expect(firstLines('/a $(b) "c" `d` \\e/python')).toContain(
      String.raw`"/a \$(b) \"c\" \`d\` \\e/python"`,
    );
  });

  test("finds its interpreter beside itself in a relocatable environment", () => {
    expect(firstLines("/env/bin/python3", linux, true)).toBe(
      `#!/bin/sh\n'''exec' "$(dirname -- "$(realpath -- "$0")")"/"python3" "$0" "$@"\n' '''\n`,
    );
  });
});

describe("names and references", () => {
  for (const name of [
    "python",
    "python3",
    "python3.13",
    "python3.13t",
    "pythonw",
    "pypy3",
    "graalpy",
    "python.py",
    "Python.exe",
  ])
    test(`refuses the name ${name}`, () =>
      expect(() => checkScriptName("odd 1", name)).toThrow(
        expect.objectContaining({ code: "script-name-reserved" }),
      ));
  for (const name of ["", ".", "..", "../up", "a/b", "a\\b", "C:x", "a\nb"])
    test(`refuses the name ${JSON.stringify(name)}`, () =>
      expect(() => checkScriptName("odd 1", name)).toThrow(
        expect.objectContaining({ code: "script-outside-folder" }),
      ));
  for (const name of ["pip3.13", "python-config", "py.test", "pythonic", "f2py", "pypy-tool"])
    test(`takes the name ${name}`, () =>
      expect(() => checkScriptName("fine 1", name)).not.toThrow());
  for (const reference of ["tool", "tool:", ":main", "tool:main()", "tool; import os:x", "a b:c"])
    test(`refuses the reference ${reference}`, () =>
      expect(() => parseEntryScript("odd 1", "odd", reference, false)).toThrow(
        expect.objectContaining({ code: "invalid-entry-point" }),
      ));
  test("ignores extras and spaces", () => {
    expect(parseEntryScript("t 1", "t", " a.b : c.d [x, y]", true)).toEqual({
      name: "t",
      module: "a.b",
      attribute: "c.d",
      gui: true,
    });
  });
});

describe("rewriteScript()", () => {
  const environment = imaginedEnvironment("/env");
  const rewrite = (text: string): string | undefined => {
    const bytes = rewriteScript(new TextEncoder().encode(text), linux, environment);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  };
  const cases: [string, string | undefined][] = [
    ["#!python\nprint()\n", "#!/env/bin/python\nprint()\n"],
    ["#!pythonw -x\nprint()\n", "#!/env/bin/python\nprint()\n"],
    ["#!python3\n", "#!/env/bin/python\n"],
    ["#!python", "#!/env/bin/python\n"],
    ["#!/usr/bin/python\nprint()\n", undefined],
    ["#!/bin/sh\n#!python\n", undefined],
    ["\x7fELF", undefined],
    ["", undefined],
  ];
  for (const [before, after] of cases)
    test(`${after === undefined ? "leaves" : "rewrites"} ${JSON.stringify(before)}`, () =>
      expect(rewrite(before)).toBe(after));
});

test("commands for Windows are refused by name", () => {
  const windows = launcherFor({ os: "windows" });
  expect(() => windows.wrap("tool 1", tool, imaginedEnvironment("/env"))).toThrow(
    expect.objectContaining({ code: "no-windows-launcher" }),
  );
});
