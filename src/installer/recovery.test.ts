import { describe, expect, test } from "bun:test";
import { MemoryFiles } from "#platform/memory/files";
import { imaginedEnvironment, layEnvironment } from "./imagined.ts";
import { journalPath, readJournal, type Step, writeJournal } from "./journal.ts";
import { type Places, placesOf } from "./places.ts";
import { isUnfinished, recover } from "./recovery.ts";
import { asideFolder, openTransaction, stagingFolder } from "./transaction.ts";

function open(): { readonly files: MemoryFiles; readonly places: Places } {
  const files = new MemoryFiles();
  const environment = imaginedEnvironment("/env");
  layEnvironment(environment, files);
  return { files, places: placesOf(environment, files) };
}

describe("a journal", () => {
  test("is read as it was written, and moves with its environment", () => {
    const { files, places } = open();
    openTransaction(places, files);
    const steps: Step[] = [
      { kind: "folder", path: `${places.purelib}/ns` },
      { kind: "place", from: `${stagingFolder(places)}/0/a`, to: `${places.purelib}/a` },
      { kind: "take", path: `${places.purelib}/b`, aside: `${asideFolder(places)}/0` },
      {
        kind: "replace",
        from: `${stagingFolder(places)}/0/c`,
        to: `${places.purelib}/c`,
        aside: `${asideFolder(places)}/1`,
        was: 7,
        becomes: 8,
      },
    ];
    writeJournal(steps, places, files);
    expect(readJournal(places, files)).toEqual(steps);
    expect(isUnfinished(places, files)).toBe(true);
    files.rename("/env", "/moved");
    const moved = placesOf(imaginedEnvironment("/moved"), files);
    expect(readJournal(moved, files)?.[0]).toEqual({ kind: "folder", path: `${moved.purelib}/ns` });
  });

  test("that was cut off says that nothing had been touched", () => {
    const { files, places } = open();
    openTransaction(places, files);
    const steps: Step[] = [{ kind: "folder", path: `${places.purelib}/ns` }];
    writeJournal(steps, places, files);
    const text = files.readText(journalPath(places));
    for (let length = 0; length < text.length; length++) {
      files.write(journalPath(places), text.slice(0, length));
      expect(readJournal(places, files)).toBeUndefined();
    }
    expect(recover(places, files)).toBe("nothing");
    expect(files.tryStat(places.transaction)).toBeUndefined();
  });

  const astray: [string, unknown[]][] = [
    ["an absolute path elsewhere", ["place", ".pkm-transaction/new/a", "/etc/passwd"]],
    ["a way out of the environment", ["take", "../other/x", ".pkm-transaction/old/0"]],
    ["a hidden way out", ["folder", "lib/../../x"]],
    ["something staged elsewhere", ["place", "lib/a", "lib/b"]],
    ["the transaction itself", ["take", ".pkm-transaction/new", ".pkm-transaction/old/0"]],
  ];
  for (const [title, row] of astray)
    test(`that names ${title} is refused`, () => {
      const { files, places } = open();
      openTransaction(places, files);
      files.write(journalPath(places), JSON.stringify({ format: 1, steps: [row] }));
      const before = files.snapshot();
      expect(() => recover(places, files)).toThrow(
        expect.objectContaining({ code: "journal-astray" }),
      );
      expect(files.snapshot()).toEqual(before);
    });

  test("of a newer pkm is left alone", () => {
    const { files, places } = open();
    openTransaction(places, files);
    files.write(journalPath(places), JSON.stringify({ format: 2, steps: {} }));
    expect(() => recover(places, files)).toThrow(
      expect.objectContaining({ code: "journal-too-new" }),
    );
    expect(isUnfinished(places, files)).toBe(true);
  });
});

test("recover() has nothing to do where no transaction was open", () => {
  const { files, places } = open();
  expect(recover(places, files)).toBe("nothing");
});

test("recover() leaves alone what others put into a shared folder that it made", () => {
  const { files, places } = open();
  openTransaction(places, files);
  writeJournal([{ kind: "folder", path: `${places.purelib}/ns` }], places, files);
  files.makeFolder(`${places.purelib}/ns`);
  files.write(`${places.purelib}/ns/mine.py`, "mine");
  expect(recover(places, files)).toBe("undone");
  expect(files.readText(`${places.purelib}/ns/mine.py`)).toBe("mine");
});
