// Part "builds" of `npm run interop`: sdists of real projects, by all backends, built by pkm and by `build`.
import { spawnSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

const part = "builds";

/** What is built: pinned, since the next release may come from another backend. */
const projects = [
  { backend: "setuptools, setup.py alone", pin: "docopt==0.6.2" },
  { backend: "setuptools, setup.cfg", pin: "cfgv==3.4.0" },
  { backend: "setuptools, pyproject.toml, setuptools-scm", pin: "pluggy==1.5.0" },
  { backend: "setuptools, a C extension", pin: "markupsafe==3.0.2", needs: "cc" },
  { backend: "flit-core", pin: "idna==3.10" },
  { backend: "hatchling with hatch-vcs", pin: "platformdirs==4.3.6" },
  { backend: "poetry-core", pin: "tomlkit==0.13.2" },
  { backend: "pdm-backend", pin: "dep-logic==0.7.2" },
  { backend: "scikit-build-core", pin: "pybind11==3.1.0", needs: "cc" },
  { backend: "meson-python, itself in its tree", pin: "meson-python==0.22.1", needs: "cc" },
  { backend: "maturin", pin: "rpds-py==2026.9.1", needs: "cargo" },
  { backend: "uv-build", pin: "nox-uv==0.8.0" },
  { backend: "in its own tree", pin: "flit-core==3.12.0" },
];

/** Small, and of four backends: what is measured is everything around them. */
const small = [
  "docopt==0.6.2",
  "cfgv==3.4.0",
  "pluggy==1.5.0",
  "idna==3.10",
  "platformdirs==4.3.6",
  "tomlkit==0.13.2",
  "flit-core==3.12.0",
  "iniconfig==2.0.0",
  "toolz==0.12.1",
  "six==1.16.0",
];

const needed = [
  "setuptools",
  "setuptools-scm",
  "wheel",
  "flit-core",
  "hatchling",
  "hatch-vcs",
  "poetry-core",
];

/** `interop` holds what all parts share; see scripts/interop.mjs. */
export function builds(interop) {
  const place = join(interop.folder, part);
  mkdirSync(place, { recursive: true });
  const sdists = backends(interop, place);
  withoutWheels(interop, place);
  repositories(interop, place);
  again(interop, place, sdists);
  tenSdists(interop, place);
}

const nameOf = (pin) => pin.split("==")[0];

/** The sdist of a pin in a folder; fetched by pip, so that pkm is not asked what is to be compared with pkm. */
function sdistOf({ tool, peers }, pin, folder) {
  const into = join(folder, pin);
  if (!existsSync(into))
    tool([
      join(peers, "bin", "python"),
      "-m",
      "pip",
      "download",
      "-q",
      "--no-deps",
      "--no-binary",
      nameOf(pin),
      "-d",
      into,
      pin,
    ]);
  const [file] = existsSync(into) ? readdirSync(into) : [];
  return file === undefined ? undefined : join(into, file);
}

const unpack = `
import sys, tarfile
with tarfile.open(sys.argv[1]) as tar:
    tar.extractall(sys.argv[2], filter="data")
`;

function backends(interop, place) {
  const { env, peers, pkm, python, root, tool, did, verdict, skipped } = interop;
  const peerPython = join(peers, "bin", "python");
  // Both are told the same moment; what is compared with it is not the time of the day.
  const epoch = { env: { ...env, SOURCE_DATE_EPOCH: "1700000000" } };
  const sdists = new Map();
  for (const { backend, pin, needs } of projects) {
    const item = `${pin} (${backend})`;
    if (needs !== undefined && spawnSync(needs, ["--version"]).status !== 0) {
      skipped(part, item, `there is no ${needs}`);
      continue;
    }
    const sdist = sdistOf(interop, pin, join(place, "sdists"));
    if (sdist === undefined) {
      verdict(part, item, ["pip cannot fetch it"]);
      continue;
    }
    sdists.set(pin, sdist);
    const [tree, theirs, ours] = ["tree", "theirs", "ours"].map((name) => {
      const folder = join(place, name, nameOf(pin));
      mkdirSync(folder, { recursive: true });
      return folder;
    });
    const problems = did(tool([peerPython, "-c", unpack, sdist, tree]));
    const source = join(tree, readdirSync(tree)[0] ?? "");
    problems.push(
      ...did(tool([peerPython, "-m", "build", "--wheel", "--outdir", theirs, source], epoch)),
      ...did(tool([pkm, "build", sdist, "-o", ours, "--python", peerPython], epoch)),
    );
    const wheels = [ours, theirs].map((folder) =>
      readdirSync(folder).map((name) => join(folder, name)),
    );
    if (problems.length === 0)
      problems.push(
        ...tool([python, join(root, "interop", "compare_wheels.py"), wheels[0][0], wheels[1][0]])
          .stdout.split("\n")
          .filter((line) => line !== ""),
      );
    verdict(part, `${item}: the wheel of \`build\``, problems);
    const environment = join(place, "env", nameOf(pin));
    tool([pkm, "venv", environment, "--python", peerPython]);
    verdict(part, `${item}: installed`, [
      ...did(tool([pkm, "pip", "install", "--no-deps", "--python", environment, sdist])),
      ...interop.checked(environment).defects.filter((defect) => !/belongs to nobody/.test(defect)),
    ]);
    rmSync(tree, { recursive: true, force: true });
  }
  return sdists;
}

/** Everything from source: what is wanted, what that needs, and what builds it. */
function withoutWheels(interop, place) {
  const { pkm, python, peers, tool, did, verdict } = interop;
  const environment = join(place, "no-binary");
  const names = ["docopt==0.6.2", "idna==3.10", "packaging==24.2", "attrs==24.2.0"];
  const made = did(tool([pkm, "venv", environment, "--python", python]));
  const install = ["install", "--no-binary", ":all:", "--python", environment, ...names];
  verdict(part, "pkm pip install --no-binary :all:", [
    ...made,
    ...did(tool([pkm, "pip", ...install])),
    ...did(tool([join(peers, "bin", "python"), "-m", "pip", "--python", environment, "check"])),
    ...did(
      tool([join(environment, "bin", "python"), "-c", "import docopt, idna, packaging, attrs"]),
    ),
  ]);
}

function repositories(interop, place) {
  const { pkm, python, peers, tool, did, verdict, between } = interop;
  const repository = join(place, "repository");
  mkdirSync(join(repository, "src", "here"), { recursive: true });
  writeFileSync(
    join(repository, "pyproject.toml"),
    `[build-system]
requires = ["setuptools>=64", "setuptools-scm>=8"]
build-backend = "setuptools.build_meta"
[project]
name = "here"
dynamic = ["version"]
[tool.setuptools_scm]
`,
  );
  writeFileSync(join(repository, "src", "here", "__init__.py"), "");
  const git = (...words) =>
    tool(["git", "-c", "user.name=A", "-c", "user.email=a@host.example", ...words], {
      cwd: repository,
    });
  const made = [
    ...did(git("init", "--quiet", "--initial-branch=main")),
    ...did(git("add", "-A")),
    ...did(git("commit", "--quiet", "-m", "first")),
    ...did(git("tag", "v1.2")),
  ];
  const peerPython = join(peers, "bin", "python");
  const pip = (environment, ...words) =>
    tool([peerPython, "-m", "pip", "--python", environment, ...words]);
  const frozen = [];
  for (const [name, install] of [
    [
      "git-pkm",
      (environment, word) => tool([pkm, "pip", "install", "--python", environment, word]),
    ],
    ["git-pip", (environment, word) => pip(environment, "install", "-q", word)],
  ]) {
    const environment = join(place, name);
    made.push(...did(tool([pkm, "venv", environment, "--python", python])));
    made.push(...did(install(environment, `here @ git+file://${repository}@v1.2`)));
    frozen.push([
      pip(environment, "freeze").stdout,
      tool([
        "sh",
        "-c",
        'cat "$0"/lib/*/site-packages/here-1.2.dist-info/direct_url.json',
        environment,
      ]).stdout,
    ]);
  }
  verdict(part, "git+file://…@v1.2: version off the tag, direct_url.json and freeze as pip's", [
    ...made,
    ...between(frozen[0], frozen[1], ["pkm", "pip"]),
  ]);
  const environment = join(place, "editable");
  verdict(part, "-e: pip lists it as editable, and the tree is imported", [
    ...did(tool([pkm, "venv", environment, "--python", python])),
    ...did(tool([pkm, "pip", "install", "--python", environment, "-e", repository])),
    ...(pip(environment, "list", "--editable").stdout.includes(repository)
      ? []
      : ["pip does not list it"]),
    ...(tool([
      join(environment, "bin", "python"),
      "-c",
      "import here; print(here.__file__)",
    ]).stdout.startsWith(repository)
      ? []
      : ["another module is imported"]),
  ]);
}

/** What was built is not built again, and what backends need is not resolved again. */
function again(interop, place, sdists) {
  const { pkm, tool, did, verdict } = interop;
  const environment = join(place, "env", "docopt");
  const sdist = sdists.get("docopt==0.6.2");
  const install = (...words) =>
    tool([
      pkm,
      "-v",
      "pip",
      "install",
      "--reinstall",
      "--no-deps",
      "--python",
      environment,
      ...words,
    ]);
  const built = (result) => (result.stderr.match(/^the log of .*$/gm) ?? []).length;
  const second = install(sdist);
  verdict(part, "a second installation of the same sdist builds nothing", [
    ...did(second),
    ...(built(second) === 0 ? [] : [second.stderr]),
  ]);
  const offline = install("--offline", "--no-binary", "six", sdists.get("cfgv==3.4.0"));
  verdict(part, "a second build of the same backend asks nobody", did(offline));
}

const timed = `
import json, resource, subprocess, sys, time
began = time.monotonic()
done = subprocess.run(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([time.monotonic() - began, used.ru_utime + used.ru_stime]))
sys.exit(done.returncode)
`;

/**
 * In turns, each with an empty cache; everything that is needed lies in a folder. What decides is processor time, of backends
 * too: on a machine with other things to do the clock measures those.
 */
function tenSdists(interop, place) {
  const { env, pkm, uv, python, tool, did, verdict } = interop;
  const house = join(place, "house");
  mkdirSync(house);
  const problems = [];
  for (const pin of small) {
    const sdist = sdistOf(interop, pin, join(place, "sdists"));
    if (sdist === undefined) problems.push(`pip cannot fetch ${pin}`);
    else copyFileSync(sdist, join(house, basename(sdist)));
  }
  const pip = [join(interop.peers, "bin", "python"), "-m", "pip", "download", "-q"];
  problems.push(...did(tool([...pip, "--only-binary", ":all:", "-d", house, ...needed])));
  const from = ["--no-index", "--find-links", house, "--no-deps"];
  const asSdists = small.flatMap((pin) => ["--no-binary", nameOf(pin)]);
  const run = (program, round) => {
    const own = join(place, `ten-${round}-${program === uv ? "uv" : "pkm"}`);
    const environment = join(own, "env");
    const cache = join(own, "cache");
    tool([uv, "venv", "-q", "--python", python, environment]);
    const words = ["pip", "install", "-q", "--python", environment, ...from, ...asSdists, ...small];
    const result = tool([python, "-c", timed, program, ...words], {
      env: { ...env, UV_CACHE_DIR: cache, PKM_CACHE_DIR: cache },
    });
    problems.push(...did(result));
    rmSync(own, { recursive: true, force: true });
    return JSON.parse(result.stdout.trim() || "[0, 0]");
  };
  const pairs = [];
  for (let round = 0; round < 5 && problems.length === 0; round++) {
    const order = round % 2 === 0 ? [pkm, uv] : [uv, pkm];
    const taken = new Map(order.map((program) => [program, run(program, round)]));
    pairs.push([taken.get(pkm), taken.get(uv)]);
  }
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const ratio = (which) =>
    median(pairs.map(([ours, theirs]) => ours[which] / theirs[which])).toFixed(2);
  const of = (who, which) => median(pairs.map((pair) => pair[who][which])).toFixed(2);
  const [clock, processor] = [0, 1];
  if (Number(ratio(processor)) > 1) problems.push("more processor time than uv's");
  verdict(
    part,
    `ten sdists, empty caches: ${of(0, processor)} s of processor time, uv ${of(1, processor)} s, pairwise ${ratio(processor)}; by the clock ${of(0, clock)} s, uv ${of(1, clock)} s, pairwise ${ratio(clock)}`,
    problems,
  );
}
