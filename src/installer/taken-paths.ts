import type { NormalizedName } from "#standards/name";
import { nameOf, parentOf } from "./places.ts";

/** What leaves one folder. Names are as {@link TakenPaths.key} spells them. */
export type TakenFolder = {
  /** Files with the distribution each belongs to. */
  readonly files: Map<string, NormalizedName>;
  readonly folders: Set<string>;
  /** Goes as it is, whatever else lies in it: a dist-info folder. */
  whole: boolean;
  readonly owner: NormalizedName;
};

/** The files that an uninstallation or a replacement takes out of an environment, by folder. */
export class TakenPaths {
  /** Brings names to the spelling under which the file system finds them. */
  readonly key: (path: string) => string;
  readonly #folders = new Map<string, TakenFolder>();

  constructor(key: (path: string) => string) {
    this.key = key;
  }

  add(path: string, owner: NormalizedName): void {
    const folder = this.#make(parentOf(path), owner);
    folder.files.set(this.key(nameOf(path)), owner);
  }

  addWhole(path: string, owner: NormalizedName): void {
    this.#make(path, owner).whole = true;
  }

  folder(path: string): TakenFolder | undefined {
    return this.#folders.get(this.key(path));
  }

  has(path: string): boolean {
    return this.folder(parentOf(path))?.files.has(this.key(nameOf(path))) === true;
  }

  #make(path: string, owner: NormalizedName): TakenFolder {
    const key = this.key(path);
    const known = this.#folders.get(key);
    if (known !== undefined) return known;
    const made: TakenFolder = { files: new Map(), folders: new Set(), whole: false, owner };
    this.#folders.set(key, made);
    const parent = parentOf(path);
    if (parent !== "") this.#make(parent, owner).folders.add(this.key(nameOf(path)));
    return made;
  }
}
