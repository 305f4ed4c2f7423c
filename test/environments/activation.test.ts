import { mkdirSync } from "node:fs";
import { describe, expect, test } from "bun:test";
import { createEnvironment } from "#environment/create";
import { probeInterpreter } from "#interpreter/probe";
import { onPath, pythons, realWorld, run, temporaryFolder } from "./_machine.ts";

// Every shell of the machine sources its script in folders whose names are made to be misread, and tells what it
// then has. A shell that is not installed is skipped; what it would read is held by the tests beside the code.

const folder = temporaryFolder();
const world = realWorld();
const python = pythons[0] as string;

const names = [
  "plain",
  "with space",
  "it's",
  'say "hi"',
  "$HOME",
  "$(touch pwned)",
  "`touch pwned`",
  "back\\slash",
  "back\\\\two",
  "bang!and!!more",
  "\\!",
  "per%cent %d",
  "semi;colon & more | <x> ~ # * ?",
  "line\nend",
  "ends with line\n",
  "unicode é 漢字 🐍",
];

type Shell = {
  readonly name: string;
  /** Sources the script whose path is in $SCRIPT and prints what was asked, each followed by a null. */
  readonly argv: (program: string, script: string) => readonly [string, ...string[]];
  readonly script: string;
};

const posix = `
  . "$SCRIPT" || exit 1
  printf '%s\\0%s\\0%s\\0%s\\0' "$VIRTUAL_ENV" "$VIRTUAL_ENV_PROMPT" "$PATH" "\${PYTHONHOME-unset}"
  command -v python | tr '\\n' '\\0'
  deactivate
  printf '%s\\0%s\\0%s\\0%s\\0' "\${VIRTUAL_ENV-unset}" "\${VIRTUAL_ENV_PROMPT-unset}" "$PATH" "$PYTHONHOME"`;

// The csh of BSD cannot even be given a path with a line end; from inside the folder it need not be.
const csh = `
  source activate.csh
  printf '%s\\0%s\\0%s\\0' "$VIRTUAL_ENV:q" "$VIRTUAL_ENV_PROMPT:q" "$PATH:q"
  if ( $?PYTHONHOME ) printf 'set\\0'
  if ( ! $?PYTHONHOME ) printf 'unset\\0'
  printf '%s\\0' "$VIRTUAL_ENV:q/bin/python"
  deactivate
  if ( $?VIRTUAL_ENV ) printf 'set\\0'
  if ( ! $?VIRTUAL_ENV ) printf 'unset\\0'
  if ( $?VIRTUAL_ENV_PROMPT ) printf 'set\\0'
  if ( ! $?VIRTUAL_ENV_PROMPT ) printf 'unset\\0'
  printf '%s\\0%s\\0' "$PATH:q" "$PYTHONHOME:q"`;

const fish = `
  source "$SCRIPT"
  set -q PYTHONHOME; and set home set; or set home unset
  printf '%s\\0' "$VIRTUAL_ENV" "$VIRTUAL_ENV_PROMPT" (string join : $PATH | string collect) $home "$VIRTUAL_ENV/bin/python"
  deactivate
  set -q VIRTUAL_ENV; or set gone unset
  set -q VIRTUAL_ENV_PROMPT; or set gone2 unset
  printf '%s\\0' "$gone" "$gone2" (string join : $PATH | string collect) "$PYTHONHOME"`;

const shells: readonly Shell[] = [
  { name: "sh", script: "activate", argv: (program) => [program, "-c", posix] },
  { name: "dash", script: "activate", argv: (program) => [program, "-uec", posix] },
  { name: "bash", script: "activate", argv: (program) => [program, "--norc", "-uec", posix] },
  { name: "zsh", script: "activate", argv: (program) => [program, "-fuec", posix] },
  {
    name: "fish",
    script: "activate.fish",
    argv: (program) => [program, "--no-config", "-c", fish],
  },
  { name: "tcsh", script: "activate.csh", argv: (program, file) => [program, "-f", file] },
  { name: "bsd-csh", script: "activate.csh", argv: (program, file) => [program, "-f", file] },
];

await Bun.write(`${folder}/ask.csh`, `${csh}\n`);
const home = `${folder}/home`;
mkdirSync(home);

async function environment(name: string, relocatable: boolean): Promise<string> {
  const path = `${folder}/${relocatable ? "moved" : "fixed"}/${name}`;
  if (world.files.tryStat(path) === undefined)
    createEnvironment(
      { path, interpreter: await probeInterpreter(python, world), creator: "0", relocatable },
      world,
    );
  return path;
}

