// Makes dist/pkm: one executable with bytecode, commands as lazily loaded chunks, workers embedded.
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { bunExecutable, installDependencies, root, run } from "./setup.mjs";

installDependencies();
const output = join(root, "dist", process.platform === "win32" ? "pkm.exe" : "pkm");
// Two builds at once do not get in each other's way.
const fresh = `${output}.${process.pid}`;
mkdirSync(join(root, "dist"), { recursive: true });
rmSync(fresh, { force: true });
// Without the last two switches the executable would obey a bunfig.toml and .env of the current folder.
run(bunExecutable(), [
  "build",
  "--compile",
  "--bytecode",
  "--format=esm",
  "--splitting",
  "--minify",
  // Most commands are over before compiled code pays (docs/decisions/0016-reluctant-to-compile.md).
  "--compile-jit-policy=25",
  "--no-compile-autoload-dotenv",
  "--no-compile-autoload-bunfig",
  "--root",
  "src",
  "src/cli/main.ts",
  "src/store/unpack-worker.ts",
  "src/repository/page-worker.ts",
  "src/platform/real/link-worker.ts",
  "--outfile",
  fresh,
]);
writeInLargePieces(fresh, `${fresh}.large`);
rmSync(fresh);
// A running pkm keeps its old file.
renameSync(`${fresh}.large`, output);

/**
 * Linux keeps a file in memory in pieces as large as it was written in, and maps large ones in fewer steps: every start of an
 * executable written two megabytes at a time takes a third less time than of one written as the bundler does.
 */
function writeInLargePieces(from, to) {
  const content = readFileSync(from);
  const piece = 2 * 2 ** 20;
  const file = openSync(to, "w", 0o755);
  try {
    for (let at = 0; at < content.length;)
      at += writeSync(file, content, at, Math.min(piece, content.length - at));
  } finally {
    closeSync(file);
  }
}
