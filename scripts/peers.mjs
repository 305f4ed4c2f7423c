// The peers pkm is compared with, in one cached environment made from PyPI. Prints its folder.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const peerVersions = [
  "packaging==26.3",
  "pip==26.3",
  "uv==0.13.8",
  "virtualenv==21.15.8",
  "pip-tools==7.6.2",
  "build==1.6.1",
  "twine==7.0.0",
];

/**
 * The folder of the environment with the peers, or `undefined` with the reason on stderr when it cannot be
 * made (no network, no Python): differential tests are then skipped by name, all others still run.
 */
export function peersFolder() {
  const cache = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  const folder = join(cache, "pkm-peers", "1");
  const stamp = join(folder, "versions");
  const wanted = peerVersions.join("\n");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return folder;
  const python = process.env.PKM_TEST_PYTHON || "python3";
  mkdirSync(join(cache, "pkm-peers"), { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  for (const argv of [
    [python, "-m", "venv", folder],
    [
      join(folder, "bin", "python"),
      "-m",
      "pip",
      "install",
      "--quiet",
      "--upgrade",
      ...peerVersions,
    ],
  ]) {
    const result = spawnSync(argv[0], argv.slice(1), { encoding: "utf8" });
    if (result.status !== 0) {
      rmSync(folder, { recursive: true, force: true });
      process.stderr.write(
        `peers: ${(result.stderr || String(result.error)).trim().slice(-600)}\n`,
      );
      return undefined;
    }
  }
  writeFileSync(`${stamp}.new`, wanted);
  renameSync(`${stamp}.new`, stamp);
  return folder;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = peersFolder();
  if (folder === undefined) process.exit(1);
  process.stdout.write(`${folder}\n`);
}
