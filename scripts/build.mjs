// Makes dist/pkm: one executable with bytecode, commands as lazily loaded chunks, workers embedded.
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bunExecutable, installDependencies, root, run } from "./setup.mjs";

installDependencies();
const output = join(root, "dist", process.platform === "win32" ? "pkm.exe" : "pkm");
const fresh = `${output}.new`;
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
// A running pkm keeps its old file.
renameSync(fresh, output);
