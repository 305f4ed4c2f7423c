/**
 * What options do. A script runs twice, without the option and with it in the place of `$OPT`; something is shown only
 * with it, or only without it. A key is a command, or a family of commands that have the option from one table, and
 * the option's long name.
 */
export type Effect = {
  /** The option as it is typed. */
  readonly typed: string;
  readonly script: string;
  readonly shows?: RegExp;
  readonly hides?: RegExp;
  readonly env?: Readonly<Record<string, string>>;
};

const shows = (typed: string, script: string, what: RegExp, env = {}): Effect => ({
  typed,
  script,
  shows: what,
  env,
});
const hides = (typed: string, script: string, what: RegExp, env = {}): Effect => ({
  typed,
  script,
  hides: what,
  env,
});

/** What begins colour on a terminal. */
const colour = new RegExp(`${String.fromCodePoint(27)}\\[`);

const plan = (words: string): string => `pip install --dry-run --python "$EMPTY" ${words} $OPT`;
const change = (words: string, after = ""): string =>
  `pkm venv -q --python "$PYTHON" .venv; pip install ${words} $OPT${after}`;
const index = (words: string): string => `pip index versions --python "$EMPTY" ${words} $OPT`;
const versions = index("demo");
const listed = 'pip list --python "$ENV" $OPT';

const inVirtual =
  'pkm venv -q --python "$PYTHON" .venv; pip config set --site global.timeout 8 2> told';

const resolving: Readonly<Record<string, Effect>> = {
  src: shows(
    "--src there",
    `. "$PROJECT"; project repository own 1.0; commit repository; ${change(
      '-e "git+file://$PWD/repository#egg=own"',
      "; ls there",
    )}`,
    /^own$/m,
  ),
  requirement: shows("-r tool.txt", plan("demo"), /\btool 1/),
  constraint: shows("-c old.txt", plan("demo"), /demo 1\.0/),
  "requirements-from-script": shows(
    "--requirements-from-script script.py",
    plan("demo"),
    /\btool 1/,
  ),
  "no-deps": hides("--no-deps", plan("app"), /\btool 1/),
  "only-deps": hides("--only-deps", plan("app"), /\bapp 1/),
  platform: shows("--platform win_amd64", plan("windows"), /\+ windows 1\.0/),
  "python-version": shows("--python-version 3.8", plan("modern"), /modern 1\.0/),
  implementation: shows("--implementation pp", plan("tongue"), /tongue 2\.0/),
  abi: shows(
    "--abi oddabi",
    plan("--platform win_amd64 --python-version 3.12 --implementation cp binding"),
    /\+ binding 1\.0/,
  ),
  "ignore-requires-python": shows("--ignore-requires-python", plan("future"), /\+ future 1/),
  "require-hashes": shows("--require-hashes", plan("demo==1.1"), /hash/),
  "no-require-hashes": shows("--no-require-hashes", plan("-r hashed.txt"), /\+ tool 1/),
  group: shows("--group project/pyproject.toml:dev", plan("demo"), /\btool 1/),
  pre: shows("--pre", plan("demo"), /2\.0b1/),
  "all-releases": shows("--all-releases demo", plan("demo"), /2\.0b1/),
  "only-final": hides("--only-final demo", plan("demo"), /2\.0b1/, { PIP_ALL_RELEASES: ":all:" }),
  "no-binary": hides("--no-binary demo", plan("demo"), /\+ demo/),
  "only-binary": shows("--only-binary demo", plan("demo"), /\+ demo/, { PIP_NO_BINARY: ":all:" }),
  "prefer-binary": shows(
    "--prefer-binary",
    'pip lock -o - --python "$EMPTY" sdisted $OPT',
    /^version = "1\.0"/m,
  ),
  "index-url": shows("-i $OTHER", plan("elsewhere"), /\+ elsewhere/),
  "extra-index-url": shows("--extra-index-url $OTHER", plan("elsewhere"), /\+ elsewhere/),
  "no-index": hides("--no-index", plan("demo"), /\+ demo/),
  "find-links": shows("-f wheels", plan("local"), /\+ local/),
  "uploaded-prior-to": shows("--uploaded-prior-to 2025-01-01", plan("demo"), /demo 1\.0/),
};

