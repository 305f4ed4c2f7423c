import type { PythonEnvironment } from "#environment/environment";
import type { Files } from "#platform/ports";

/*
 * Judges an environment by its RECORDs alone. It shares no code with the installer: what that believes of paths, rows
 * and hashes is what stands to be checked.
 */

/** Everything wrong with an environment; empty when each distribution in it is whole and nothing else lies about. */
export function defectsOf(
  environment: PythonEnvironment,
  files: Files,
  options: {
    readonly knownLosers?: ReadonlySet<string>;
    readonly foreign?: ReadonlySet<string>;
  } = {},
): string[] {
  const site = environment.paths.purelib;
  const defects: string[] = [];
  const claimed = new Set<string>();
  const names = new Set<string>();
  for (const { name: folder } of files.list(site)) {
    if (!folder.endsWith(".dist-info")) continue;
    const name = folder.slice(0, folder.indexOf("-"));
    if (names.has(name)) defects.push(`${name} is there twice`);
    names.add(name);
    const record = files.tryReadText(`${site}/${folder}/RECORD`);
    if (record === undefined) {
      defects.push(`${folder} has no RECORD`);
      continue;
    }
    const rows = record.split("\n").slice(0, -1);
    if (rows.join("\n") !== [...rows].sort(byPath).join("\n"))
      defects.push(`${folder}: rows out of order`);
    for (const row of rows) {
      const [path, hash, size] = row.split(",") as [string, string, string];
      const target = new URL(path, `file://${site}/`).pathname;
      claimed.add(target);
      if (files.tryLstat(target)?.kind === "link") {
        if (files.tryStat(target)?.kind !== "folder") defects.push(`${path} leads nowhere`);
        if (hash !== "" || size !== "") defects.push(`${folder}: ${path} is a link with a hash`);
        continue;
      }
      const content = files.tryRead(target);
      if (content === undefined) defects.push(`${folder}: ${path} is missing`);
      else if (hash === "") continue;
      else if (options.knownLosers?.has(`${name} ${path}`) === true) continue;
      else if (hash !== `sha256=${sha256(content)}`)
        defects.push(`${folder}: ${path} has another content`);
      else if (Number(size) !== content.length) defects.push(`${folder}: ${path} has another size`);
    }
  }
  for (const path of filesBelow(environment.root, files)) {
    if (claimed.has(path) || options.foreign?.has(path) === true) continue;
    if (path.endsWith(".lock") || path.endsWith(".pyc")) continue;
    defects.push(`${path} belongs to nobody`);
  }
  return defects;
}

function byPath(a: string, b: string): number {
  const [left, right] = [a.slice(0, a.indexOf(",")), b.slice(0, b.indexOf(","))];
  return left < right ? -1 : left > right ? 1 : 0;
}

function* filesBelow(folder: string, files: Files): Generator<string> {
  for (const { name, kind } of files.list(folder))
    if (kind === "folder") yield* filesBelow(`${folder}/${name}`, files);
    else yield `${folder}/${name}`;
}

function sha256(content: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(content).digest("base64url");
}
