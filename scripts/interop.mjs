// npm run interop: asks pip, build, uv and virtualenv the same questions as pkm and compares (see interop/README.md).
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import { backend } from "../interop/backend.mjs";
import { builds } from "../interop/builds.mjs";
import { peersFolder } from "./peers.mjs";
import { bunExecutable, root, run } from "./setup.mjs";

const { values: chosen } = parseArgs({ options: { only: { type: "string", multiple: true } } });
const wanted = (part) => chosen.only === undefined || chosen.only.includes(part);

const peers = peersFolder();
if (peers === undefined) process.exit(1);
if (process.env.PKM_INTEROP_EXECUTABLE === undefined)
  run(process.execPath, [join(root, "scripts", "build.mjs")]);
const pkm = process.env.PKM_INTEROP_EXECUTABLE ?? join(root, "dist", "pkm");
const uv = join(peers, "bin", "uv");
const python = process.env.PKM_TEST_PYTHON || "python3";
const folder = mkdtempSync(join(tmpdir(), "pkm-interop-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
process.on("SIGINT", () => process.exit(130));

const env = {
  ...process.env,
  PKM_CACHE_DIR: join(folder, "pkm-cache"),
  UV_CACHE_DIR: join(folder, "uv-cache"),
  UV_PYTHON_DOWNLOADS: "never",
  UV_NO_CONFIG: "1",
  PIP_DISABLE_PIP_VERSION_CHECK: "1",
  NO_COLOR: "1",
};
delete env.VIRTUAL_ENV;
/** For the recorded index nothing of the machine's own configuration counts. */
const bareEnv = Object.fromEntries(
  Object.entries(env).filter(([name]) => !/^(PIP|UV)_/.test(name)),
);
Object.assign(bareEnv, { ...pick(env, ["UV_CACHE_DIR", "UV_PYTHON_DOWNLOADS", "UV_NO_CONFIG"]) });
bareEnv.PIP_CONFIG_FILE = "/dev/null";

function pick(object, names) {
  return Object.fromEntries(names.map((name) => [name, object[name]]));
}

let failures = 0;
const rows = [];

/** One line of the table: an empty list of differences is agreement. */
function verdict(part, item, differences) {
  const agrees = differences.length === 0;
  if (!agrees) failures += 1;
  const detail = agrees ? "" : `  ${differences.slice(0, 5).join("\n".padEnd(13))}`;
  const more =
    differences.length > 5 ? `\n${" ".repeat(12)}and ${differences.length - 5} more` : "";
  process.stdout.write(
    `${agrees ? "same" : "DIFF"}  ${part}: ${item}${agrees ? "" : "\n          "}${detail}${more}\n`,
  );
  rows.push({ part, item, agrees });
}

function skipped(part, item, why) {
  process.stdout.write(`skip  ${part}: ${item} (${why})\n`);
}

function tool(argv, options = {}) {
  const result = spawnSync(argv[0], argv.slice(1), {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    env,
    ...options,
  });
  return { status: result.status ?? 128, stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
}

/** Runs what has to succeed for the rest to make sense; the answer says what went wrong. */
function did(result) {
  return result.status === 0
    ? []
    : [`status ${result.status}: ${result.stderr.trim().split("\n").slice(-3).join(" / ")}`];
}

const pip = (environment, ...words) =>
  tool([
    join(peers, "bin", "python"),
    "-m",
    "pip",
    "--python",
    join(environment, "bin", "python"),
    ...words,
  ]);
const pkmPip = (environment, command, ...words) =>
  tool([pkm, "pip", command, "--python", environment, ...words]);
const uvPip = (environment, command, ...words) =>
  tool([uv, "pip", command, "--python", environment, ...words]);

function checked(environment, base = []) {
  const list = join(folder, "base.json");
  writeFileSync(list, JSON.stringify(base));
  const result = tool([
    python,
    join(root, "interop", "check_environment.py"),
    environment,
    "--base",
    list,
  ]);
  if (result.status !== 0)
    return { defects: [result.stderr.trim().split("\n").at(-1)], files: [], distributions: {} };
  return JSON.parse(result.stdout);
}

const isLeft = (path) => !/(\.lock|CACHEDIR\.TAG|\.gitignore)$/.test(path);

/** What one list has and the other has not. */
function between(ours, theirs, names = ["pkm", "the peer"]) {
  const [a, b] = [new Set(ours), new Set(theirs)];
  return [
    ...[...a].filter((one) => !b.has(one)).map((one) => `only ${names[0]}: ${one}`),
    ...[...b].filter((one) => !a.has(one)).map((one) => `only ${names[1]}: ${one}`),
  ];
}

/** Comparable whatever spelling a tool prefers for names. */
function listed(json) {
  try {
    return JSON.parse(json)
      .map(({ name, version }) => `${name.toLowerCase().replaceAll(/[-_.]+/g, "-")}==${version}`)
      .sort();
  } catch {
    return ["no JSON"];
  }
}

const lines = (text) => text.split("\n").filter((line) => line.trim() !== "");

function packages() {
  const part = "packages";
  const names = ["jupyterlab", "pandas", "scikit-learn", "matplotlib", "django"];
  const environment = join(folder, "packages");
  const made = did(tool([pkm, "venv", environment, "--python", python]));
  const empty = checked(environment).files;
  const installed = [...made, ...did(pkmPip(environment, "install", ...names))];
  verdict(part, `pkm pip install ${names.join(" ")}`, installed);
  if (installed.length > 0) return;

  verdict(part, "pip check", did(pip(environment, "check")));
  const ours = pkmPip(environment, "list", "--format", "json");
  verdict(
    part,
    "pip list = pkm pip list",
    between(listed(ours.stdout), listed(pip(environment, "list", "--format", "json").stdout)),
  );
  verdict(
    part,
    "uv pip list = pkm pip list",
    between(listed(ours.stdout), listed(uvPip(environment, "list", "--format", "json").stdout)),
  );
  const frozen = pkmPip(environment, "freeze");
  verdict(
    part,
    "pip freeze = pkm pip freeze, line by line",
    between(lines(frozen.stdout), lines(pip(environment, "freeze").stdout)),
  );
  verdict(part, "pkm pip check", did(pkmPip(environment, "check")));
  verdict(
    part,
    "every RECORD is exact, every file belongs to one",
    checked(environment, empty).defects,
  );
  const imports =
    "import jupyterlab, pandas, sklearn, matplotlib, django; print(len(pandas.DataFrame({'a': [1]})))";
  verdict(
    part,
    "the modules can be imported",
    did(tool([join(environment, "bin", "python"), "-c", imports])),
  );

  const before = checked(environment).files;
  const again = pkmPip(environment, "install", ...names, "--json");
  verdict(part, "a second run does nothing", [
    ...did(again),
    ...between(checked(environment).files, before, ["after", "before"]),
    ...(JSON.parse(again.stdout || "{}").changes?.length === 0
      ? []
      : ["it says that it changed something"]),
  ]);

  const pins = join(folder, "pins.txt");
  writeFileSync(pins, frozen.stdout);
  const theirs = join(folder, "packages-uv");
  const other = [...did(tool([uv, "venv", "-q", "--python", python, theirs]))];
  const emptyTheirs = checked(theirs).files;
  other.push(
    ...did(uvPip(theirs, "install", "-q", "--no-deps", "--only-binary", ":all:", "-r", pins)),
  );
  const without = (files, base) => files.filter((path) => !base.includes(path) && isLeft(path));
  verdict(part, "uv installs the same set of files", [
    ...other,
    // REQUESTED says what was asked for by name: everything in uv's run, five names in pkm's.
    ...between(
      without(checked(environment).files, empty).filter((path) => !path.endsWith("/REQUESTED")),
      without(checked(theirs).files, emptyTheirs).filter((path) => !path.endsWith("/REQUESTED")),
      ["pkm", "uv"],
    ),
  ]);

  const all = listed(ours.stdout).map((pin) => pin.split("==")[0]);
  verdict(part, "pip uninstall of everything leaves no file behind", [
    ...did(pip(environment, "uninstall", "-y", ...all)),
    ...between(checked(environment).files.filter(isLeft), empty.filter(isLeft), [
      "left",
      "missing",
    ]),
  ]);
  const removed = pkmPip(theirs, "uninstall", ...all);
  verdict(part, "pkm pip uninstall of everything that uv installed leaves no file behind", [
    ...did(removed),
    ...between(checked(theirs).files.filter(isLeft), emptyTheirs.filter(isLeft), [
      "left",
      "missing",
    ]),
  ]);
  const back = [
    ...did(pkmPip(environment, "install", "-r", pins)),
    ...did(uvPip(environment, "uninstall", ...all)),
  ];
  verdict(part, "uv pip uninstall of everything leaves no file behind", [
    ...back,
    ...between(checked(environment).files.filter(isLeft), empty.filter(isLeft), [
      "left",
      "missing",
    ]),
  ]);
}

async function sets() {
  const part = "sets";
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const snapshot = process.env.PKM_BENCH_SNAPSHOT || join(cache, "pkm-bench", "snapshot");
  const inputs = readdirSync(join(root, "bench", "requirements")).sort();
  if (!existsSync(join(snapshot, "sets.json"))) {
    for (const input of inputs)
      skipped(part, input, `no snapshot in ${snapshot}; bench/README.md says how to record one`);
    return;
  }
  const server = spawn(python, [join(root, "bench", "serve.py"), "--snapshot", snapshot], {
    cwd: folder,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const index = await new Promise((resolve, reject) => {
      let text = "";
      server.stdout.on("data", (piece) => {
        text += piece;
        if (text.includes("\n")) resolve(text.split("\n")[0].trim());
      });
      server.on("exit", () => reject(new Error("bench/serve.py has ended")));
    });
    for (const input of inputs)
      await compareSet(part, join(root, "bench", "requirements", input), index);
  } finally {
    server.kill();
  }
}

/** Without blocking, so that a server in a child of this process is no reason to wait for ever. */
function toolLater(argv) {
  return new Promise((resolve) => {
    const child = spawn(argv[0], argv.slice(1), { cwd: folder, env: bareEnv });
    let stdout = "";
    let stderr = "";
    child.stdout.on("data", (piece) => (stdout += piece));
    child.stderr.on("data", (piece) => (stderr += piece));
    child.on("close", (status) => resolve({ status: status ?? 128, stdout, stderr }));
  });
}

async function compareSet(part, input, index) {
  const name = basename(input);
  const common = ["--only-binary", ":all:", "--python", python, "--no-header", "--no-annotate"];
  const began = performance.now();
  const ours = await toolLater([
    pkm,
    "pip",
    "compile",
    "-q",
    input,
    "--index-url",
    index,
    ...common,
  ]);
  const took = ((performance.now() - began) / 1000).toFixed(1);
  const uvCompile = (...more) =>
    toolLater([uv, "pip", "compile", "-q", input, "--default-index", index, ...common, ...more]);
  if (ours.status !== 0) {
    const theirs = await uvCompile();
    verdict(part, `${name}: pkm finds no answer, and neither does uv`, [
      ...(ours.stderr.includes("[no-solution]")
        ? []
        : [`pkm failed otherwise: ${ours.stderr.trim()}`]),
      ...(theirs.status === 0 ? ["uv finds one"] : []),
    ]);
    return;
  }
  const pins = join(folder, `${name}.pins`);
  writeFileSync(pins, ours.stdout);
  // Pre-releases are allowed to uv only because a pin may be one; every version is given.
  const theirs = await uvCompile("-c", pins, "--prerelease", "allow");
  verdict(
    part,
    `${name}: ${lines(ours.stdout).length} pins in ${took} s, accepted by uv as they are`,
    [
      ...did(theirs),
      ...(theirs.status === 0
        ? between(lines(ours.stdout), lines(theirs.stdout), ["pkm", "uv"])
        : []),
    ],
  );
}

function environments() {
  const part = "environments";
  const makers = {
    "python -m venv": (path) => [python, "-m", "venv", path],
    "python -m venv --without-pip": (path) => [python, "-m", "venv", "--without-pip", path],
    virtualenv: (path) => [
      join(peers, "bin", "python"),
      "-m",
      "virtualenv",
      "-q",
      "-p",
      python,
      path,
    ],
    "uv venv": (path) => [uv, "venv", "-q", "--python", python, path],
    "uv venv --seed": (path) => [uv, "venv", "-q", "--seed", "--python", python, path],
  };
  for (const [maker, argv] of Object.entries(makers)) {
    const environment = join(folder, `by ${maker.replaceAll(/[^a-z]+/g, "-")}`);
    const made = did(tool(argv(environment)));
    const empty = checked(environment).files;
    const script = join(environment, "bin", "cowsay");
    verdict(part, `made by ${maker}, used by pkm`, [
      ...made,
      ...did(pkmPip(environment, "install", "cowsay", "six")),
      ...did(tool([script, "-t", "moo"])),
      ...between(
        listed(pkmPip(environment, "list", "--format", "json").stdout),
        listed(pip(environment, "list", "--format", "json").stdout),
        ["pkm", "pip"],
      ),
      ...did(pkmPip(environment, "check")),
      ...did(pkmPip(environment, "uninstall", "cowsay", "six")),
      ...between(checked(environment).files.filter(isLeft), empty.filter(isLeft), [
        "left",
        "missing",
      ]),
    ]);
  }
  const environment = join(folder, "by pkm");
  const made = did(tool([pkm, "venv", environment, "--python", python]));
  const empty = checked(environment).files.filter(isLeft);
  const names = ["cowsay", "six"];
  const inTurn = [
    ["pip", (...words) => pip(environment, ...words)],
    [
      "uv",
      (command, ...words) => uvPip(environment, command, ...words.filter((word) => word !== "-y")),
    ],
    ["pkm", (command, ...words) => pkmPip(environment, command, ...words)],
  ];
  for (const [installer, install] of inTurn)
    for (const [remover, remove] of inTurn) {
      if (installer === remover && installer !== "pkm") continue;
      verdict(part, `made by pkm: ${installer} installs, ${remover} removes`, [
        ...made,
        ...did(install("install", ...names)),
        ...checked(environment, empty).defects.filter(
          (defect) => !/__pycache__|\.pyc/.test(defect),
        ),
        ...did(tool([join(environment, "bin", "cowsay"), "-t", "moo"])),
        ...did(remove("uninstall", "-y", ...names)),
        ...between(checked(environment).files.filter(isLeft), empty, ["left", "missing"]),
      ]);
    }
  const seeded = join(folder, "seeded");
  verdict(part, "pkm venv --seed: its pip works", [
    ...did(tool([pkm, "venv", seeded, "--seed", "--python", python])),
    ...did(tool([join(seeded, "bin", "python"), "-m", "pip", "install", "-q", "six"])),
    ...did(tool([join(seeded, "bin", "pip"), "check"])),
    ...did(tool([join(seeded, "bin", "python"), "-m", "venv", "--upgrade", seeded])),
    ...did(pkmPip(seeded, "uninstall", "six")),
  ]);
  mkdirSync(join(folder, "activated"));
  const activated = join(folder, "activated", ".venv");
  verdict(part, "an activated environment of pkm is the one that pip and uv find", [
    ...did(tool([pkm, "venv", activated, "--seed", "--python", python])),
    ...did(
      tool(
        [
          "sh",
          "-c",
          `. .venv/bin/activate && pip install -q six && "${uv}" pip show -q six && python -c "import six"`,
        ],
        {
          cwd: join(folder, "activated"),
        },
      ),
    ),
  ]);
}

if (wanted("scripts")) {
  const { scripts } = await import("../interop/scripts.mjs");
  scripts({ env, peers, pkm, root, tool, verdict }, bunExecutable());
}
if (wanted("packages")) packages();
if (wanted("environments")) environments();
if (wanted("backend"))
  backend({
    between,
    bun: bunExecutable(),
    did,
    env,
    folder,
    peers,
    pkm,
    python,
    root,
    skipped,
    tool,
    verdict,
  });
if (wanted("builds"))
  builds({
    between,
    checked,
    did,
    env,
    folder,
    peers,
    pkm,
    python,
    root,
    skipped,
    tool,
    uv,
    verdict,
  });
if (wanted("sets")) await sets();

const agreeing = rows.length - failures;
process.stdout.write(
  `\n${agreeing} of ${rows.length} agree${failures === 0 ? "" : `, ${failures} differ`}\n`,
);
if (failures > 0) {
  process.stdout.write(
    `${rows
      .filter((row) => !row.agrees)
      .map((row) => `  ${row.part}: ${row.item}`)
      .join("\n")}\n`,
  );
  process.exitCode = 1;
}