for (const { name: shell, script, argv } of shells) {
  const program = onPath(shell);
  describe.skipIf(program === undefined)(`${script} in ${shell}`, () => {
    const ask = (root: string) => {
      const env = {
        PATH: "/usr/bin:/bin",
        HOME: home,
        PYTHONHOME: "/elsewhere",
        SCRIPT: `${root}/bin/${script}`,
        // fish reads names by the locale.
        LC_ALL: "C.UTF-8",
      };
      const { stdout, stderr } = run(argv(program as string, `${folder}/ask.csh`), {
        env,
        cwd: `${root}/bin`,
      });
      return { answers: stdout.split("\0"), stderr };
    };

    // `$x:q` of this csh eats a letter before a line end, whatever the script says.
    const usable = names.filter((name) => shell !== "bsd-csh" || !name.includes("\n"));
    for (const name of usable)
      test(`brings ${JSON.stringify(name)} into the shell and takes it back`, async () => {
        const root = await environment(name, false);
        const { answers, stderr } = ask(root);
        expect(stderr).toBe("");
        expect(answers).toEqual([
          root,
          name,
          `${root}/bin:/usr/bin:/bin`,
          "unset",
          ...`${root}/bin/python`.split(shell === "fish" || script.endsWith("csh") ? "\0" : "\n"),
          "unset",
          "unset",
          "/usr/bin:/bin",
          "/elsewhere",
          "",
        ]);
        expect(world.files.tryStat(`${root}/bin/pwned`)).toBeUndefined();
      });

    // Plain sh and csh do not tell a script where it is.
    if (!["sh", "dash", "tcsh", "bsd-csh"].includes(shell))
      test("finds a relocatable environment where it has been moved to", async () => {
        const before = await environment("before", true);
        const after = `${folder}/moved/after ${shell}`;
        world.files.makeFolder(after);
        run(["cp", "-a", `${before}/.`, after]);
        expect(ask(after).answers[0]).toBe(after);
      });
  });
}

describe.skipIf(onPath("bash") === undefined)("the prompt of bash", () => {
  test("shows a hostile name without running it", async () => {
    const root = await environment("$(touch pwned)`touch pwned`", false);
    const env = { PATH: "/usr/bin:/bin", HOME: home, SCRIPT: `${root}/bin/activate` };
    const { stdout } = run(
      ["bash", "--norc", "-c", `PS1='> '; . "$SCRIPT"; printf '%s' "\${PS1@P}"`],
      { env, cwd: home },
    );
    expect(stdout).toBe("(_(touch pwned)_touch pwned_) > ");
    expect(world.files.tryStat(`${home}/pwned`)).toBeUndefined();
  });

  test("stays as it is when VIRTUAL_ENV_DISABLE_PROMPT is set", async () => {
    const root = await environment("plain", false);
    const env = {
      PATH: "/usr/bin:/bin",
      SCRIPT: `${root}/bin/activate`,
      VIRTUAL_ENV_DISABLE_PROMPT: "1",
    };
    const { stdout } = run(["bash", "--norc", "-c", `PS1='> '; . "$SCRIPT"; printf '%s' "$PS1"`], {
      env,
    });
    expect(stdout).toBe("> ");
  });

  test("goes from one environment to another and back to none", async () => {
    const first = await environment("plain", false);
    const second = await environment("with space", false);
    const words = `PS1='> '; . "$A/bin/activate"; . "$B/bin/activate"; echo "$PS1$PATH"; deactivate; echo "$PS1$PATH"`;
    const { stdout } = run(["bash", "--norc", "-c", words], {
      env: { PATH: "/usr/bin:/bin", A: first, B: second },
    });
    expect(stdout).toBe(`(with space) > ${second}/bin:/usr/bin:/bin\n> /usr/bin:/bin\n`);
  });
});

describe.skipIf(onPath("fish") === undefined)("the prompt of fish", () => {
  test("keeps the status of the last command for the prompt behind it", async () => {
    const root = await environment("it's", false);
    const words = `function fish_prompt; echo -n "[$status] "; end; source "$SCRIPT"; false; fish_prompt; deactivate; false; fish_prompt`;
    const env = { PATH: "/usr/bin:/bin", HOME: home, SCRIPT: `${root}/bin/activate.fish` };
    expect(run(["fish", "--no-config", "-c", words], { env }).stdout).toBe("(it's) [1] [1] ");
  });
});

describe.skipIf(onPath("tcsh") === undefined)("the prompt of tcsh", () => {
  test("gets the name in front and loses it again", async () => {
    const root = await environment("per%cent %d", false);
    await Bun.write(
      `${folder}/prompt.csh`,
      `set prompt = '> '\nsource "$SCRIPT:q"\nprintf '%s\\n' "$prompt:q"\ndeactivate\nprintf '%s\\n' "$prompt:q"\n`,
    );
    const env = { PATH: "/usr/bin:/bin", HOME: home, SCRIPT: `${root}/bin/activate.csh` };
    expect(run(["tcsh", "-f", `${folder}/prompt.csh`], { env }).stdout).toBe(
      "(per_cent _d) > \n> \n",
    );
  });
});

describe("activate_this.py", () => {
  test("brings the environment into a running Python", async () => {
    const root = await environment("it's", false);
    const code = `import json, os, runpy, sys; runpy.run_path(sys.argv[1]); print(json.dumps([sys.prefix, sys.path[0], os.environ["VIRTUAL_ENV"], os.environ["VIRTUAL_ENV_PROMPT"], os.environ["PATH"].split(os.pathsep)[0]]))`;
    const { stdout } = run([python, "-c", code, `${root}/bin/activate_this.py`]);
    const [prefix, first, virtual, prompt, path] = JSON.parse(stdout) as string[];
    expect([prefix, virtual, prompt, path]).toEqual([root, root, "it's", `${root}/bin`]);
    expect(first).toStartWith(`${root}/lib`);
  });

  test("says how to run it when it does not know where it is", async () => {
    const root = await environment("plain", false);
    const { stderr } = run([python, "-c", `exec(open("${root}/bin/activate_this.py").read())`]);
    expect(stderr).toContain("runpy.run_path()");
  });
});
