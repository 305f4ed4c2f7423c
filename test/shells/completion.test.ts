import { afterAll, describe, expect, test } from "bun:test";
import { Sandbox } from "../support/pkm.ts";

/*
 * The scripts of `pkm completion`, sourced by the shells of this machine. Shells that are not installed are skipped:
 * what can be asked of them is that the script is printed.
 */

const sandbox = new Sandbox();
sandbox.write("requirements.txt", "");
sandbox.write("notes/plan.md", "");

afterAll(() => sandbox.remove());

/** A line as far as it is typed, and what its last word may become. */
const lines: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ["pkm ven", ["venv"]],
  ["pkm c", ["cache", "completion"]],
  ["pkm pip li", ["list"]],
  ["pkm pip zzz", []],
  ["pkm -q --cache-dir /x pip fr", ["freeze"]],
  ["pkm pip --python .venv fr", ["freeze"]],
  ["pkm pip list --form", ["--format"]],
  ["pkm pip list --format ", ["columns", "freeze", "json"]],
  ["pkm pip list --format j", ["json"]],
  ["pkm pip list --exclude ", []],
  ["pkm pip install -r req", ["requirements.txt"]],
  ["pkm pip install list --only-b", ["--only-binary"]],
  ["pkm cache prune --max", ["--max-size"]],
  ["pkm completion z", ["zsh"]],
  ["pkm debug ver", ["version"]],
];

async function scriptOf(shell: string): Promise<string> {
  const { stdout, stderr, status } = await sandbox.pkm(["completion", shell]);
  expect(stderr).toBe("");
  expect(status).toBe(0);
  return sandbox.write(`pkm.${shell}`, stdout);
}

/** Asks a shell about every line in one run: each answer ends with a line `--`. */
async function answers(argv: readonly string[], program: string): Promise<string[][]> {
  const { stdout, stderr } = await sandbox.run([...argv, program]);
  expect(stderr).toBe("");
  return stdout
    .split("\n--\n")
    .slice(0, -1)
    .map((text) =>
      text
        .split("\n")
        .filter((word) => word !== "")
        .sort(),
    );
}

const expected = lines.map(([, offered]) => [...offered].sort());

function single(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const isMissing = (shell: string): boolean => Bun.which(shell) === null;

describe("completion", () => {
  test.skipIf(isMissing("bash"))("works in bash", async () => {
    const script = await scriptOf("bash");
    const asked = lines.map(([line]) => {
      const words = line.split(" ").map(single).join(" ");
      return `COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _pkm; printf '%s\\n' "\${COMPREPLY[@]}"; printf '\\n--\\n'`;
    });
    const program = `source ${single(script)}\n${asked.join("\n")}`;
    expect(await answers(["bash", "--norc", "-c"], program)).toEqual(expected);
  });

  test.skipIf(isMissing("bash"))("takes --option=value apart as bash does", async () => {
    const script = await scriptOf("bash");
    const program = `source ${single(script)}
COMP_WORDS=(pkm pip list --format = js); COMP_CWORD=5; _pkm; echo "\${COMPREPLY[@]}"
COMP_WORDS=(pkm pip list --format =); COMP_CWORD=4; _pkm; echo "\${COMPREPLY[@]}"`;
    const { stdout } = await sandbox.run(["bash", "--norc", "-c", program]);
    expect(stdout).toBe("json\ncolumns freeze json\n");
  });

  test.skipIf(isMissing("zsh"))("works in zsh", async () => {
    const script = await scriptOf("zsh");
    // What the line editor would offer is printed instead; it drops what does not begin with the prefix.
    const stubs = `compdef() { : }
offer() { local word; for word in "$@"; do [[ "$word" == "$PREFIX"* ]] && print -r -- "$word"; done; : }
_describe() { [[ "$1" == -o ]] && shift; offer "\${(@)\${(P@)2}%%:*}" }
compadd() { offer "\${(P@)2}" }
_files() { offer *(N) }`;
    const asked = lines.map(([line]) => {
      const words = line.split(" ").map(single);
      return `words=(${words.join(" ")}); CURRENT=${words.length}; PREFIX=${words.at(-1)}; _pkm; print -r -- "\n--"`;
    });
    const program = `${stubs}\nsource ${single(script)}\n${asked.join("\n")}`;
    expect(await answers(["zsh", "-f", "-c"], program)).toEqual(expected);
  });

  test.skipIf(isMissing("fish"))("works in fish", async () => {
    const script = await scriptOf("fish");
    const asked = lines.map(
      ([line]) => `complete -C ${single(line)} | string replace -r '\\t.*' ''; printf '\\n--\\n'`,
    );
    const program = `source ${single(script)}\n${asked.join("\n")}`;
    expect(await answers(["fish", "--no-config", "-c"], program)).toEqual(expected);
  });

  test.each(["powershell", "nushell"])(
    "prints a script for %s that knows every command",
    async (shell) => {
      const { stdout } = await sandbox.pkm(["completion", shell]);
      for (const words of ["pip list", "cache prune", "python find"])
        expect(stdout).toContain(words);
    },
  );
});
