import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { AnyCommand, OptionDescription, OptionTable } from "#cli/command";
import { commandTree, isGroup } from "#cli/command-tree";
import { globalOptions } from "#cli/global-options";
import { parseWords } from "#cli/parse-arguments";
import { expectNoTrace } from "../support/answers.ts";
import { effects } from "./option-effects.ts";
import { OptionStage } from "./option-stage.ts";
import { optionsOf, type PeerOption, peerOptions } from "./peer-options.ts";

/*
 * Every option that pip, pip-tools and virtualenv name in their --help is known to pkm under the same letters, takes a
 * value where theirs does, and either does what it says, or is refused by name with the reason. Nothing is swallowed:
 * an option of theirs that is in none of the tables below fails this test.
 */

/** A folder with pip 26.3, pip-tools and virtualenv installed (scripts/peers.mjs). */
const peers = process.env.PKM_TEST_PEERS;

/** What a value looks like, by the option's long name. */
const values: Readonly<Record<string, string>> = {
  abi: "cp312",
  activators: "bash",
  algorithm: "sha512",
  "annotation-style": "line",
  "app-data": "here",
  "build-constraint": "old.txt",
  "build-deps-for": "wheel",
  "cache-dir": "here",
  "config-settings": "key=value",
  config: "project/pyproject.toml",
  constraint: "old.txt",
  creator: "venv",
  dest: "there",
  discovery: "builtin",
  editable: "project",
  editor: "echo",
  "exists-action": "i",
  extra: "more",
  "extra-index-url": "$OTHER",
  "extra-search-dir": "wheels",
  "find-links": "wheels",
  format: "json",
  group: "project/pyproject.toml:dev",
  implementation: "cp",
  "index-url": "$INDEX",
  index: "$INDEX",
  "keyring-provider": "disabled",
  log: "log.txt",
  "max-rounds": "5",
  newline: "lf",
  "output-file": "out.txt",
  output: "pylock.toml",
  path: "$SITE",
  "pip-args": "--pre",
  pip: "99.0",
  platform: "linux_x86_64",
  prefix: "other",
  "progress-bar": "off",
  prompt: "hello",
  proxy: "http://127.0.0.1:9",
  "python-executable": "$EMPTY/bin/python",
  "python-version": "3.12",
  python: "$ENV",
  report: "report.json",
  requirement: "tool.txt",
  "requirements-from-script": "script.py",
  resolver: "backtracking",
  "resume-retries": "2",
  retries: "1",
  root: "below",
  "root-user-action": "ignore",
  seeder: "pip",
  setuptools: "98.0",
  src: "checkouts",
  target: "lib",
  timeout: "9",
  "trusted-host": "localhost",
  "upgrade-strategy": "eager",
  "uploaded-prior-to": "2026-01-15",
  "use-deprecated": "legacy-resolver",
  "use-feature": "fast-deps",
  "wheel-dir": "there",
};

/** Options that ask for what pkm does anyway, or bear on what it does not do at all. */
const nothingToDo: Readonly<Record<string, string>> = {
  debug: "errors of pkm are shown as they are",
  "disable-pip-version-check": "pkm does not look for a newer pip",
  "exists-action": "no checkout is ever overwritten",
  "include-editable": "they are listed anyway",
  "no-input": "pkm asks nothing",
  "no-verify": "wheels are always verified",
  "no-warn-script-location": "nothing is said of PATH",
  "progress-bar": "progress is drawn on terminals alone",
  "root-user-action": "nothing is said to root",
  "use-feature": "pip's features are switched on where pkm has them",
  yes: "pkm asks nothing",
  // pip-tools
  "build-isolation": "it is what happens anyway",
  "reuse-hashes": "hashes come from the index",
  "no-reuse-hashes": "hashes come from the index",
  "max-rounds": "the resolver ends by itself",
  resolver: "there is one resolver; `legacy` is refused",
  // virtualenv
  creator: "there is one way to create",
  discovery: "there is one way to find interpreters",
  download: "it is what happens anyway",
  "no-periodic-update": "there are no background updates",
  seeder: "there is one way to seed",
  "symlink-app-data": "seeds are linked out of the cache anyway",
  symlinks: "it is what happens anyway",
  "with-traceback": "bugs of pkm show where they happened",
};

/** Options whose effect takes more than two runs to see, and the test that sees it. */
const seenElsewhere: Readonly<Record<string, string>> = {
  "break-system-packages": "acceptance/installing.test.ts",
  "build-constraint": "acceptance/building.test.ts",
  "check-build-dependencies": "acceptance/building.test.ts",
  "config-settings": "acceptance/building.test.ts",
  editable: "surface/scripts/building-editable.sh",
  "no-build-isolation": "acceptance/building.test.ts",
  "no-clean": "acceptance/building.test.ts",
  cert: "acceptance/protocol.test.ts",
  "client-cert": "surface/option-stories.test.ts",
  "keyring-provider": "acceptance/credentials.test.ts",
  local: "acceptance/environments.test.ts",
  rebuild: "surface/option-stories.test.ts",
  "refresh-package": "surface/option-stories.test.ts",
  "resume-retries": "surface/option-stories.test.ts",
  retries: "surface/option-stories.test.ts",
  timeout: "surface/option-stories.test.ts",
  "trusted-host": "acceptance/protocol.test.ts",
  user: "surface/option-stories.test.ts",
};

