import { compareText } from "#base/order";
import type { Files, Hashing } from "#platform/ports";
import { formatRecord, parseRecord } from "#standards/record";
import { keeperName } from "#store/installed-metadata";
import type { FileOwner, InstalledFiles } from "./installed-files.ts";
import { openFolder } from "./linked-folders.ts";
import { nameOf, parentOf } from "./places.ts";
import { recordDigest } from "./digest.ts";

/** A linked folder of an installed distribution, laid out beside as a real one. */
type Unfolded = {
  /** Where it is laid out. */
  readonly staged: string;
  readonly owner: FileOwner;
  /** The uppermost that was unfolded: what has to be exchanged. */
  readonly outer: string;
};

/**
 * Turns linked folders of an environment into real ones when another distribution gets something into them. It is done
 * in the staging folder; only the uppermost is then exchanged, and the RECORD of its owner with it.
 */
export class Unfolding {
  readonly #staging: string;
  readonly #installed: InstalledFiles;
  readonly #files: Files;
  readonly #unfolded = new Map<string, Unfolded>();

  constructor(staging: string, installed: InstalledFiles, files: Files) {
    this.#staging = staging;
    this.#installed = installed;
    this.#files = files;
  }

  /** Where a path of the environment lies at the moment: in the staging folder once its parent was unfolded. */
  whereIs(path: string): string {
    const parent = this.#unfolded.get(parentOf(path));
    return parent === undefined ? path : `${parent.staged}/${nameOf(path)}`;
  }

  /** What an unfolded folder holds; `undefined` for any other. */
  staged(path: string): string | undefined {
    return this.#unfolded.get(path)?.staged;
  }

  /** True for a link that is an installed distribution's linked folder. */
  isLinked(path: string): boolean {
    return this.#ownerOf(path) !== undefined;
  }

  /** Lays a linked folder out. Answers what is to be exchanged for the link, unless that is known already. */
  unfold(path: string): string | undefined {
    const owner = this.#ownerOf(path);
    if (owner === undefined) throw new Error(`${path} is no linked folder`);
    const parent = this.#unfolded.get(parentOf(path));
    const link = this.whereIs(path);
    const target = this.#files.readLink(link);
    let staged = link;
    if (parent === undefined)
      staged = `${this.#files.makeTemporaryFolder(this.#staging, "unfolded-")}/${nameOf(path)}`;
    else this.#files.remove(link);
    const links = openFolder(target, staged, this.#files);
    if (links.length > 0) this.#files.write(`${staged}/${keeperName(owner.name)}`, "");
    this.#unfolded.set(path, { staged, owner, outer: parent?.outer ?? path });
    return parent === undefined ? staged : undefined;
  }

  /** The texts of RECORD that are true after the exchange, by their paths. */
  records(read: (path: string) => string, hashing: Hashing): Map<string, string> {
    const texts = new Map<string, string>();
    const byOwner = new Map<string, Set<string>>();
    for (const { owner, outer } of this.#unfolded.values()) {
      const outers = byOwner.get(owner.metadata) ?? new Set();
      byOwner.set(owner.metadata, outers.add(outer));
    }
    for (const [metadata, outers] of byOwner) {
      const site = parentOf(metadata);
      const paths = new Set([...outers].map((path) => path.slice(site.length + 1)));
      const path = `${metadata}/RECORD`;
      const rows = parseRecord(read(path)).filter((row) => !paths.has(row.path));
      for (const outer of outers)
        for (const row of this.#added(this.#unfolded.get(outer) as Unfolded, site, hashing))
          rows.push(row);
      rows.sort((a, b) => compareText(a.path, b.path));
      texts.set(path, formatRecord(rows));
    }
    return texts;
  }

  /** Rows for the links and keepers below an unfolded folder. */
  *#added(unfolded: Unfolded, site: string, hashing: Hashing): Generator<Row> {
    const { owner, outer, staged } = unfolded;
    const keeper = keeperName(owner.name);
    const walk = function* (files: Files, folder: string): Generator<Row> {
      const within = `${outer}${folder.slice(staged.length)}`.slice(site.length + 1);
      for (const { name, kind } of files.list(folder)) {
        const path = `${within}/${name}`;
        if (kind === "link") yield { path, hash: undefined, size: undefined };
        else if (kind === "folder") yield* walk(files, `${folder}/${name}`);
        else if (name === keeper)
          yield { path, hash: { algorithm: "sha256", digest: recordDigest("", hashing) }, size: 0 };
      }
    };
    yield* walk(this.#files, staged);
  }

  #ownerOf(path: string): FileOwner | undefined {
    const parent = this.#unfolded.get(parentOf(path));
    if (parent !== undefined)
      return this.#files.tryLstat(this.whereIs(path))?.kind === "link" ? parent.owner : undefined;
    if (this.#files.tryLstat(path)?.kind !== "link") return undefined;
    if (this.#files.tryStat(path)?.kind !== "folder") return undefined;
    return this.#installed.ownersOf(path).find(({ sha256 }) => sha256 === undefined);
  }
}

type Row = ReturnType<typeof parseRecord>[number];
