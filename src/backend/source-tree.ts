import { unsafeName } from "#archive/member-path";
import { compareText } from "#base/order";
import type { FileKind, World } from "#platform/ports";
import { buildFileUnusable, buildLinkRefused, buildPathRefused } from "./errors.ts";
import { type Glob, globMatches, globReaches } from "./glob.ts";

/**
 * A source tree as archives see it: regular files under paths relative to its folder, with `/`. Links are followed as
 * long as they stay inside; leaving the tree is refused, and so are devices and names that no archive may have. What
 * tools leave behind everywhere (version control, caches, virtual environments) is never seen.
 */
export class SourceTree {
  readonly folder: string;
  readonly #files: World["files"];
  readonly #realFolder: string;

  constructor(folder: string, files: World["files"]) {
    this.folder = folder;
    this.#files = files;
    this.#realFolder = realPath(folder, files);
  }

  /** What lies at a path, links followed; `undefined` when there is nothing. */
  kind(path: string): "file" | "folder" | undefined {
    const absolute = this.#absolute(path);
    if (this.#files.tryLstat(absolute) === undefined) return undefined;
    const { kind } = this.#follow(path);
    return kind === "file" || kind === "folder" ? kind : undefined;
  }

  read(path: string): Uint8Array {
    return this.#files.read(this.#absolute(path));
  }

  /** The text of a file that `key` names: UTF-8, a byte order mark taken off, lines ended as on Unix. */
  readText(path: string, key: string): string {
    if (this.kind(path) !== "file") throw buildFileUnusable(path, key, "there is no such file");
    try {
      const text = new TextDecoder("utf-8", { fatal: true }).decode(this.read(path));
      return text.replaceAll("\r\n", "\n");
    } catch (cause) {
      throw buildFileUnusable(path, key, "it is not UTF-8", cause);
    }
  }

  /** True when its owner may run the file. */
  isExecutable(path: string): boolean {
    return ((this.#files.tryStat(this.#absolute(path))?.mode ?? 0) & 0o100) !== 0;
  }

  /** All files below a folder of the tree, in order; nothing that `excludes` mean. */
  below(folder: string, excludes: readonly Glob[]): string[] {
    const found: string[] = [];
    const enters = (path: string): boolean => !isMeant(excludes, path);
    const real = realPath(this.#absolute(folder), this.#files);
    if (enters(folder)) this.#walk(folder, real, [], { enters, wants: () => true, found });
    return found.sort(compareText);
  }

  /** All files the globs mean, in order. What earlier builds left in `dist` is no source, unless a glob names it. */
  find(globs: readonly Glob[], excludes: readonly Glob[] = []): string[] {
    const found: string[] = [];
    const takesDist = globs.some(({ text }) => `${text}/`.startsWith("dist/"));
    const enters = (path: string): boolean =>
      !isMeant(excludes, path) &&
      globs.some((glob) => globReaches(glob, path)) &&
      (path !== "dist" || takesDist);
    const wants = (path: string): boolean => isMeant(globs, path);
    this.#walk("", this.#realFolder, [], { enters, wants, found });
    return found.sort(compareText);
  }

  /** `above` are the real folders on the way here, so that a circle of links is noticed. */
  #walk(folder: string, real: string, above: readonly string[], walk: Walk): void {
    const way = [...above, real];
    for (const { name, kind } of this.#files.list(this.#absolute(folder))) {
      if (isLeftBehind(name)) continue;
      const path = folder === "" ? name : `${folder}/${name}`;
      if (!walk.enters(path)) continue;
      const isWanted = walk.wants(path);
      if (isWanted) refuseUnsafe(path);
      const target =
        kind === "link" ? this.#followed(path, isWanted) : { kind, real: `${real}/${name}` };
      if (target?.kind === "folder") {
        if (way.includes(target.real)) {
          if (isWanted) throw buildLinkRefused(path, "leads back to a folder it lies in");
          // A virtual environment may have any name.
        } else if (this.#files.tryLstat(`${target.real}/pyvenv.cfg`) === undefined)
          this.#walk(path, target.real, way, walk);
      } else if (target !== undefined && isWanted) {
        if (target.kind !== "file")
          throw buildPathRefused(path, "it is neither a file nor a folder");
        walk.found.push(path);
      }
    }
  }

  /** Where a link nobody asked for leads is nobody's business. */
  #followed(path: string, isWanted: boolean): Target | undefined {
    if (isWanted) return this.#follow(path);
    const absolute = this.#absolute(path);
    const stat = this.#files.tryStat(absolute);
    const real = stat === undefined ? "" : realPath(absolute, this.#files);
    return stat === undefined || !this.#isInside(real) ? undefined : { kind: stat.kind, real };
  }

  #follow(path: string): Target {
    const absolute = this.#absolute(path);
    const stat = this.#files.tryStat(absolute);
    if (stat === undefined) throw buildLinkRefused(path, "leads to nothing");
    const real = realPath(absolute, this.#files);
    if (!this.#isInside(real)) throw buildLinkRefused(path, "leads out of the source tree");
    return { kind: stat.kind, real };
  }

  #isInside(real: string): boolean {
    return real === this.#realFolder || real.startsWith(`${this.#realFolder}/`);
  }

  #absolute(path: string): string {
    return path === "" ? this.folder : `${this.folder}/${path}`;
  }
}

type Target = { readonly kind: FileKind; readonly real: string };

/** One walk through a tree: which paths it enters, which of the files it wants, and those it has found. */
type Walk = {
  readonly enters: (path: string) => boolean;
  readonly wants: (path: string) => boolean;
  readonly found: string[];
};

export function isMeant(globs: readonly Glob[], path: string): boolean {
  return globs.some((glob) => globMatches(glob, path));
}

/** A path as it is written in `pyproject.toml`, brought to its shortest form; `undefined` when it leads out of the tree. */
export function pathInTree(text: string): string | undefined {
  if (text.startsWith("/") || text.includes("\\")) return undefined;
  const parts = text.split("/").filter((part) => part !== "" && part !== ".");
  return parts.length === 0 || parts.includes("..") ? undefined : parts.join("/");
}

/** With `/` also on Windows, where a path begins with a letter. */
function realPath(path: string, files: World["files"]): string {
  const real = files.realPath(path);
  return real.startsWith("/") ? real : real.replaceAll("\\", "/");
}

const leftBehind: ReadonlySet<string> = new Set([
  ".git",
  ".hg",
  ".svn",
  ".bzr",
  "CVS",
  "__pycache__",
  ".venv",
  ".tox",
  ".nox",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".DS_Store",
]);

function isLeftBehind(name: string): boolean {
  return leftBehind.has(name) || name.endsWith(".pyc") || name.endsWith(".pyo");
}

function refuseUnsafe(path: string): void {
  // What is no UTF-8 on the disk comes with the character that stands for nothing.
  const why = path.includes("\ufffd") ? "its name is not UTF-8" : unsafeName(path);
  if (why !== undefined) throw buildPathRefused(path, why);
}
