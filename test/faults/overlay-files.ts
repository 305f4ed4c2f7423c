import { failure, MemoryFiles } from "#platform/memory/files";

/**
 * A file system as containers have it: folders that came with a lower layer cannot be renamed (`EXDEV`), their files
 * can, and folders made since are like any other.
 */
export class OverlayFiles extends MemoryFiles {
  readonly #lower = new Set<number>();

  /** Everything there so far becomes the lower layer. */
  seal(folder = "/"): void {
    for (const { name, kind } of this.list(folder)) {
      if (kind !== "folder") continue;
      const path = `${folder === "/" ? "" : folder}/${name}`;
      this.#lower.add(this.tryLstat(path)?.ino ?? 0);
      this.seal(path);
    }
  }

  override rename(from: string, to: string): void {
    if (this.#isLower(from)) throw failure("EXDEV", "rename", from, to);
    super.rename(from, to);
  }

  override exchange(a: string, b: string): boolean {
    if (this.#isLower(a) || this.#isLower(b)) throw failure("EXDEV", "rename", a, b);
    return super.exchange(a, b);
  }

  #isLower(path: string): boolean {
    const there = this.tryLstat(path);
    return there?.kind === "folder" && this.#lower.has(there.ino);
  }
}
