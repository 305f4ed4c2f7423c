import { describe, expect, test } from "bun:test";
import { activationScripts } from "./activation.ts";

// sh, bash, zsh, fish and csh read their scripts in test/environments/activation.test.ts. What is here are the shells
// that a test machine seldom has: the texts are held to the quoting rules of their languages.

function script(
  name: string,
  prompt: string,
  folder: string = "/envs/a",
  relocatable = false,
): string {
  const scripts = activationScripts({
    folder,
    scripts: "bin",
    prompt,
    relocatable,
    sitePackages: ["lib/python3.12/site-packages"],
  });
  return new Map(scripts).get(name) as string;
}

describe("activate.nu", () => {
  // Nushell: a raw string ends at a quote with as many hashes as it began with; nothing inside is special.
  test.each([
    ["it's", "r#'it's'#"],
    ["a'#b", "r##'a'#b'##"],
    ['$(x) \\ "', "r#'$(x) \\ \"'#"],
  ])("writes %s as %s", (text, expected) => {
    expect(script("activate.nu", text)).toContain(`const shown = ${expected}\n`);
    expect(script("activate.nu", "a", text)).toContain(`const root = ${expected}\n`);
  });

  test("finds a relocatable environment by its own path", () => {
    expect(script("activate.nu", "a", "/envs/a", true)).toContain(
      "const root = (path self | path dirname | path dirname)",
    );
  });
});

describe("activate.ps1", () => {
  // PowerShell: in single quotes only a single quote is special, the typographic ones included.
  test.each([
    ["it's", "'it''s'"],
    ['$(x) `x` "', "'$(x) `x` \"'"],
    ["a\u2019b", "'a\u2019\u2019b'"],
  ])("writes %s as %s", (text, expected) => {
    expect(script("activate.ps1", text)).toContain(`$env:VIRTUAL_ENV_PROMPT = ${expected}\n`);
  });

  test("names no folder but its own", () => {
    expect(script("activate.ps1", "a", "/somewhere")).not.toContain("/somewhere");
  });
});

describe("activate.bat", () => {
  // cmd: a percent is written twice, a quote would end the text, and in PROMPT a dollar begins a code.
  test.each([
    ['50% "x"', "50%% 'x'", "50_ _x_"],
    ["$P", "$P", "_P"],
    ["a\nb", "a_b", "a_b"],
  ])("writes %j as %s and shows %s", (text, written, shown) => {
    expect(script("activate.bat", text)).toContain(`set "VIRTUAL_ENV_PROMPT=${written}"\r\n`);
    expect(script("activate.bat", text)).toContain(`set "PROMPT=(${shown}) %PROMPT%"\r\n`);
  });

  test("ends every line as cmd needs it", () => {
    for (const name of ["activate.bat", "deactivate.bat"])
      expect(script(name, "a").replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
  });
});