const resolving: ReadonlySet<string> = new Set([
  "pip install",
  "pip lock",
  "pip download",
  "pip wheel",
]);
/** Options of every command are called with these two; that all others know them too is seen without a call. */
const callingGeneral: ReadonlySet<string> = new Set(["pip list", "pip lock"]);
const selecting: ReadonlySet<string> = new Set(["pip list", "pip index"]);

/** The keys under which an option of a command may have its effect written down, the closest first. */
function effectKeys({ command, name }: PeerOption): string[] {
  const keys = [`${command} ${name}`];
  if (resolving.has(command)) keys.push(`resolving ${name}`);
  if (selecting.has(command)) keys.push(`selecting ${name}`);
  if (command.startsWith("pip ")) keys.push(`any ${name}`);
  return keys;
}

type Known = {
  readonly peer: PeerOption;
  readonly key: string;
  readonly description: OptionDescription;
};

async function commandOf(words: string): Promise<AnyCommand> {
  const [first = "", second] = words.split(" ");
  const entry = commandTree[first];
  if (entry === undefined) throw new Error(`there is no ${words}`);
  if (!isGroup(entry)) return entry.load();
  const found = entry.commands[second ?? ""];
  if (found === undefined) throw new Error(`there is no ${words}`);
  return found.load();
}

/** What pkm makes of an option as it would be typed; unknown ones throw. */
async function known(peer: PeerOption): Promise<Known> {
  const command = await commandOf(peer.command);
  const table: OptionTable = { ...globalOptions, ...command.options };
  const words = peer.value === undefined ? [peer.spelling] : [peer.spelling, "value"];
  const parsed = parseWords(words, `pkm ${peer.command}`, { ...command, options: table });
  const [key = ""] = parsed.options.keys();
  expect([...parsed.options.keys()]).toHaveLength(1);
  expect(parsed.words).toEqual([]);
  return { peer, key, description: table[key] as OptionDescription };
}

/** What each command is called with so that it has something to do and succeeds. */
const calls: Readonly<Record<string, string>> = {
  "pip install": '--dry-run --python "$EMPTY" demo',
  "pip lock": '--python "$EMPTY" -o - demo',
  "pip download": '--python "$EMPTY" demo',
  "pip wheel": '--python "$EMPTY" demo',
  "pip uninstall": '--python "$EMPTY" nobody',
  "pip freeze": '--python "$ENV"',
  "pip inspect": '--python "$ENV"',
  "pip list": '--python "$ENV"',
  "pip show": '--python "$ENV" demo',
  "pip check": '--python "$EMPTY"',
  "pip config": "list",
  "pip search": "demo",
  "pip cache": "list",
  "pip index": 'versions --python "$EMPTY" demo',
  "pip hash": "wheels/local-1.0-py3-none-any.whl",
  "pip completion": "--bash",
  "pip debug": '--python "$EMPTY"',
  "pip help": "",
  "pip-compile": '-q --python "$EMPTY" requirements.in -o -',
  "pip-sync": '-n --python-executable "$EMPTY/bin/python" pinned.txt',
  virtualenv: '-p "$PYTHON" --no-seed new',
};

/** Codes with which words that are not understood are turned down. */
const misunderstood =
  /\[(?:unknown-option|ambiguous-option|missing-option-value|unexpected-option-value|invalid-option-value|unexpected-argument)\]/;

const why = peers === undefined ? " (skipped: PKM_TEST_PEERS names no folder with them)" : "";

