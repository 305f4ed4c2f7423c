import { archiveUnsafe } from "#archive/errors";
import { foldedName } from "#archive/member-path";
import type { TarMember } from "#archive/tar";
import { errnoOf } from "#base/errors";
import type { Host, World } from "#platform/ports";
import { sdistInvalid } from "./errors.ts";

export type ExtractionPlace = {
  /** What messages call the archive. */
  readonly archive: string;
  /** An empty folder nobody else knows of. */
  readonly to: string;
  readonly os: Host["os"];
  readonly files: World["files"];
};

/**
 * Writes the members of one archive. Where a name leads is decided by a picture of what was extracted so far, links
 * followed (PEP 706), never by looking at the disk: string checks alone miss links, and the disk can be changed.
 */
export class Extraction {
  readonly #place: ExtractionPlace;
  readonly #root: Folder = emptyFolder();
  readonly #links: { readonly path: readonly string[]; readonly target: string }[] = [];
  readonly #times: { readonly path: string; readonly modified: number }[] = [];
  readonly #folded = new Map<string, string>();
  #members = 0;

  constructor(place: ExtractionPlace) {
    this.#place = place;
  }

  /** Writes one member, or throws; what is behind a throw is for the caller to remove. */
  add(member: TarMember): void {
    if (++this.#members > mostMembers)
      throw this.#unsafe(`it has more than ${mostMembers} members`, "archives are bounded");
    const name = this.#relativeName(member.name);
    const segments = name.split("/").filter((part) => part !== "" && part !== ".");
    const last = segments.pop();
    // `./` and the like are the folder itself.
    if (last === undefined && member.kind === "folder") return;
    if (last === undefined || last === "..") throw this.#outside(member.name);
    const folder = this.#resolve([], segments.join("/"));
    if (folder === undefined) throw this.#outside(member.name);
    const parent = this.#makeFolder(folder, member.name);
    const path = [...folder, last];
    switch (member.kind) {
      case "folder":
        this.#makeFolder(path, member.name);
        return;
      case "file":
        this.#addFile(parent, path, member.content, member.mode, member.modified);
        return;
      case "symlink":
        this.#addLink(parent, path, member);
        return;
      case "hardlink":
        this.#addHardLink(parent, path, member);
        return;
      default:
        member.kind satisfies never;
    }
  }

  /** Checks what only the whole tells, and answers the folder of the project. */
  finish(kind: "sdist" | "archive"): string {
    const { archive, to, files } = this.#place;
    const tops = [...this.#root.children.keys()];
    const [top] = tops;
    if (top === undefined) throw sdistInvalid(archive, "it is empty", "sources have files");
    const single = tops.length === 1 && this.#root.children.get(top)?.kind === "folder";
    if (kind === "sdist" && !single)
      throw sdistInvalid(
        archive,
        tops.length === 1
          ? `it has no folder at its top, but \`${top}\``
          : `it has \`${top}\` and \`${tops[1]}\` at its top`,
        "an sdist has one folder at its top",
      );
    // A link is judged when it comes, and again now: what came behind it may have given its target another meaning.
    for (const { path, target } of this.#links) {
      const leads = this.#resolve(path.slice(0, -1), target);
      if (leads === undefined || (single && leads[0] !== top))
        throw this.#linksOut(path.join("/"), target);
    }
    // Behind everything else, since a member may have been given its content by a hard link.
    for (const { path, modified } of this.#times) files.setModified(path, modified);
    return single ? `${to}/${top}` : to;
  }

  #addFile(
    parent: Folder,
    path: readonly string[],
    content: Uint8Array,
    mode: number,
    modified: number | undefined,
  ): void {
    const { files } = this.#place;
    const target = this.#pathOf(path);
    const name = path.at(-1) as string;
    const before = parent.children.get(name);
    if (before !== undefined) {
      if (before.kind === "file" && sameBytes(before.content, content)) return;
      throw this.#twice(path);
    }
    this.#checkFolded(path);
    // The owner may read and write; others have neither more than that nor what the owner lacks.
    const bits = (mode & 0o100) === 0 ? mode & 0o644 : mode & 0o755;
    files.write(target, content, { mode: bits | 0o600, exclusive: true });
    parent.children.set(name, { kind: "file", content, mode, modified });
    if (modified !== undefined)
      this.#times.push({ path: target, modified: Math.max(modified * 1000, firstZipTime) });
  }

  #addLink(parent: Folder, path: readonly string[], { target }: TarMember): void {
    const { files, os } = this.#place;
    const shown = path.join("/");
    const name = path.at(-1) as string;
    const before = parent.children.get(name);
    if (before !== undefined) {
      if (before.kind === "symlink" && before.target === target) return;
      throw this.#twice(path);
    }
    if (target === "" || isAbsolute(target, os)) throw this.#linksOut(shown, target);
    const leads = this.#resolve(path.slice(0, -1), target);
    if (leads === undefined) throw this.#linksOut(shown, target);
    this.#checkFolded(path);
    try {
      files.symlink(target, this.#pathOf(path));
    } catch (error) {
      // Windows gives links to the privileged only; a copy serves as well where there is something to copy.
      const original = this.#find(leads);
      if (errnoOf(error) !== "EPERM" || original?.kind !== "file") throw error;
      this.#addFile(parent, path, original.content, original.mode, original.modified);
      return;
    }
    parent.children.set(name, { kind: "symlink", target });
    this.#links.push({ path, target });
  }

  /** A copy: two names for one file would let a build change what another name shows. */
  #addHardLink(parent: Folder, path: readonly string[], { target }: TarMember): void {
    const leads = isAbsolute(target, this.#place.os) ? undefined : this.#resolve([], target);
    if (leads === undefined) throw this.#linksOut(path.join("/"), target);
    const original = this.#find(leads);
    if (original?.kind !== "file")
      throw this.#unsafe(
        `\`${path.join("/")}\` is a link to \`${target}\`, which is no file before it`,
        "a hard link leads to a file of the archive",
      );
    this.#addFile(parent, path, original.content, original.mode, original.modified);
  }

  /** The folder at a path that has no links in it, made with all that is missing above it. */
  #makeFolder(path: readonly string[], spelled: string): Folder {
    let folder = this.#root;
    for (let i = 0; i < path.length; i++) {
      const name = path[i] as string;
      let next = folder.children.get(name);
      if (next === undefined) {
        const here = path.slice(0, i + 1);
        this.#checkFolded(here);
        next = emptyFolder();
        folder.children.set(name, next);
        this.#place.files.makeFolder(this.#pathOf(here));
      }
      if (next.kind === "symlink" && i === path.length - 1) {
        // `dir` as a link and then as a folder: fine when the link leads to one.
        const leads = this.#resolve(path.slice(0, -1), path.at(-1) as string);
        const found = leads === undefined ? undefined : this.#find(leads);
        if (found?.kind === "folder") return found;
      }
      if (next.kind !== "folder")
        throw this.#unsafe(
          `\`${spelled}\` lies below \`${path.slice(0, i + 1).join("/")}\`, which is no folder`,
          "every member has a name of its own",
        );
      folder = next;
    }
    return folder;
  }

  /**
   * Follows a path from a folder as the system would, with the links extracted so far; what is not there counts as
   * plain names. `undefined` when it leads out, at any step.
   */
  #resolve(from: readonly string[], path: string): readonly string[] | undefined {
    const done = [...from];
    const pending = path.split("/").reverse();
    for (let hops = 0; pending.length > 0;) {
      const part = pending.pop() as string;
      if (part === "" || part === ".") continue;
      if (part === "..") {
        if (done.pop() === undefined) return undefined;
        continue;
      }
      done.push(part);
      const node = this.#find(done);
      if (node?.kind !== "symlink") continue;
      if (++hops > mostHops) return undefined;
      done.pop();
      pending.push(...node.target.split("/").reverse());
    }
    return done;
  }

  #find(path: readonly string[]): Node | undefined {
    let node: Node = this.#root;
    for (const name of path) {
      if (node.kind !== "folder") return undefined;
      const next = node.children.get(name);
      if (next === undefined) return undefined;
      node = next;
    }
    return node;
  }

  /** PEP 706: slashes at the front are cut off; what is absolute even then is refused. */
  #relativeName(spelled: string): string {
    const { os } = this.#place;
    if (os !== "windows") return spelled.replace(/^\/+/, "");
    const name = spelled.replace(/^[/\\]+/, "");
    // Drives, streams, what the shell gives a meaning to, and the other slash.
    if (/[\\:<>"|?*\p{Cc}]|[. ](?:\/|$)/u.test(name.replaceAll(/(?<=^|\/)\.\.?(?=\/|$)/g, "")))
      throw this.#unsafe(
        `it has a member ${JSON.stringify(spelled)}`,
        "names are such that this system can have files of them",
      );
    return name;
  }

  /** Names that differ by case only are two files on Linux, and one that overwrites the other elsewhere. */
  #checkFolded(path: readonly string[]): void {
    if (this.#place.os === "linux") return;
    const spelled = path.join("/");
    const folded = foldedName(spelled);
    const before = this.#folded.get(folded);
    if (before !== undefined && before !== spelled)
      throw this.#unsafe(
        `\`${before}\` and \`${spelled}\` are one file on this system`,
        "names differ by more than their case",
      );
    this.#folded.set(folded, spelled);
  }

  #pathOf(path: readonly string[]): string {
    return `${this.#place.to}/${path.join("/")}`;
  }

  #unsafe(finding: string, rule: string): Error {
    return archiveUnsafe(this.#place.archive, finding, rule);
  }

  #outside(name: string): Error {
    return this.#unsafe(
      `its member \`${name}\` leads out of the folder it is unpacked to`,
      "members stay inside (PEP 706)",
    );
  }

  #linksOut(name: string, target: string): Error {
    return this.#unsafe(
      `\`${name}\` is a link to \`${target}\`, which leads out of the folder it is unpacked to`,
      "links stay inside (PEP 706)",
    );
  }

  #twice(path: readonly string[]): Error {
    return this.#unsafe(
      `\`${path.join("/")}\` is in it twice, and not alike`,
      "every member has a name of its own",
    );
  }
}

const mostMembers = 500_000;
const mostHops = 40;

/** 1980: backends write times into zip files, which know none before. A day later, wherever the machine is. */
const firstZipTime = Date.UTC(1980, 0, 2);

type Folder = { readonly kind: "folder"; readonly children: Map<string, Node> };
type Node =
  | Folder
  | {
      readonly kind: "file";
      readonly content: Uint8Array;
      readonly mode: number;
      readonly modified: number | undefined;
    }
  | { readonly kind: "symlink"; readonly target: string };

function emptyFolder(): Folder {
  return { kind: "folder", children: new Map() };
}

function isAbsolute(target: string, os: Host["os"]): boolean {
  return target.startsWith("/") || (os === "windows" && /^(?:\\|[a-zA-Z]:)/.test(target));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
