// What every script does first: the development dependencies of package-lock.json, installed once.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, dirname } from "node:path";
import { fileURLToPath } from "node:url";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Installs what package-lock.json pins when node_modules is missing or belongs to another lock file. `npm ci` would
 * refuse where a registry lacks the builds of other platforms, which are optional; `npm install` takes the same pins.
 */
export function installDependencies() {
  const lock = readFileSync(join(root, "package-lock.json"));
  const digest = createHash("sha256").update(lock).digest("hex");
  const stamp = join(root, "node_modules", ".pkm-lock-digest");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === digest) return;
  run("npm", ["install", "--no-save", "--no-fund", "--no-audit", "--loglevel=error"]);
  writeFileSync(stamp, digest);
}

/**
 * The real Bun executable: in the package of this platform, or where the install script of `bun` has moved it to.
 * `node_modules/.bin/bun` is only a stub that complains where npm does not run install scripts.
 */
export function bunExecutable() {
  const scope = join(root, "node_modules", "@oven");
  const name = process.platform === "win32" ? "bun.exe" : "bun";
  const platforms = existsSync(scope) ? readdirSync(scope).sort() : [];
  const candidates = platforms.map((folder) => join(scope, folder, "bin", name));
  candidates.push(join(root, "node_modules", "bun", "bin", "bun.exe"));
  for (const candidate of candidates) {
    // Several builds may be installed (musl, baseline): the first that starts is the one.
    if (
      existsSync(candidate) &&
      spawnSync(candidate, ["--version"]).stdout?.toString().startsWith("1.")
    )
      return candidate;
  }
  throw new Error("Bun is not installed: run `npm install`");
}

/** Runs a program with its output shown; ends this script with the program's status when it fails. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) throw result.error;
  if (result.status !== 0) process.exit(result.status ?? 1);
}
