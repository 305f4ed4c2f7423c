import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { errnoOf } from "#base/errors";
import type { Assembly, Files } from "./ports.ts";

/** A fresh, empty folder on the file system under test, and how to get rid of it. */
export type FilesUnderTest = {
  readonly files: Files;
  readonly root: string;
  readonly close?: () => void;
};

/** What every {@link Files} promises; run by the real one and the imagined one. */
export function filesContract(name: string, open: () => FilesUnderTest): void {
  describe(`${name} keeps the files contract`, () => {
    let files: Files;
    let root: string;
    let close: (() => void) | undefined;

    beforeEach(() => ({ files, root, close } = open()));
    afterEach(() => close?.());

    const put = (path: string, text: string): string => {
      files.makeFolders(`${root}/${path}`.slice(0, `${root}/${path}`.lastIndexOf("/")));
      files.write(`${root}/${path}`, text);
      return `${root}/${path}`;
    };

    describe("reading", () => {
      test("write() then read() gives the same bytes, text and length", () => {
        const path = put("a", "grüße");
        expect(files.readText(path)).toBe("grüße");
        expect([...files.read(path)]).toEqual([...new TextEncoder().encode("grüße")]);
        expect(files.tryStat(path)).toMatchObject({ kind: "file", size: 7, nlink: 1 });
      });

      test("try… operations answer undefined where nothing is, also below a file", () => {
        const file = put("file", "x");
        const impossible = `${root}/nul\0character`;
        for (const path of [`${root}/none`, `${root}/none/deeper`, `${file}/below`, impossible]) {
          expect(files.tryStat(path)).toBeUndefined();
          expect(files.tryLstat(path)).toBeUndefined();
          expect(files.tryRead(path)).toBeUndefined();
          expect(files.tryReadText(path)).toBeUndefined();
          expect(files.tryList(path)).toBeUndefined();
          expect(files.tryRemove(path)).toBe(false);
        }
      });

      test.each([
        ["read a missing file", "ENOENT", () => files.read(`${root}/none`)],
        ["read text of a missing file", "ENOENT", () => files.readText(`${root}/none`)],
        ["read a folder", "EISDIR", () => files.read(root)],
        ["list a missing folder", "ENOENT", () => files.list(`${root}/none`)],
        ["list a file", "ENOTDIR", () => files.list(put("file", ""))],
        ["write into a missing folder", "ENOENT", () => files.write(`${root}/none/x`, "")],
        ["write below a file", "ENOTDIR", () => files.write(`${put("file", "")}/x`, "")],
        ["write over a folder", "EISDIR", () => files.write(root, "")],
        ["remove a missing file", "ENOENT", () => files.remove(`${root}/none`)],
        ["make a folder twice", "EEXIST", () => files.makeFolder(root)],
        ["make a folder in a missing one", "ENOENT", () => files.makeFolder(`${root}/none/x`)],
        [
          "make folders through a file",
          "ENOTDIR",
          () => files.makeFolders(`${put("file", "")}/x/y`),
        ],
        ["make folders over a file", "EEXIST", () => files.makeFolders(put("file", ""))],
        ["rename what is missing", "ENOENT", () => files.rename(`${root}/none`, `${root}/x`)],
        ["read the target of a file", "EINVAL", () => files.readLink(put("file", ""))],
        ["resolve what is missing", "ENOENT", () => files.realPath(`${root}/none`)],
        ["link what is missing", "ENOENT", () => files.link(`${root}/none`, `${root}/x`)],
        ["copy what is missing", "ENOENT", () => files.copy(`${root}/none`, `${root}/x`)],
      ])("to %s is %s", (_, code, act) => {
        expect(codeOf(act)).toBe(code);
      });

      test("readAt() gives the bytes asked for, and fewer at the end", () => {
        const path = put("a", "0123456789");
        const text = (offset: number, length: number): string =>
          new TextDecoder().decode(files.readAt(path, offset, length));
        expect(text(2, 3)).toBe("234");
        expect(text(8, 5)).toBe("89");
        expect(text(20, 5)).toBe("");
      });

      test("list() names kinds and does not follow links", () => {
        put("folder/file", "");
        files.symlink("file", `${root}/folder/link`);
        files.makeFolder(`${root}/folder/sub`);
        const entries = [...files.list(`${root}/folder`)].sort((a, b) =>
          a.name < b.name ? -1 : 1,
        );
        expect(entries).toEqual([
          { name: "file", kind: "file" },
          { name: "link", kind: "link" },
          { name: "sub", kind: "folder" },
        ]);
      });
    });

    describe("writing", () => {
      test("write() replaces what was there, also when it was longer", () => {
        const path = put("a", "a long text");
        files.write(path, "short", { durable: true });
        expect(files.readText(path)).toBe("short");
      });

      test("write() is done with each piece before it asks for the next", () => {
        const piece = new Uint8Array(3);
        function* pieces(): Generator<Uint8Array, void> {
          for (const letter of [97, 98, 99]) yield piece.fill(letter);
        }
        files.write(`${root}/pieces`, pieces());
        expect(files.readText(`${root}/pieces`)).toBe("aaabbbccc");
      });

      test("an exclusive write refuses an existing file, and even a dangling link", () => {
        const path = put("a", "old");
        files.symlink("nowhere", `${root}/link`);
        expect(codeOf(() => files.write(path, "new", { exclusive: true }))).toBe("EEXIST");
        expect(codeOf(() => files.write(`${root}/link`, "new", { exclusive: true }))).toBe(
          "EEXIST",
        );
        expect(files.readText(path)).toBe("old");
        files.write(`${root}/fresh`, "new", { exclusive: true });
        expect(files.readText(`${root}/fresh`)).toBe("new");
      });

      test("a mode is given to a new file and chmod() changes it", () => {
        const path = `${root}/script`;
        files.write(path, "", { mode: 0o755 });
        expect((files.tryStat(path)?.mode ?? 0) & 0o700).toBe(0o700);
        files.chmod(path, 0o444);
        expect(files.tryStat(path)?.mode).toBe(0o444);
      });

      test("setModified() says when a file was changed", () => {
        const path = put("old", "x");
        files.setModified(path, 86_400_000);
        expect(files.tryStat(path)?.mtime).toBe(86_400_000);
      });

      test("append() adds to the end and makes a missing file", () => {
        files.append(`${root}/log`, "one\n");
        files.append(`${root}/log`, "two\n", { durable: true });
        expect(files.readText(`${root}/log`)).toBe("one\ntwo\n");
      });

      test("writeAt() replaces bytes, lets a file grow, and makes none", () => {
        const path = put("a", "0123456789");
        const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
        files.writeAt(path, 3, bytes("abc"));
        expect(files.readText(path)).toBe("012abc6789");
        files.writeAt(path, 9, bytes("xyz"));
        expect(files.readText(path)).toBe("012abc678xyz");
        expect(codeOf(() => files.writeAt(`${root}/missing`, 0, bytes("a")))).toBe("ENOENT");
        expect(files.tryStat(`${root}/missing`)).toBeUndefined();
      });

      test("write() goes through a link to the file it names", () => {
        const path = put("a", "old");
        files.symlink("a", `${root}/link`);
        files.write(`${root}/link`, "new");
        expect(files.readText(path)).toBe("new");
      });

      test("flush() takes files and folders", () => {
        const path = put("a", "x");
        files.flush(path);
        files.flush(root);
        expect(codeOf(() => files.flush(`${root}/none`))).toBe("ENOENT");
      });
    });

    describe("folders and removal", () => {
      test("makeFolders() makes parents and is content with what is there", () => {
        files.makeFolders(`${root}/a/b/c`);
        files.makeFolders(`${root}/a/b/c`);
        expect(files.tryStat(`${root}/a/b/c`)?.kind).toBe("folder");
      });

      test("removeEmptyFolder() refuses a folder with content", () => {
        put("folder/file", "");
        expect(codeOf(() => files.removeEmptyFolder(`${root}/folder`))).toBe("ENOTEMPTY");
        files.remove(`${root}/folder/file`);
        files.removeEmptyFolder(`${root}/folder`);
        expect(files.tryStat(`${root}/folder`)).toBeUndefined();
      });

      test("remove() refuses a folder and takes a link instead of its target", () => {
        put("folder/file", "x");
        files.symlink("folder", `${root}/link`);
        expect(["EISDIR", "EPERM"]).toContain(codeOf(() => files.remove(`${root}/folder`)) ?? "");
        files.remove(`${root}/link`);
        expect(files.readText(`${root}/folder/file`)).toBe("x");
        expect(files.tryLstat(`${root}/link`)).toBeUndefined();
      });

      test("removeTree() takes everything, read-only files too, and never what a link leads to", () => {
        put("outside/keep", "x");
        put("tree/a/b", "x");
        files.chmod(`${root}/tree/a/b`, 0o444);
        files.symlink("../outside", `${root}/tree/link`);
        files.symlink("outside", `${root}/top`);
        files.removeTree(`${root}/tree`);
        files.removeTree(`${root}/top`);
        files.removeTree(`${root}/none`);
        files.removeTree(`${root}/outside/keep/below`);
        expect(files.list(root).map((entry) => entry.name)).toEqual(["outside"]);
        expect(files.readText(`${root}/outside/keep`)).toBe("x");
        files.removeTree(`${root}/outside/keep`);
        expect(files.list(`${root}/outside`)).toEqual([]);
      });

      test("removeSoon() takes what is small at once, and never what a link leads to", () => {
        put("outside/keep", "x");
        put("tree/a/b", "x");
        files.symlink("../outside", `${root}/tree/link`);
        files.removeSoon(`${root}/tree`);
        files.removeSoon(`${root}/none`);
        expect(files.list(root).map((entry) => entry.name)).toEqual(["outside"]);
        expect(files.readText(`${root}/outside/keep`)).toBe("x");
        files.removeSoon(`${root}/outside/keep`);
        expect(files.list(`${root}/outside`)).toEqual([]);
      });

      test("makeTemporaryFolder() gives another folder each time", () => {
        const one = files.makeTemporaryFolder(root, "stage-");
        const two = files.makeTemporaryFolder(root, "stage-");
        expect(one).not.toBe(two);
        expect(one.startsWith(`${root}/stage-`)).toBe(true);
        expect(files.tryStat(two)?.kind).toBe("folder");
      });
    });

    describe("moving", () => {
      test("rename() moves a folder with its content and replaces a file", () => {
        put("old/file", "x");
        files.rename(`${root}/old`, `${root}/new`);
        expect(files.readText(`${root}/new/file`)).toBe("x");
        put("a", "a");
        put("b", "b");
        files.rename(`${root}/a`, `${root}/b`);
        expect(files.readText(`${root}/b`)).toBe("a");
        expect(files.tryStat(`${root}/a`)).toBeUndefined();
      });

      test("rename() refuses a full folder, a folder over a file and a file over a folder", () => {
        put("full/file", "");
        put("other/file", "");
        put("file", "");
        const attempt = (from: string, to: string): string | undefined =>
          codeOf(() => files.rename(`${root}/${from}`, `${root}/${to}`));
        expect(["ENOTEMPTY", "EEXIST"]).toContain(attempt("full", "other") ?? "");
        expect(attempt("full", "file")).toBe("ENOTDIR");
        expect(attempt("file", "full")).toBe("EISDIR");
        expect(attempt("full", "full/inside")).toBe("EINVAL");
      });

      test("exchange() swaps two places in one step, or says that it cannot and does nothing", () => {
        put("folder/file", "folder");
        put("file", "file");
        if (files.exchange(`${root}/folder`, `${root}/file`)) {
          expect(files.readText(`${root}/folder`)).toBe("file");
          expect(files.readText(`${root}/file/file`)).toBe("folder");
        } else {
          expect(files.readText(`${root}/folder/file`)).toBe("folder");
          expect(files.readText(`${root}/file`)).toBe("file");
        }
        expect(codeOf(() => files.exchange(`${root}/none`, `${root}/file`))).toBe("ENOENT");
        expect(codeOf(() => files.exchange(`${root}/file`, `${root}/none`))).toBe("ENOENT");
      });
    });

    describe("links and copies", () => {
      test("link() gives one file a second name", () => {
        const path = put("a", "x");
        files.link(path, `${root}/b`);
        expect(files.tryStat(`${root}/b`)?.ino).toBe(files.tryStat(path)?.ino ?? -1);
        expect(files.tryStat(path)?.nlink).toBe(2);
        expect(codeOf(() => files.link(path, `${root}/b`))).toBe("EEXIST");
        files.remove(path);
        expect(files.readText(`${root}/b`)).toBe("x");
        expect(files.tryStat(`${root}/b`)?.nlink).toBe(1);
      });

      test("copy() is a file of its own, executable if the original is, and always writable", () => {
        const path = put("a", "x");
        files.chmod(path, 0o555);
        files.copy(path, `${root}/b`);
        expect(files.tryStat(`${root}/b`)).toMatchObject({ mode: 0o755, nlink: 1 });
        // CPython compares whole seconds.
        const second = (file: string): number =>
          Math.floor((files.tryStat(file)?.mtime ?? 0) / 1000);
        expect(second(`${root}/b`)).toBe(second(path));
        files.write(`${root}/b`, "changed");
        expect(files.readText(path)).toBe("x");
        expect(codeOf(() => files.copy(path, `${root}/b`))).toBe("EEXIST");
      });

      test("symbolic links are followed by reading, not by tryLstat(), and realPath() shows where they lead", () => {
        const path = put("folder/file", "x");
        files.symlink("folder", `${root}/link`);
        files.symlink("nowhere", `${root}/dangling`);
        expect(files.readText(`${root}/link/file`)).toBe("x");
        expect(files.readLink(`${root}/link`)).toBe("folder");
        expect(files.realPath(`${root}/link/../link/file`)).toBe(files.realPath(path));
        expect(files.tryLstat(`${root}/link`)?.kind).toBe("link");
        expect(files.tryStat(`${root}/link`)?.kind).toBe("folder");
        expect(files.tryStat(`${root}/dangling`)).toBeUndefined();
        expect(files.tryLstat(`${root}/dangling`)?.kind).toBe("link");
        expect(codeOf(() => files.symlink("x", `${root}/link`))).toBe("EEXIST");
      });
    });

    describe("assemble()", () => {
      function prepare(): Assembly {
        put("one/p/a", "a");
        put("one/für dich/ü", "ü");
        put("two/q/b", "b");
        put("two/q/c", "c");
        files.makeFolders(`${root}/to/p`);
        return {
          to: `${root}/to`,
          folders: ["p", "r"],
          writes: [{ path: "r/new", content: () => "new" }],
          trees: [
            {
              folders: ["für dich"],
              sources: [{ from: `${root}/one`, files: ["p/a", "für dich/ü"] }],
            },
            {
              folders: ["q", "q/r"],
              sources: [
                { from: `${root}/two`, files: ["q/b"] },
                { from: `${root}/two`, files: ["q/c"], isCopied: true },
              ],
            },
          ],
          links: ["q/r/link"],
          targets: [`${root}/two`],
          mode: "hardlink",
        };
      }

      test.each(["hardlink", "clone", "copy"] as const)(
        "gathers from several folders by %s",
        (mode) => {
          files.assemble({ ...prepare(), mode });
          const paths = ["p/a", "für dich/ü", "q/b", "q/c", "r/new", "q/r/link/q/b"];
          const found = paths.map((path) => files.readText(`${root}/to/${path}`));
          expect(found).toEqual(["a", "ü", "b", "c", "new", "b"]);
          expect(files.readLink(`${root}/to/q/r/link`)).toBe(`${root}/two`);
          const nlink = mode === "hardlink" ? 2 : 1;
          expect(files.tryStat(`${root}/one/p/a`)?.nlink).toBe(nlink);
          expect(files.tryStat(`${root}/two/q/c`)?.nlink).toBe(1);
        },
      );

      test("refuses what is in the way and what is missing", () => {
        const assembly = prepare();
        put("to/q/b", "mine");
        expect(codeOf(() => files.assemble(assembly))).toBe("EEXIST");
        expect(files.readText(`${root}/to/q/b`)).toBe("mine");
        files.removeTree(`${root}/to/q`);
        files.removeTree(`${root}/to/für dich`);
        const missing = { folders: [], sources: [{ from: `${root}/one`, files: ["p/none"] }] };
        expect(codeOf(() => files.assemble({ ...assembly, trees: [missing] }))).toBe("ENOENT");
      });

      test("lets what goes wrong with a content pass", () => {
        const content = (): never => {
          throw new Error("no content today");
        };
        const assembly = { ...prepare(), writes: [{ path: "r/new", content }] };
        expect(() => files.assemble(assembly)).toThrow("no content today");
      });
    });

    describe("linkTree()", () => {
      const tree = { folders: ["p", "p/q"], files: ["top", "p/a", "p/q/b"] };

      function prepare(): { from: string; to: string } {
        put("from/top", "top");
        put("from/p/a", "a");
        put("from/p/q/b", "b");
        files.makeFolder(`${root}/to`);
        return { from: `${root}/from`, to: `${root}/to` };
      }

      test.each(["hardlink", "clone", "copy"] as const)(
        "lays out folders and files by %s",
        (mode) => {
          const places = prepare();
          files.makeFolder(`${root}/to/p`);
          const used = files.linkTree({ ...places, ...tree, mode });
          expect(mode === "clone" ? ["clone", "copy"] : [mode]).toContain(used);
          expect(tree.files.map((file) => files.readText(`${root}/to/${file}`))).toEqual([
            "top",
            "a",
            "b",
          ]);
          expect(files.tryStat(`${root}/from/p/a`)?.nlink).toBe(used === "hardlink" ? 2 : 1);
        },
      );

      test("refuses a file that is in the way and one that is missing", () => {
        const places = prepare();
        files.write(`${root}/to/top`, "mine");
        expect(codeOf(() => files.linkTree({ ...places, ...tree, mode: "hardlink" }))).toBe(
          "EEXIST",
        );
        expect(files.readText(`${root}/to/top`)).toBe("mine");
        const missing = { ...places, folders: [], files: ["none"] };
        expect(codeOf(() => files.linkTree({ ...missing, mode: "hardlink" }))).toBe("ENOENT");
        expect(codeOf(() => files.linkTree({ ...missing, mode: "copy" }))).toBe("ENOENT");
      });
    });

    describe("lock()", () => {
      test("lets one in, tells the second for whom it waits, and lets it in afterwards", async () => {
        const path = `${root}/.lock`;
        const first = await files.lock(path, { holder: "pkm pip install, process 1" });
        expect(await files.lock(path, { wait: false })).toBeUndefined();
        expect(await files.lock(path, { wait: false, shared: true })).toBeUndefined();
        const told: string[] = [];
        let inside = false;
        const second = files.lock(path, { onWait: (holder) => told.push(holder) }).then((lock) => {
          inside = true;
          return lock;
        });
        while (told.length === 0) await Promise.resolve();
        expect(inside).toBe(false);
        first?.release();
        first?.release();
        (await second)?.release();
        expect(told).toEqual(["pkm pip install, process 1"]);
        expect(files.tryStat(path)?.kind).toBe("file");
      });

      test("tells who wants it alone of one who shares it, not of one who is long gone", async () => {
        const path = `${root}/.lock`;
        (await files.lock(path, { holder: "pkm cache, process 1" }))?.release();
        const sharing = await files.lock(path, { shared: true, holder: "pkm, process 2" });
        const told: string[] = [];
        const alone = files.lock(path, { onWait: (holder) => told.push(holder) });
        while (told.length === 0) await Promise.resolve();
        sharing?.release();
        (await alone)?.release();
        expect(told).toEqual(["pkm, process 2"]);
      });

      test("lets many share and keeps the exclusive one out until the last has gone", async () => {
        const path = `${root}/.lock`;
        const one = await files.lock(path, { shared: true });
        const two = await files.lock(path, { shared: true, wait: false });
        expect(two).toBeDefined();
        one?.release();
        expect(await files.lock(path, { wait: false })).toBeUndefined();
        two?.release();
        const alone = await files.lock(path, { wait: false });
        expect(alone).toBeDefined();
        alone?.release();
      });
    });
  });
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return errnoOf(error) ?? `no errno: ${String(error)}`;
  }
}