describe.skipIf(peers === undefined)(`options of pip 26.3, pip-tools and virtualenv${why}`, () => {
  const all = peers === undefined ? [] : peerOptions(peers);
  const commands = [...new Set(all.map(({ command }) => command))];
  const general = new Set(
    all
      .map(({ name }) => name)
      .filter((name) =>
        commands.every(
          (command) =>
            !command.startsWith("pip ") ||
            all.some((each) => each.command === command && each.name === name),
        ),
      ),
  );
  const stage = new OptionStage();
  beforeAll(() => stage.open());
  afterAll(() => stage.close());

  test("are found in the help of 21 commands", () => {
    expect(commands).toHaveLength(21);
    expect(commands.filter((command) => calls[command] === undefined)).toEqual([]);
    expect(all.length).toBeGreaterThan(800);
  });

  test.each(commands)("%s: all spellings are known, with and without values", async (command) => {
    for (const peer of all.filter((each) => each.command === command)) {
      const { description } = await known(peer);
      expect([peer.spelling, description.value !== undefined]).toEqual([
        peer.spelling,
        peer.value !== undefined,
      ]);
    }
  });

  test.each(commands)("%s: spellings of one option stay one option", async (command) => {
    const keys = new Map<string, Set<string>>();
    for (const peer of all.filter((each) => each.command === command)) {
      const { key } = await known(peer);
      keys.set(peer.name, (keys.get(peer.name) ?? new Set()).add(key));
    }
    expect([...keys].filter(([, found]) => found.size > 1)).toEqual([]);
  });

  test("each is refused, does something, or has nothing to do for a stated reason", async () => {
    const homeless: string[] = [];
    for (const peer of all) {
      const { description } = await known(peer);
      if (
        description.refused === undefined &&
        nothingToDo[peer.name] === undefined &&
        seenElsewhere[peer.name] === undefined &&
        !effectKeys(peer).some((key) => effects[key] !== undefined)
      )
        homeless.push(`${peer.command} ${peer.spelling}`);
    }
    expect(homeless).toEqual([]);
  });

  test("what has nothing to do is left out of the help", async () => {
    for (const peer of all) {
      if (nothingToDo[peer.name] === undefined) continue;
      const { description } = await known(peer);
      // These have something to do in other circumstances: at a terminal, and behind a setting.
      if (["yes", "download", "build-isolation"].includes(peer.name)) continue;
      expect([peer.command, peer.spelling, description.hidden]).toEqual([
        peer.command,
        peer.spelling,
        true,
      ]);
    }
  });

  test("tests said to see an effect name the option", () => {
    for (const [name, file] of Object.entries(seenElsewhere))
      expect(readFileSync(join(import.meta.dir, "..", file), "utf8")).toContain(`--${name}`);
  });

  test.each(commands)(
    "pkm %s takes those whose effect is not looked at below, or says why not",
    async (command) => {
      const own = all.filter((each) => each.command === command);
      const names = [...new Set(own.map(({ name }) => name))].filter(
        (name) =>
          effects[`${command} ${name}`] === undefined &&
          (!general.has(name) || !command.startsWith("pip ") || callingGeneral.has(command)),
      );
      await together(names, async (name) => {
        const peer = own.find((each) => each.name === name) as PeerOption;
        const { description } = await known(peer);
        const sample =
          description.choices?.includes(values[name] ?? "") === false
            ? description.choices[0]
            : values[name];
        const value = peer.value === undefined ? "" : ` "${sample ?? "demo"}"`;
        const typed = `${command} ${calls[command]} ${peer.spelling}${value}`;
        const run = await stage.run(typed);
        const told = `$ ${typed}\n${run.stdout}${run.stderr}`;
        expectNoTrace(run);
        expect(told).not.toMatch(misunderstood);
        if (description.refused === undefined) {
          expect([0, 1, 3, 23], told).toContain(run.status);
          return;
        }
        expect(run.status, told).toBe(2);
        expect(run.stderr).toMatch(
          /^error: .*`--[a-z-]+` cannot be honoured.* \[unsupported-option\]\n {2}why: \S/,
        );
      });
    },
  );

  test.each(Object.keys(effects))("%s is honoured", async (key) => {
    const { typed, script, shows, hides, env } = effects[key] as (typeof effects)[string];
    const [without, given] = await Promise.all(
      ["", typed].map((words) => stage.run(script.replaceAll("$OPT", words), env)),
    );
    const text = (run: typeof without): string => `${run?.stdout}${run?.stderr}`;
    expectNoTrace(given as NonNullable<typeof given>);
    if (shows !== undefined) {
      expect(text(without)).not.toMatch(shows);
      expect(text(given)).toMatch(shows);
    }
    if (hides !== undefined) {
      expect(text(without)).toMatch(hides);
      expect(text(given)).not.toMatch(hides);
    }
  });
});

/** Four at a time. */
async function together<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

describe("optionsOf() reads", () => {
  test("what optparse prints", () => {
    expect(
      optionsOf("pip x", "  -r, --requirement <file>    Text\n  --group <[path:]group>     Text\n"),
    ).toEqual([
      { command: "pip x", spelling: "-r", name: "requirement", value: "<file>" },
      { command: "pip x", spelling: "--requirement", name: "requirement", value: "<file>" },
      { command: "pip x", spelling: "--group", name: "group", value: "<[path:]group>" },
    ]);
  });

  test("what argparse prints", () => {
    expect(
      optionsOf("v", "  -p py, --python py   Text\n  --copies, --always-copy\n  dest  Text"),
    ).toEqual([
      { command: "v", spelling: "-p", name: "python", value: "py" },
      { command: "v", spelling: "--python", name: "python", value: "py" },
      { command: "v", spelling: "--copies", name: "copies", value: undefined },
      { command: "v", spelling: "--always-copy", name: "copies", value: undefined },
    ]);
  });

  test("what click prints", () => {
    expect(optionsOf("c", "  -U, --upgrade / --no-upgrade    Text")).toEqual([
      { command: "c", spelling: "-U", name: "upgrade", value: undefined },
      { command: "c", spelling: "--upgrade", name: "upgrade", value: undefined },
      { command: "c", spelling: "--no-upgrade", name: "no-upgrade", value: undefined },
    ]);
  });
});
