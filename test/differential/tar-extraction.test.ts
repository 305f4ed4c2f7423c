import { describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { lstatSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PkmError } from "#base/errors";
import { unpackSdist } from "#distribution/unpack-sdist";
import { memoryHost } from "#platform/memory/host";
import { RealFiles } from "#platform/real/files";
import { RealInflate } from "#platform/real/inflate";
import { RealProcesses } from "#platform/real/processes";

const count = Number(process.env["PKM_DIFFERENTIAL_CASES"] ?? "2000") / 8;
const seed = Number(process.env["PKM_DIFFERENTIAL_SEED"] ?? "706");
const python = Bun.which("python3");
const hasFilter =
  python !== null &&
  Bun.spawnSync([python, "-c", "import tarfile; tarfile.data_filter"]).exitCode === 0;

type Case = {
  readonly tar: string;
  readonly tree?: Readonly<Record<string, string>>;
  readonly error?: string;
};

/**
 * Where pkm refuses and `tarfile` does not: what one name is given twice for, hard links that lead to no file of the
 * archive, links that lead out by what came behind them, that run in circles, or that leave the project for the folder above.
 */
const stricter =
  /is in it twice|which is no folder|which is no file before it|which leads out of|at its top|it is empty/;

// Pythons before the filter was added have nothing to compare with.
describe.skipIf(!hasFilter)("tar files as Python's data filter extracts them (PEP 706)", () => {
  test(`${count} archives are the same tree, or refused by both`, async () => {
    const oracle = join(import.meta.dir, "tar_oracle.py");
    const run = Bun.spawnSync([python as string, oracle, String(seed), String(count)]);
    expect(run.stderr.toString()).toBe("");
    const cases = run.stdout.toString().trim().split("\n");
    let same = 0;
    for (const line of cases) {
      const { tar, tree, error } = JSON.parse(line) as Case;
      const found = await extracted(Buffer.from(tar, "base64"));
      // What the disk refuses there (a folder in the place of a link to nothing) need not be refused by a picture of it.
      if (error !== undefined && !/Outside|Absolute|Special/.test(error)) continue;
      if (typeof found !== "string") {
        expect(withoutLinked(found, tree), tar).toEqual(tree ?? { error: error as string });
        same++;
      } else if (tree !== undefined) expect(found, tar).toMatch(stricter);
    }
    expect(cases).toHaveLength(count);
    expect(same).toBeGreaterThan(count / 4);
  }, 60_000);

  test.each([
    ["tar.bz2", "w:bz2"],
    ["tar.xz", "w:xz"],
  ])("an archive packed as %s is read by the interpreter", async (ending, mode) => {
    const script = `import io, sys, tarfile
with tarfile.open(fileobj=sys.stdout.buffer, mode=${JSON.stringify(mode)}) as tar:
    info = tarfile.TarInfo("demo-1.0/PKG-INFO")
    info.size = 5
    tar.addfile(info, io.BytesIO(b"hello"))
`;
    const pack = Bun.spawnSync([python as string, "-c", script]);
    const hasModule = pack.exitCode === 0;
    const found = await extracted(pack.stdout, `demo-1.0.${ending}`);
    // A Python that was built without the library cannot make such an archive either.
    if (hasModule) expect(found).toMatchObject({ "demo-1.0": "folder" });
    else expect(found).toContain("cannot be unpacked");
    expect(await extracted(pack.stdout.subarray(0, 40), `demo-1.0.${ending}`)).toMatch(
      /cannot be unpacked|is packed with|is cut off/,
    );
  });
});

async function extracted(
  bytes: Uint8Array,
  filename: string = "demo-1.0.tar",
): Promise<Record<string, string> | string> {
  const folder = mkdtempSync(join(tmpdir(), "pkm-tar-"));
  try {
    const to = join(folder, "to");
    const content = { kind: "bytes", bytes } as const;
    await unpackSdist(
      { filename, content, kind: "archive", to, python: python as string },
      {
        files: new RealFiles(),
        inflate: new RealInflate(),
        processes: new RealProcesses(),
        host: memoryHost(),
      },
    );
    expect(readdirSync(folder)).toEqual(["to"]);
    return treeOf(to);
  } catch (error) {
    expect(readdirSync(folder)).toEqual([]);
    if (error instanceof PkmError) return `${error.what} (${error.why ?? ""})`;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** pkm makes copies of hard links, each with the mode and time of its own entry. */
function withoutLinked(
  found: Readonly<Record<string, string>>,
  tree: Readonly<Record<string, string>> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(found).map(([path, text]) => [
      path,
      tree[path]?.startsWith("linked ") === true ? text.replace(/^\d+ \d+/, "linked") : text,
    ]),
  );
}

function treeOf(root: string, below: string = ""): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(root, below))) {
    const path = join(below, name);
    const stat = lstatSync(join(root, path));
    if (stat.isSymbolicLink()) found[path] = `-> ${readlinkSync(join(root, path))}`;
    else if (stat.isDirectory()) {
      found[path] = "folder";
      Object.assign(found, treeOf(root, path));
    } else {
      // What is older than zip files can say is brought to where they begin.
      const modified = stat.mtimeMs === Date.UTC(1980, 0, 2) ? 0 : Math.floor(stat.mtimeMs / 1000);
      const data = createHash("sha256")
        .update(readFileSync(join(root, path)))
        .digest("hex");
      found[path] = `${(stat.mode & 0o777).toString(8)} ${modified} ${data}`;
    }
  }
  return found;
}
