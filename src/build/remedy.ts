import type { NormalizedName } from "#standards/name";

/** What most likely helps after a build has failed; judged by what its log says. */
export type Remedy = {
  /** The cause in one's own words, where the log gives it away. */
  readonly why?: string;
  readonly fix: readonly string[];
};

type Clue = {
  readonly sign: RegExp;
  readonly remedy: (found: RegExpExecArray) => Remedy;
};

/** Looks through the end of a log for the usual causes, the most telling first. */
export function remedyFor(log: string, name: NormalizedName | undefined): Remedy {
  for (const { sign, remedy } of clues) {
    const found = sign.exec(log);
    if (found !== null) return remedy(found);
  }
  const module = /^(?:ModuleNotFoundError|ImportError): No module named '?([\w.]+)'?/m.exec(log);
  if (module !== null) return missingModule(module[1] as string, name);
  return { fix: [] };
}

/** The build uses a module without saying that it needs it. */
export function missingModule(module: string, name: NormalizedName | undefined): Remedy {
  const project = module.split(".")[0] as string;
  return {
    why: `the build uses the module \`${module}\` and does not say that it needs it`,
    fix: [
      `say so in your pyproject.toml: \`[tool.pkm.extra-build-dependencies]\` with \`${name ?? "NAME"} = ["${projectOf(project)}"]\``,
      `install it and build with \`--no-build-isolation-package ${name ?? "NAME"}\``,
    ],
  };
}

/** Modules that come from a project of another name. */
function projectOf(module: string): string {
  const known: Readonly<Record<string, string>> = {
    pkg_resources: "setuptools<81",
    Cython: "cython",
    skbuild: "scikit-build",
    distutils: "setuptools",
    yaml: "pyyaml",
    numpy: "numpy",
  };
  return known[module] ?? module;
}

const compilerFix = [
  "Debian, Ubuntu: `apt install build-essential`",
  "Fedora: `dnf install gcc gcc-c++`; macOS: `xcode-select --install`",
];

const clues: readonly Clue[] = [
  {
    sign: /Python\.h[:'"]? ?(?:No such file|file not found|not found)|fatal error: '?Python\.h/i,
    remedy: () => ({
      why: "the headers of Python are not installed",
      fix: ["Debian, Ubuntu: `apt install python3-dev`", "Fedora: `dnf install python3-devel`"],
    }),
  },
  {
    sign: /can't find Rust compiler|[Cc]argo, the Rust package manager, is not installed|(?:rustc|cargo)['"`]? ?(?:: (?:command )?not found|not found|is not installed)|No such file or directory: '(?:cargo|rustc)'|Unknown compiler\(s\): \[\['rustc/,
    remedy: () => ({
      why: "there is no Rust compiler",
      fix: [
        "install Rust with rustup, or with your system: `apt install cargo`",
        "choose a version that has a wheel: `--only-binary NAME`",
      ],
    }),
  },
  {
    sign: /Unknown compiler\(s\): \[\[?'(?:gfortran|flang|ifort)|gfortran: (?:command )?not found|No such file or directory: 'gfortran'/,
    remedy: () => ({
      why: "there is no Fortran compiler",
      fix: ["Debian, Ubuntu: `apt install gfortran`", "Fedora: `dnf install gcc-gfortran`"],
    }),
  },
  {
    sign: /command '[^']*(?:gcc|g\+\+|cc|clang|c\+\+)' failed: No such file|unable to execute '[^']*(?:gcc|g\+\+|cc|clang)'|(?:gcc|g\+\+|cc|clang): (?:command )?not found|No such file or directory: '(?:[^']*[/-])?(?:gcc|cc|g\+\+|clang)'|Unknown compiler\(s\)|No CMAKE_C(?:XX)?_COMPILER could be found|linker `cc` not found/,
    remedy: () => ({ why: "there is no C compiler", fix: compilerFix }),
  },
  {
    sign: /Microsoft Visual C\+\+ \d+/,
    remedy: () => ({
      why: "there is no C compiler",
      fix: ["install the Build Tools for Visual Studio with the C++ tools"],
    }),
  },
  {
    sign: /fatal error: '?([\w./+-]+\.h(?:pp)?)'?(?:: No such file| file not found)/,
    remedy: ([, header]) => ({
      why: `the header \`${header}\` of a library is not installed`,
      fix: [
        `Debian, Ubuntu: look for the package with \`apt-file search ${header}\`; its name ends in \`-dev\``,
      ],
    }),
  },
  {
    sign: /(?:Program|Error:|Did not find|CMake|No such file or directory:).*\b(cmake|ninja|pkg-config|swig|pg_config|mysql_config|llvm-config|m4|autoconf|bison|flex)\b.*(?:not found|NO\b|NOTFOUND|required)|No such file or directory: '(cmake|ninja|pkg-config|swig|pg_config|mysql_config|git)'|(pg_config) executable not found|(mysql_config): not found/i,
    remedy: ([, a, b, c, d]) => {
      const tool = a ?? b ?? c ?? d ?? "";
      return { why: `the program \`${tool}\` is not there`, fix: toolFix(tool) };
    },
  },
  {
    sign: /cannot find -l([\w+-]+)/,
    remedy: ([, library]) => ({
      why: `the library \`${library}\` is not installed`,
      fix: [`Debian, Ubuntu: \`apt install lib${library}-dev\` or a package like it`],
    }),
  },
  {
    sign: /use_2to3 is invalid|cannot import name 'Feature' from 'setuptools'/,
    remedy: () => ({
      why: "the project is written for a setuptools of before 2021",
      fix: ["put `setuptools<58` into a file and name it with `--build-constraint`"],
    }),
  },
  {
    sign: /(?:setuptools-scm|setuptools_scm) was unable to detect version|LookupError: .*unable to detect version/i,
    remedy: () => ({
      why: "the version comes from git, and the source has no history",
      fix: ["install from a checkout (`git+https://…`) or from the sdist of the release"],
    }),
  },
];

function toolFix(tool: string): readonly string[] {
  const packages: Readonly<Record<string, string>> = {
    pg_config: "libpq-dev",
    mysql_config: "default-libmysqlclient-dev",
    ninja: "ninja-build",
    "llvm-config": "llvm-dev",
  };
  return [`Debian, Ubuntu: \`apt install ${packages[tool.toLowerCase()] ?? tool.toLowerCase()}\``];
}