const selecting: Readonly<Record<string, Effect>> = {
  pre: shows("--pre", versions, /2\.0b1/),
  "all-releases": shows("--all-releases demo", versions, /2\.0b1/),
  "only-final": hides("--only-final demo", versions, /2\.0b1/, { PIP_ALL_RELEASES: ":all:" }),
  "no-binary": hides("--no-binary demo", versions, /1\.1/),
  "only-binary": hides("--only-binary :all:", index("sdisted"), /1\.1/),
  "prefer-binary": hides("--prefer-binary", 'pip list -o --python "$ENV" $OPT', /sdisted/),
  "index-url": shows("-i $OTHER", index("elsewhere"), /elsewhere \(1/),
  "extra-index-url": shows("--extra-index-url $OTHER", index("elsewhere"), /elsewhere \(1/),
  "no-index": hides("--no-index", versions, /1\.1/),
  "find-links": shows("-f wheels", index("local"), /local \(1/),
  "uploaded-prior-to": hides("--uploaded-prior-to 2025-01-01", versions, /1\.1/),
};

const any: Readonly<Record<string, Effect>> = {
  help: shows("--help", "pip list $OPT", /^usage:/m),
  isolated: shows("--isolated", "pip config list $OPT; pip list --python $ENV $OPT", /^demo/m, {
    PIP_FORMAT: "json",
  }),
  "require-virtualenv": shows(
    "--require-virtualenv",
    'pip install --dry-run demo --python "$(pkm python find "$PYTHON" --system)" $OPT',
    /virtual-environment-required/,
  ),
  python: shows("--python $ENV", "pip list $OPT", /^demo/m),
  verbose: shows("-v", listed, /used/),
  quiet: hides("-qq", `${change("demo")} 2>&1`, /Installed/),
  log: shows("--log log.txt", `${change("demo")} -q; cat log.txt`, /Installed 1 package/),
  proxy: hides("--proxy http://127.0.0.1:9 --retries 0", plan("--no-cache demo"), /\+ demo/),
  "no-proxy-env": shows("--no-proxy-env", plan("--no-cache --retries 0 demo"), /\+ demo/, {
    http_proxy: "http://127.0.0.1:9",
  }),
  "cache-dir": shows("--cache-dir here", `${plan("demo")}; ls here`, /CACHEDIR\.TAG/),
  "no-cache-dir": hides("--no-cache-dir", `${plan("demo")}; ls here`, /CACHEDIR\.TAG/, {
    PKM_CACHE_DIR: "here",
  }),
  "no-color": hides("--no-color", plan("nobody"), colour, { FORCE_COLOR: "1", NO_COLOR: "" }),
};

const install: Readonly<Record<string, Effect>> = {
  "dry-run": hides("--dry-run", change("demo"), /Installed/),
  target: shows("-t lib", change("demo", "; ls lib"), /^demo$/m),
  user: shows(
    "--user",
    `pkm venv -q --system-site-packages --python "$PYTHON" .venv; pip install demo $OPT; find base -name demo`,
    /base.*demo/,
    { PYTHONUSERBASE: "base" },
  ),
  root: shows("--root below", change("demo", "; find below -name demo"), /below.*demo/),
  prefix: shows("--prefix other", change("demo", "; find other -name demo"), /other.*demo/),
  upgrade: shows(
    "-U",
    `${change("demo==1.0").replace("$OPT", "-q")}; pip install demo $OPT`,
    /1\.1/,
  ),
  "upgrade-strategy": shows(
    "--upgrade-strategy eager",
    `${change("demo==1.0 app").replace("$OPT", "-q")}; pip install -U app $OPT`,
    /demo 1\.0 -> 1\.1/,
  ),
  "force-reinstall": shows(
    "--force-reinstall",
    `${change("demo").replace("$OPT", "-q")}; pip install demo $OPT`,
    /demo 1\.1/,
  ),
  "ignore-installed": shows(
    "-I",
    `${change("demo").replace("$OPT", "-q")}; pip install demo $OPT`,
    /demo 1\.1/,
  ),
  compile: shows("--compile", change("demo", "; find .venv -name '*.pyc'"), /demo.*\.pyc/),
  "no-compile": hides("--no-compile", change("demo", "; find .venv -name '*.pyc'"), /demo.*\.pyc/, {
    PIP_COMPILE: "1",
  }),
  "no-warn-conflicts": hides(
    "--no-warn-conflicts",
    `${change("strict").replace("$OPT", "-q")}; pip install -q demo==1.1 $OPT`,
    /strict/,
  ),
  report: shows("--report report.json", change("demo", "; cat report.json"), /"pip_version"/),
};

const tools: Readonly<Record<string, Effect>> = Object.fromEntries(
  ["pip-compile", "pip-sync"].flatMap((command) => [
    [`${command} help`, shows("-h", `${command} $OPT`, /^usage:/m)],
    [`${command} version`, shows("--version", `${command} $OPT`, /, version \d/)],
  ]),
);

const compile = (words = ""): string =>
  `pip-compile -q --python "$EMPTY" -o out.txt ${words} $OPT; cat out.txt`;
const project = (words = ""): string => `cd project; ${compile(words)}`;

/** A project that needs `demo` to run, and `tool` for a wheel to be built of it. */
const buildable = [
  "mkdir backend",
  `printf 'def get_requires_for_build_wheel(settings=None):\n    return ["tool"]\n' > backend/hooks.py`,
  `printf '[build-system]\nrequires = []\nbuild-backend = "hooks"\nbackend-path = ["backend"]\n[project]\nname = "own"\nversion = "1"\ndependencies = ["demo"]\n' > pyproject.toml`,
  "",
].join("; ");
const built = (words = ""): string =>
  `${buildable}${compile(`--no-header ${words} pyproject.toml`)}`;

const pipCompile: Readonly<Record<string, Effect>> = {
  color: shows(
    "--color",
    "echo nobody > nobody.in; pip-compile nobody.in --python $EMPTY $OPT",
    colour,
  ),
  "no-color": hides(
    "--no-color",
    "echo nobody > nobody.in; pip-compile nobody.in --python $EMPTY $OPT",
    colour,
    { FORCE_COLOR: "1", NO_COLOR: "" },
  ),
  "build-deps-for": shows("--build-deps-for wheel", built(), /^tool==/m),
  "all-build-deps": shows("--all-build-deps", built(), /^tool==/m),
  "only-build-deps": hides("--only-build-deps", built("--all-build-deps"), /^demo==/m),
  quiet: hides("-q", 'pip-compile --python "$EMPTY" $OPT', /demo/),
  verbose: shows("-v", compile("--no-cache").replace("-q", ""), /^read demo/m),
  "dry-run": hides("-n", `pip-compile -q --python "$EMPTY" $OPT; ls`, /^requirements\.txt$/m),
  pre: shows("--pre", compile(), /2\.0b1/),
  extra: shows("--extra more", project(), /^tool==/m),
  "all-extras": shows("--all-extras", project(), /^tool==/m),
  "find-links": shows("-f wheels", `echo local > a.in; ${compile("a.in")}`, /^local==/m),
  "index-url": shows("-i $OTHER", `echo elsewhere > a.in; ${compile("a.in")}`, /^elsewhere==/m),
  "no-index": hides("--no-index", compile(), /^demo/m),
  "extra-index-url": shows(
    "--extra-index-url $OTHER",
    `echo elsewhere > a.in; ${compile("a.in")}`,
    /^elsewhere==/m,
  ),
  "uploaded-prior-to": shows("--uploaded-prior-to 2025-01-01", compile(), /==1\.0/),
  header: shows("--header", project(), /autogenerated/),
  "no-header": hides("--no-header", compile(), /autogenerated/),
  "emit-trusted-host": shows(
    "--emit-trusted-host",
    `printf '[tool.pip-tools]\nemit-trusted-host = false\n' > .pip-tools.toml; ${compile("--trusted-host localhost")}`,
    /^--trusted-host localhost/m,
  ),
  "no-emit-trusted-host": hides(
    "--no-emit-trusted-host",
    compile("--trusted-host localhost"),
    /^--trusted-host localhost/m,
  ),
  "trusted-host": shows("--trusted-host localhost", compile(), /^--trusted-host localhost/m),
  annotate: shows(
    "--annotate",
    `printf '[tool.pip-tools]\nannotate = false\n' > .pip-tools.toml; ${compile()}`,
    /# via/,
  ),
  "no-annotate": hides("--no-annotate", compile(), /# via/),
  "annotation-style": shows("--annotation-style line", compile(), /^demo.*# via/m),
  upgrade: shows("-U", `echo 'demo==1.0' > out.txt; ${compile()}`, /==1\.1/),
  "no-upgrade": shows(
    "--no-upgrade",
    `printf '[tool.pip-tools]\nupgrade = true\n' > .pip-tools.toml; echo 'demo==1.0' > out.txt; ${compile()}`,
    /==1\.0/,
  ),
  "upgrade-package": shows("-P demo", `echo 'demo==1.0' > out.txt; ${compile()}`, /==1\.1/),
  "output-file": shows(
    "-o named.txt",
    'pip-compile -q --python "$EMPTY" $OPT; cat named.txt',
    /demo/,
  ),
  newline: shows("--newline crlf", compile(), /\r\n/),
  "allow-unsafe": shows("--allow-unsafe", `echo pip > a.in; ${compile("a.in")}`, /^pip==/m),
  "no-allow-unsafe": hides(
    "--no-allow-unsafe",
    `printf '[tool.pip-tools]\nallow-unsafe = true\n' > .pip-tools.toml; echo pip > a.in; ${compile("a.in")}`,
    /^pip==/m,
  ),
  "strip-extras": hides("--strip-extras", compile("--no-header"), /^demo\[extra\]/m),
  "no-strip-extras": shows(
    "--no-strip-extras",
    `printf '[tool.pip-tools]\nstrip-extras = true\n' > .pip-tools.toml; ${compile()}`,
    /^demo\[extra\]/m,
  ),
  "generate-hashes": shows("--generate-hashes", compile(), /--hash=sha256:/),
  "emit-find-links": shows(
    "--emit-find-links",
    `printf '[tool.pip-tools]\nemit-find-links = false\n' > .pip-tools.toml; ${compile("-f wheels")}`,
    /^--find-links/m,
  ),
  "no-emit-find-links": hides("--no-emit-find-links", compile("-f wheels"), /^--find-links/m),
  "cache-dir": shows("--cache-dir here", `${compile()}; ls here`, /CACHEDIR\.TAG/),
  "pip-args": shows("--pip-args '--pre'", compile(), /2\.0b1/),
  "emit-index-url": shows(
    "--emit-index-url",
    `printf '[tool.pip-tools]\nemit-index-url = false\n' > .pip-tools.toml; ${compile("-i $INDEX")}`,
    /^--index-url/m,
  ),
  "no-emit-index-url": hides("--no-emit-index-url", compile("-i $INDEX"), /^--index-url/m),
  "emit-options": shows(
    "--emit-options",
    `printf '[tool.pip-tools]\nemit-options = false\n' > .pip-tools.toml; ${compile("-i $INDEX")}`,
    /^--index-url/m,
  ),
  "no-emit-options": hides("--no-emit-options", compile("-i $INDEX"), /^--index-url/m),
  "unsafe-package": hides("--unsafe-package demo", compile("--no-header"), /^demo/m),
  config: hides("--config settings.toml", compile(), /autogenerated/),
  "no-config": shows("--no-config", project(), /autogenerated/),
  constraint: shows("-c old.txt", compile(), /==1\.0/),
};

const sync = (words = "pinned.txt"): string =>
  `pip-sync -n --python-executable "$EMPTY/bin/python" ${words} $OPT`;

const pipSync: Readonly<Record<string, Effect>> = {
  ask: shows(
    "-a",
    `pkm venv -q --python "$PYTHON" .venv; echo n | pip-sync --python-executable .venv pinned.txt $OPT`,
    /proceed/,
  ),
  "dry-run": shows(
    "-n",
    `pkm venv -q --python "$PYTHON" .venv; pip-sync --python-executable .venv pinned.txt $OPT`,
    /Would install/,
  ),
  verbose: shows("-v", `${sync()} --no-cache`, /^read demo/m),
  force: shows("--force", sync("requirements.in"), /Would install/),
  "find-links": shows("-f wheels", `echo local==1.0 > a.txt; ${sync("a.txt")}`, /^ {2}local==/m),
  "index-url": shows(
    "-i $OTHER",
    `echo elsewhere==1.0 > a.txt; ${sync("a.txt")}`,
    /^ {2}elsewhere==/m,
  ),
  "extra-index-url": shows(
    "--extra-index-url $OTHER",
    `echo elsewhere==1.0 > a.txt; ${sync("a.txt")}`,
    /^ {2}elsewhere==/m,
  ),
  "no-index": hides("--no-index", sync(), /Would install/),
  "python-executable": shows(
    '--python-executable "$PWD/.venv/bin/python"',
    `pkm venv -q --python "$PYTHON" .venv; eval pip-sync -q pinned.txt $OPT; pip freeze --path .venv/lib/python*/site-packages`,
    /demo==1\.0/,
    { VIRTUAL_ENV: "/nowhere" },
  ),
  quiet: hides(
    "-q",
    `pkm venv -q --python "$PYTHON" .venv; pip-sync --python-executable .venv pinned.txt $OPT`,
    /Installed/,
  ),
  "pip-args": hides("--pip-args --no-index", sync(), /Would install/),
  config: hides(
    "--config force.toml",
    `printf '[tool.pip-tools]\nno-index = true\n' > force.toml; ${sync()}`,
    /Would install/,
  ),
  "no-config": shows(
    "--no-config",
    `printf '[tool.pip-tools]\nno-index = true\n' > .pip-tools.toml; ${sync()}`,
    /Would install/,
  ),
};

const make = (words = "--no-seed", after = "ls -A new new/bin"): string =>
  `virtualenv -p "$PYTHON" ${words} $OPT new; ${after}`;

const seeds = "pip list --python new";

const virtualenv: Readonly<Record<string, Effect>> = {
  help: shows("-h", "virtualenv $OPT", /^usage:/m),
  version: shows("--version", "virtualenv $OPT", /^virtualenv \d/m),
  verbose: shows("-v", make("--no-cache", "true"), /^read pip/m),
  quiet: hides("-q", make(), /created virtual environment/),
  python: shows("-p 9.9", "virtualenv --no-seed $OPT new", /python-not-found/),
  clear: hides(
    "--clear",
    `virtualenv -q --no-seed -p "$PYTHON" new; touch new/mine; ${make()}`,
    /mine/,
  ),
  "no-vcs-ignore": hides("--no-vcs-ignore", make(), /\.gitignore/),
  "venv-redirect": shows("--venv-redirect", make("--no-seed", "cat .venv"), /^new$/m),
  "no-venv-redirect": hides(
    "--no-venv-redirect",
    `cd project; ${make("--no-seed", "cat .venv")}`,
    /^new$/m,
  ),
  "system-site-packages": shows(
    "--system-site-packages",
    make("--no-seed", "cat new/pyvenv.cfg"),
    /site-packages = true/,
  ),
  "no-seed": hides("--no-seed", make("", seeds), /^pip /m),
  "no-download": hides("--no-download", make("", seeds), /99\.0/),
  "extra-search-dir": shows(
    "--extra-search-dir wheels seeds",
    `pip download -q --no-deps -d seeds pip==99.0; virtualenv -q -p "$PYTHON" --no-download --no-setuptools new $OPT; ${seeds}`,
    /99\.0/,
  ),
  pip: hides("--pip none", make("", seeds), /^pip /m),
  setuptools: shows("--setuptools 97.0", make("", seeds), /97\.0/),
  "no-pip": hides("--no-pip", make("", seeds), /^pip /m),
  "no-setuptools": hides("--no-setuptools", make("--setuptools 98.0", seeds), /98\.0/),
  activators: hides("--activators bash", make(), /activate\.fish/),
  prompt: shows("--prompt hello", make("--no-seed", "cat new/pyvenv.cfg"), /hello/),
  "app-data": shows("--app-data here", make("", "ls here"), /CACHEDIR\.TAG/),
};

const others: Readonly<Record<string, Effect>> = {
  "pip lock output": shows("-o pylock.web.toml", 'pip lock demo --python "$EMPTY" $OPT; ls', /web/),
  "pip download dest": shows(
    "-d there",
    'pip download -q demo --python "$EMPTY" $OPT; ls there',
    /demo-1/,
  ),
  "pip wheel wheel-dir": shows(
    "-w there",
    'pip wheel -q demo --python "$EMPTY" $OPT; ls there',
    /demo-1/,
  ),
  "pip uninstall requirement": shows(
    "-r tool.txt",
    `${change("demo tool").replace("$OPT", "-q")}; pip uninstall -y demo $OPT; pip list`,
    /- tool 1\.0/,
  ),
  "pip freeze requirement": shows(
    "-r tool.txt",
    'pip freeze --python "$ENV" $OPT',
    /added by pip freeze/,
  ),
  "pip freeze path": shows("--path $SITE", "pip freeze $OPT", /demo==/),
  "pip inspect path": shows("--path $SITE", "pip inspect $OPT", /"demo"/),
  "pip list path": shows("--path $SITE", "pip list $OPT", /^demo/m),
  "pip freeze all": shows(
    "--all",
    `${change("pip").replace("$OPT", "-q")}; pip freeze $OPT`,
    /^pip==/m,
  ),
  "pip freeze exclude-editable": hides(
    "--exclude-editable",
    'pip freeze --python "$ENV" $OPT',
    /worked/,
  ),
  "pip list exclude-editable": hides("--exclude-editable", listed, /worked/),
  "pip freeze exclude": hides("--exclude demo", 'pip freeze --python "$ENV" $OPT', /demo/),
  "pip list exclude": hides("--exclude demo", listed, /demo/),
  "pip list outdated": hides("-o", listed, /tool/),
  "pip list uptodate": hides("-u", listed, /demo/),
  "pip list editable": hides("-e", listed, /demo/),
  "pip list format": shows("--format json", listed, /"name": "demo"/),
  "pip list not-required": hides("--not-required", listed, /demo/),
  "pip show files": shows("-f", 'pip show --python "$ENV" demo $OPT', /^Files:/m),
  "pip config editor": shows("--editor echo", "pip config --user edit $OPT", /pip\.conf/, {
    EDITOR: "true",
    PIP_CONFIG_FILE: "",
  }),
  "pip config user": shows(
    "--user",
    `${inVirtual}; pip config set $OPT global.timeout 9; find "$HOME" -name pip.conf`,
    /^here.*pip\.conf$/m,
    { PIP_CONFIG_FILE: "", HOME: "here" },
  ),
  "pip config site": shows(
    "--site",
    `pkm venv -q --python "$PYTHON" .venv; pip config set $OPT global.timeout 9; find .venv -name pip.conf`,
    /^\.venv\/pip\.conf$/m,
    { PIP_CONFIG_FILE: "" },
  ),
  "pip config global": shows(
    "--global",
    "pip config $OPT edit --editor echo",
    /^\/(?:etc|Lib).*pip\.conf$/m,
    {
      PIP_CONFIG_FILE: "",
    },
  ),
  "pip search index": shows("-i $OTHER/pypi", "pip search demo $OPT", /pypi/),
  "pip index platform": shows("--platform win_amd64", index("windows"), /windows \(1/),
  "pip index python-version": shows("--python-version 3.8", index("modern"), /modern \(1\.0/),
  "pip index implementation": shows("--implementation pp", index("tongue"), /tongue \(2/),
  "pip index abi": shows(
    "--abi oddabi",
    index("--platform win_amd64 --python-version 3.12 --implementation cp binding"),
    /binding \(1/,
  ),
  "pip index ignore-requires-python": shows(
    "--ignore-requires-python",
    index("future"),
    /future \(1/,
  ),
  "pip index json": shows("--json", versions, /"name": ?"demo"/),
  "pip cache format": shows(
    "--format abspath",
    'pip wheel -q demo --python "$EMPTY"; pip cache list $OPT',
    /^\//m,
  ),
  "pip hash algorithm": shows("-a sha512", "pip hash wheels/* $OPT", /sha512:/),
  "pip completion bash": shows("--bash", "pip completion $OPT", /complete /),
  "pip completion zsh": shows("--zsh", "pip completion $OPT", /compdef/),
  "pip completion fish": shows("--fish", "pip completion $OPT", /complete /),
  "pip completion powershell": shows(
    "--powershell",
    "pip completion $OPT",
    /Register-ArgumentCompleter/,
  ),
  "pip debug platform": shows(
    "--platform win_amd64",
    "pip debug --python $EMPTY $OPT",
    /win_amd64/,
  ),
  "pip debug python-version": shows(
    "--python-version 3.8",
    "pip debug --python $EMPTY -v $OPT",
    /cp38-cp38/,
  ),
  "pip debug implementation": shows(
    "--implementation pp",
    "pip debug --python $EMPTY -v $OPT",
    /pp3\d/,
  ),
  "pip debug abi": shows("--abi oddabi", "pip debug --python $EMPTY -v $OPT", /oddabi/),
};

function under(key: string, table: Readonly<Record<string, Effect>>): [string, Effect][] {
  return Object.entries(table).map(([name, effect]) => [`${key} ${name}`, effect]);
}

export const effects: Readonly<Record<string, Effect>> = {
  ...Object.fromEntries([
    ...under("resolving", resolving),
    ...under("selecting", selecting),
    ...under("any", any),
    ...under("pip install", install),
    ...under("pip-compile", pipCompile),
    ...under("pip-sync", pipSync),
    ...under("virtualenv", virtualenv),
  ]),
  ...tools,
  ...others,
};
