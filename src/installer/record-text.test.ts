import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { compareText } from "#base/order";
import { recordField } from "./record-paths.ts";
import { recordContent, type RecordRow, rootRows } from "./record-text.ts";

const row = (path: string): RecordRow => ({ path, sha256: "x", size: 1 });
const line = (path: string): string => `${recordField(path)},sha256=x,1\n`;
const recordText = (root: string, others: readonly RecordRow[]): string =>
  new TextDecoder().decode(recordContent(new TextEncoder().encode(root), others));
const rowsOf = (...given: Parameters<typeof rootRows>): string =>
  new TextDecoder().decode(rootRows(...given));
const part = (paths: readonly string[], recordRows?: string) => ({
  scheme: "root" as const,
  folder: "root",
  folders: [],
  files: paths.map((path) => ({ ...row(path), size: 1, executable: false })),
  ...(recordRows === undefined ? {} : { recordRows }),
});

describe("recordContent()", () => {
  test("lets rows in at their place, hash and size left out where they have none", () => {
    const root = rowsOf(part(["pkg/b.py", "pkg/a.py"]), []);
    const own: RecordRow = { path: "pkg-1.dist-info/RECORD", sha256: "", size: undefined };
    expect(recordText(root, [own, row("../../../bin/tool"), row("zz.py")])).toBe(
      `${line("../../../bin/tool")}pkg-1.dist-info/RECORD,,\n${line("pkg/a.py")}${line("pkg/b.py")}${line("zz.py")}`,
    );
  });

  test("has every row once and in order, whatever meets", () => {
    const paths = fc.uniqueArray(fc.stringMatching(/^[a-dé日.,"/-]{1,8}$/), { maxLength: 30 });
    fc.assert(
      fc.property(paths, fc.nat(30), (all, cut) => {
        const root = all.slice(0, cut).sort(compareText);
        const text = recordText(root.map(line).join(""), all.slice(cut).map(row));
        expect(text).toBe([...all].sort(compareText).map(line).join(""));
      }),
    );
  });
});

describe("rootRows()", () => {
  test("takes the store's text as it is, unless files are left out", () => {
    const kept = part(["a.py", "b.py"], "the text of the store\n");
    expect(rowsOf(kept, [])).toBe("the text of the store\n");
    expect(rowsOf(kept, ["a.py"])).toBe(line("b.py"));
  });
});
