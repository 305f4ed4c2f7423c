// What every script does first: the development dependencies of package-lock.json, installed once.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Runs `npm ci` when node_modules is missing or belongs to another lock file. */
export function installDependencies() {
  const lock = readFileSync(join(root, "package-lock.json"));
  const digest = createHash("sha256").update(lock).digest("hex");
  const stamp = join(root, "node_modules", ".pkm-lock-digest");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  run("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"]);
  writeFileSync(stamp, digest);
}

/**
 * The real Bun executable. `node_modules/.bin/bun` is only a stub where npm does not run install scripts, so
 * the package of this platform is looked for first.
 */
export function bunExecutable() {
  const scope = join(root, "node_modules", "@oven");
  const name = process.platform === "win32" ? "bun.exe" : "bun";
  for (const folder of existsSync(scope) ? readdirSync(scope).sort() : []) {
    const candidate = join(scope, folder, "bin", name);
    if (!existsSync(candidate)) continue;
    // Several builds may be installed (musl, baseline): the first that starts is the one.
    if (spawnSync(candidate, ["--version"]).status === 0) return candidate;
  }
  throw new Error("Bun is not installed: run `npm ci`");
}

/** Runs a program with its output shown; ends this script with the program's status when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}
