// npm test: set-up, checks of the house, the build, all tests. Ends with `N passed, N failed` of all of them.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { bunExecutable, installDependencies, root } from "./setup.mjs";
import { peersFolder } from "./peers.mjs";

installDependencies();
const bun = bunExecutable();
const bin = (name) => join(root, "node_modules", ".bin", name);
let passed = 0;
let failed = 0;

/** One check of the house counts as one test. */
function check(title, command, args) {
  const result = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (result.status === 0) {
    passed += 1;
    process.stdout.write(`ok    ${title}\n`);
    return;
  }
  failed += 1;
  process.stdout.write(`FAIL  ${title}\n${result.stdout ?? ""}${result.stderr ?? ""}\n`);
}

const formatted = ["src", "test", "scripts", "examples"].filter((folder) =>
  existsSync(join(root, folder)),
);
check("formatting (oxfmt)", bin("oxfmt"), ["--check", ...formatted]);
check("lint (oxlint)", bin("oxlint"), ["--type-aware", "--deny-warnings", ...formatted]);
check("types (tsc)", bin("tsc"), ["--noEmit"]);
check("unused code (knip)", bin("knip"), ["--no-progress"]);
check("build of dist/pkm", process.execPath, [join(root, "scripts", "build.mjs")]);

const peers = peersFolder();
const tests = spawnSync(bun, ["test", "--timeout", "120000", "src", "test"], {
  cwd: root,
  encoding: "utf8",
  maxBuffer: 1 << 30,
  env: {
    ...process.env,
    PKM_TEST_EXECUTABLE: join(root, "dist", "pkm"),
    ...(peers === undefined ? {} : { PKM_TEST_PEERS: peers }),
  },
});
process.stdout.write(tests.stdout + tests.stderr);
// Bun prints " 1234 pass", " 0 fail", " 2 skip" at its end.
const count = (word) => Number(new RegExp(`^ *(\\d+) ${word}$`, "m").exec(tests.stderr)?.[1] ?? 0);
passed += count("pass");
failed += count("fail");
if (tests.status !== 0 && count("fail") === 0) failed += 1;
const skipped = count("skip");
process.stdout.write(
  `\n${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}\n`,
);
process.exit(failed === 0 ? 0 : 1);
