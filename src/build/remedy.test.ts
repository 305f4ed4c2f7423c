import { expect, test } from "bun:test";
import { normalizeName } from "#standards/name";
import { tailOf } from "./hooks.ts";
import { remedyFor } from "./remedy.ts";

const said: readonly (readonly [string, string | undefined, string])[] = [
  ["error: command 'gcc' failed: No such file or directory", "there is no C compiler", "apt"],
  ["error: command '/usr/bin/x86_64-linux-gnu-gcc' failed: No such file", "there is no C", "apt"],
  ["FileNotFoundError: [Errno 2] No such file or directory: '/opt/gcc'", "there is no C", "apt"],
  ["../meson.build:1:0: ERROR: Unknown compiler(s): [['cc'], ['gcc']]", "there is no C", "apt"],
  ["CMake Error: No CMAKE_C_COMPILER could be found.", "there is no C compiler", "apt"],
  ["meson.build: ERROR: Unknown compiler(s): [['gfortran'], ['flang']]", "Fortran", "gfortran"],
  [
    "x.c:1:10: fatal error: Python.h: No such file or directory",
    "headers of Python",
    "python3-dev",
  ],
  ["x.c:3:10: fatal error: ffi.h: No such file or directory", "`ffi.h`", "apt-file search ffi.h"],
  ["error: can't find Rust compiler", "there is no Rust compiler", "cargo"],
  ["Cargo, the Rust package manager, is not installed or is not on PATH.", "Rust", "cargo"],
  ["Error: pg_config executable not found.", "`pg_config`", "libpq-dev"],
  ["/usr/bin/ld: cannot find -lxml2: No such file", "`xml2`", "libxml2-dev"],
  ["error in demo setup command: use_2to3 is invalid.", "2021", "--build-constraint"],
  ["ModuleNotFoundError: No module named 'numpy'", "`numpy`", 'demo = ["numpy"]'],
  ["ModuleNotFoundError: No module named 'Cython.Build'", "`Cython.Build`", '["cython"]'],
  ["something else", undefined, ""],
];

test.each(said)("remedyFor() knows what %j means", (line, why, fix) => {
  const log = `running build_ext\n${line}\n`;
  const remedy = remedyFor(log, normalizeName("demo"));
  if (why === undefined) expect(remedy).toEqual({ fix: [] });
  else {
    expect(remedy.why).toContain(why);
    expect(remedy.fix.join("\n")).toContain(fix);
  }
});

test("tailOf() shows the last lines that say something, and of tracebacks their end", () => {
  const log = [
    "$ build_wheel",
    "\x1b[31mbuilding\x1b[0m",
    "",
    "10%\r50%\r100%",
    "Traceback (most recent call last):",
    '  File "setup.py", line 1, in <module>',
    "    raise ValueError",
    "ValueError: no",
    "",
  ].join("\n");
  expect(tailOf(log)).toBe("building\n100%\nValueError: no");
  const many = Array.from({ length: 40 }, (_, at) => `line ${at}`).join("\n");
  expect(tailOf(many).split("\n")).toHaveLength(12);
  expect(tailOf(many)).toEndWith("line 39");
});
