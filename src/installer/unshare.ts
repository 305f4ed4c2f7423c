import { errnoOf } from "#base/errors";
import type { PythonEnvironment } from "#environment/environment";
import type { Files } from "#platform/ports";
import { formatRecord, parseRecord, type RecordEntry } from "#standards/record";
import { isKeeper } from "#store/installed-metadata";
import { lockEnvironment } from "./environment-lock.ts";
import { linkedFolderGone, writeFailed } from "./errors.ts";
import type { Step } from "./journal.ts";
import { isOwn, nameOf, parentOf, type Places } from "./places.ts";
import { resolveRecordPath } from "./record-paths.ts";
import { isUnfinished, removeTransaction } from "./recovery.ts";
import { asideFolder, openTransaction, stagingFolder, switchOver } from "./transaction.ts";
import type { InstallerWorld } from "./world.ts";

/** What {@link unshare} has made real. */
export type Unshared = { readonly distributions: number; readonly folders: number };

/**
 * Makes real folders of all linked ones, files as hard links, gives the environment metadata of its own, and takes the mark
 * off it: all or nothing. What the links lead to stays as it is.
 */
export async function unshare(
  environment: PythonEnvironment,
  world: InstallerWorld,
): Promise<Unshared> {
  const lock = await lockEnvironment(environment, world);
  const { places } = lock;
  const { files, interrupts } = world;
  const clear = (): void => {
    if (!isUnfinished(places, files)) removeTransaction(places, files);
  };
  const forget = interrupts?.before(clear);
  try {
    openTransaction(places, files);
    const unsharing = new Unsharing(places, files);
    const done = unsharing.run();
    switchOver(unsharing.steps, places, files);
    removeTransaction(places, files);
    return done;
  } catch (failure) {
    clear();
    throw errnoOf(failure) === undefined ? failure : writeFailed(places.root, failure);
  } finally {
    forget?.();
    lock.release();
  }
}

class Unsharing {
  readonly steps: Step[] = [];
  readonly #places: Places;
  readonly #files: Files;

  constructor(places: Places, files: Files) {
    this.#places = places;
    this.#files = files;
  }

  /** Lays out everything that comes, and derives the steps; the environment is not touched. */
  run(): Unshared {
    const { purelib, platlib, root } = this.#places;
    let distributions = 0;
    let folders = 0;
    for (const site of new Set([purelib, platlib]))
      for (const { name } of this.#files.tryList(site) ?? []) {
        if (!name.endsWith(".dist-info")) continue;
        const count = this.#unshareOne(site, `${site}/${name}/RECORD`);
        folders += count;
        if (count > 0) distributions++;
      }
    const config = `${root}/pyvenv.cfg`;
    const text = this.#files.tryReadText(config) ?? "";
    const rest = text.replace(/^shared\s*=.*\r?\n?/im, "");
    if (rest !== text) this.#replaceFile(config, rest);
    return { distributions, folders };
  }

  #unshareOne(site: string, record: string): number {
    const rows = parseRecord(this.#files.tryReadText(record) ?? "");
    const kept: RecordEntry[] = [];
    let folders = 0;
    for (const row of rows) {
      const path = resolveRecordPath(site, row.path);
      if (isKeeper(row.path) && isOwn(this.#places, path)) this.#take(path);
      else if (this.#isLink(row, path)) {
        folders++;
        this.#materialise(path);
      } else {
        kept.push(row);
        if (parentOf(path) === parentOf(record) && path !== record) this.#makeOwn(path);
      }
    }
    if (folders > 0) this.#replaceFile(record, formatRecord(kept));
    else this.#makeOwn(record);
    return folders;
  }

  /** Metadata is the environment's own elsewhere, because tools edit it. */
  #makeOwn(path: string): void {
    const there = this.#files.tryLstat(path);
    if (there?.kind !== "file" || there.nlink === 1) return;
    const staged = `${this.#fresh()}/${nameOf(path)}`;
    this.#files.copy(path, staged);
    this.#exchange(path, staged);
  }

  #isLink({ hash, size, path: row }: RecordEntry, path: string): boolean {
    if (hash !== undefined || size !== undefined || row.endsWith(".pyc")) return false;
    return isOwn(this.#places, path) && this.#files.tryLstat(path)?.kind === "link";
  }

  #materialise(path: string): void {
    const target = this.#files.readLink(path);
    if (this.#files.tryStat(path)?.kind !== "folder") throw linkedFolderGone(path, target);
    const staged = `${this.#fresh()}/${nameOf(path)}`;
    this.#files.makeFolder(staged);
    const folders: string[] = [];
    const plain: string[] = [];
    const walk = (prefix: string): void => {
      for (const { name, kind } of this.#files.list(`${target}/${prefix}`)) {
        if (kind === "folder") {
          folders.push(`${prefix}${name}`);
          walk(`${prefix}${name}/`);
        } else if (kind === "file") plain.push(`${prefix}${name}`);
      }
    };
    walk("");
    this.#files.linkTree({ from: target, to: staged, folders, files: plain, mode: "hardlink" });
    this.#exchange(path, staged);
  }

  #replaceFile(path: string, content: string): void {
    const staged = `${this.#fresh()}/${nameOf(path)}`;
    this.#files.write(staged, content);
    this.#exchange(path, staged);
  }

  #exchange(path: string, from: string): void {
    const was = this.#files.tryLstat(path)?.ino ?? 0;
    const becomes = this.#files.tryLstat(from)?.ino ?? 0;
    this.steps.push({ kind: "replace", from, to: path, aside: this.#nextAside(), was, becomes });
  }

  #take(path: string): void {
    if (this.#files.tryLstat(path) === undefined) return;
    this.steps.push({ kind: "take", path, aside: this.#nextAside() });
  }

  #fresh(): string {
    return this.#files.makeTemporaryFolder(stagingFolder(this.#places), "real-");
  }

  #nextAside(): string {
    return `${asideFolder(this.#places)}/${this.steps.length}`;
  }
}
