import { linkRow } from "./linked-folders.ts";
import { recordContent, type RecordRow, withoutRows } from "./record-text.ts";
import type { InstallerWorld } from "./world.ts";

/**
 * The RECORD of a wheel that is being staged: by far most of its rows are kept in the store, and taken from
 * there as they are.
 */
export class StagedRecord {
  readonly #files: InstallerWorld["files"];
  readonly #rows: RecordRow[] = [];
  #kept: Uint8Array | string = new Uint8Array();
  #apart = "";
  /** Rows of links that were opened, and those that came in their place, which may have been opened as well. */
  readonly #left: string[] = [];

  constructor(files: InstallerWorld["files"]) {
    this.#files = files;
  }

  /** The kept rows, or the path of a file that holds them. */
  keep(rows: Uint8Array | string): void {
    this.#kept = rows;
  }

  /** Kept rows of the data, which all begin with `../` where others have none. */
  keepApart(rows: string): void {
    this.#apart = rows;
  }

  add(row: RecordRow): void {
    this.#rows.push(row);
  }

  /** True when there are no other rows than the kept ones. */
  get isKept(): boolean {
    return this.#rows.length === 0 && this.#apart === "";
  }

  /** What stands before the kept rows, where nothing stands among them. */
  get before(): Uint8Array | undefined {
    if (this.#left.length > 0 || !this.#rows.every(isOutside)) return undefined;
    return recordContent(new TextEncoder().encode(this.#apart), this.#rows);
  }

  /** A linked folder was made real, with these links in it. */
  open(path: string, links: readonly string[]): void {
    this.#left.push(path, ...links);
  }

  /** The text; `links` are those that are there now. */
  content(links: ReadonlySet<string>): readonly Uint8Array[] {
    let kept = typeof this.#kept === "string" ? this.#files.read(this.#kept) : this.#kept;
    let rows: readonly RecordRow[] = this.#rows;
    if (this.#left.length > 0) {
      kept = withoutRows(kept, this.#left.map(linkRow));
      rows = [...rows, ...this.#left.filter((path) => links.has(path)).map(linkRow)];
    }
    const apart = new TextEncoder().encode(this.#apart);
    // Scripts and data come first: then the longer part is not even copied.
    const first = recordContent(apart, rows.filter(isOutside));
    const rest = rows.filter((row) => !isOutside(row));
    return [first, recordContent(kept, rest)];
  }
}

function isOutside({ path }: RecordRow): boolean {
  return path.startsWith("../");
}
