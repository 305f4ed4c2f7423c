import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/** What may lie in an environment without belonging to a distribution. */
const allowed = /(\.lock|^CACHEDIR\.TAG|^\.gitignore)$/;

/**
 * Every path below a folder with what it holds: a digest, the target of a link, or `folder`. What pkm may leave in
 * an environment is left out, so that two snapshots are equal exactly when nothing else has changed.
 */
export function snapshot(folder: string): Record<string, string> {
  const found: Record<string, string> = {};
  const walk = (below: string): void => {
    for (const name of readdirSync(join(folder, below)).sort()) {
      const path = below === "" ? name : `${below}/${name}`;
      const stat = lstatSync(join(folder, path));
      if (stat.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(folder, path))}`;
      else if (stat.isDirectory()) {
        found[path] = "folder";
        walk(path);
      } else if (!allowed.test(path))
        found[path] = createHash("sha256")
          .update(readFileSync(join(folder, path)))
          .digest("hex");
    }
  };
  if (existsSync(folder)) walk("");
  return found;
}

/** The site-packages of an environment made with {@link Sandbox.environment}. */
export function sitePackages(environment: string): string {
  const lib = join(environment, "lib");
  const version = readdirSync(lib).find((name) => name.startsWith("python"));
  return join(lib, version as string, "site-packages");
}

/** Names and versions by the dist-info folders, as `demo 1.0`. */
export function installedIn(environment: string): string[] {
  return readdirSync(sitePackages(environment))
    .filter((name) => name.endsWith(".dist-info"))
    .map((name) => name.slice(0, -".dist-info".length).replace("-", " "))
    .sort();
}

/** Each row of each RECORD that is not true, and each file that no RECORD names. */
export function recordDefects(environment: string): string[] {
  const site = sitePackages(environment);
  const defects: string[] = [];
  const claimed = new Set<string>();
  for (const folder of readdirSync(site).filter((name) => name.endsWith(".dist-info"))) {
    const rows = readFileSync(join(site, folder, "RECORD"), "utf8")
      .split(/\r?\n/)
      .filter(Boolean);
    for (const row of rows) {
      const [path = "", hash = "", size = ""] = row.split(",");
      const file = join(site, path);
      claimed.add(file);
      if (!existsSync(file)) {
        defects.push(`${folder}: ${path} is missing`);
        continue;
      }
      // A folder of a shared environment: the rows of its files follow.
      if (hash === "" && lstatSync(file).isSymbolicLink()) continue;
      const content = readFileSync(file);
      const digest = createHash("sha256").update(content).digest("base64url");
      if (hash !== "" && hash !== `sha256=${digest}`) defects.push(`${folder}: ${path} differs`);
      if (size !== "" && Number(size) !== content.length)
        defects.push(`${folder}: ${path} has another size`);
    }
  }
  const walk = (at: string): void => {
    for (const entry of readdirSync(at, { withFileTypes: true })) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== "__pycache__") walk(path);
      } else if (!claimed.has(path))
        defects.push(`${path.slice(site.length + 1)} belongs to nobody`);
    }
  };
  walk(site);
  return defects;
}
