// npm run quickstart: builds pkm, makes an environment in a temporary folder, resolves and installs real packages
// from PyPI, shows the tree and runs one of them.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./setup.mjs";

run(process.execPath, [join(root, "scripts", "build.mjs")]);
const pkm = join(root, "dist", "pkm");
const folder = mkdtempSync(join(tmpdir(), "pkm-quickstart-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

function show(command, args) {
  process.stdout.write(`\n$ ${command === pkm ? "pkm" : command} ${args.join(" ")}\n`);
  run(command, args, { cwd: folder });
}

writeFileSync(join(folder, "requirements.in"), "httpx\nrich>=13\ncowsay\n");
show(pkm, ["venv", ".venv"]);
show(pkm, ["pip", "compile", "requirements.in", "-o", "requirements.txt"]);
show(pkm, ["pip", "install", "-r", "requirements.txt"]);
show(pkm, ["pip", "tree"]);
show(pkm, ["pip", "check"]);
show(join(".venv", "bin", "cowsay"), ["-t", "installed by pkm"]);
