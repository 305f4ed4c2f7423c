import type { StoredWheel } from "#store/wheel-manifest";
import { claimedTwice } from "./errors.ts";
import { isInside } from "./record-paths.ts";

/**
 * Where one wheel puts its files, by absolute path: through its root part, its `.data` folder, and as scripts.
 */
export class ClaimedTargets {
  readonly #manifest: StoredWheel["manifest"];
  readonly #site: string;
  /** Those outside of the root part, with the hash of their content. */
  readonly #elsewhere = new Map<string, string>();
  #rootPaths: ReadonlyMap<string, string> | undefined;

  constructor(manifest: StoredWheel["manifest"], site: string) {
    this.#manifest = manifest;
    this.#site = site;
  }

  /** Notes what nobody else can have put there. */
  note(target: string, sha256: string): void {
    this.#elsewhere.set(target, sha256);
  }

  /**
   * Notes that the wheel puts a file there. False when it does so a second time with the same content; refused
   * when the contents differ.
   */
  claim(target: string, sha256: string): boolean {
    const before = this.#elsewhere.get(target) ?? this.#inRoot(target);
    if (before === undefined) {
      this.#elsewhere.set(target, sha256);
      return true;
    }
    const { name, version } = this.#manifest;
    if (before !== sha256) throw claimedTwice(`${name} ${version}`, target);
    return false;
  }

  #inRoot(target: string): string | undefined {
    if (!isInside(target, this.#site)) return undefined;
    if (this.#rootPaths === undefined) {
      const root = this.#manifest.parts.find((part) => part.scheme === "root");
      this.#rootPaths = new Map(root?.files.map((file) => [file.path, file.sha256]));
    }
    return this.#rootPaths.get(target.slice(this.#site.length + 1));
  }
}
