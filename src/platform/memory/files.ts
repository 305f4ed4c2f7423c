import type {
  Assembly,
  FileLock,
  Files,
  FileStat,
  FolderEntry,
  LinkMode,
  LockOptions,
  TreeLinks,
  WriteOptions,
} from "#platform/ports";

export type MemoryFilesOptions = {
  readonly umask?: number;
  /** Time stamps of what is written; a counter of milliseconds when left out, so that every write is later. */
  readonly now?: () => number;
  /** `exchange` answers `false`, as on file systems that cannot. */
  readonly withoutExchange?: boolean;
  /** Folders that are file systems of their own: links and renames across them fail with `EXDEV`. */
  readonly mounts?: readonly string[];
};

/** An imagined file system with links, modes, inodes and errno errors; nothing outside the process is touched. */
export class MemoryFiles implements Files {
  readonly #root: Folder;
  readonly #umask: number;
  readonly #now: () => number;
  readonly #exchanges: boolean;
  readonly #mounts: readonly string[];
  readonly #locks = new Map<number, LockState>();
  #inodes = 1;
  #temporary = 0;
  #ticks = 1_600_000_000_000;

  /** `tree` maps absolute paths to contents; folders are made as needed, a path that ends in `/` is an empty folder. */
  constructor(
    tree: Readonly<Record<string, string | Uint8Array>> = {},
    options: MemoryFilesOptions = {},
  ) {
    this.#umask = options.umask ?? 0o022;
    this.#now = options.now ?? (() => this.#ticks++);
    this.#exchanges = options.withoutExchange !== true;
    this.#mounts = options.mounts ?? [];
    this.#root = this.#folder();
    for (const mount of this.#mounts) this.makeFolders(mount);
    for (const [path, content] of Object.entries(tree)) {
      this.makeFolders(path.slice(0, path.lastIndexOf("/")) || "/");
      if (!path.endsWith("/")) this.write(path, content);
    }
  }

  /** Every path with its content as text, for comparing whole trees: folders end in `/`, links read `-> target`. */
  snapshot(path = "/"): Record<string, string> {
    const found: Record<string, string> = {};
    const walk = (folder: Folder, prefix: string): void => {
      for (const name of [...folder.children.keys()].sort()) {
        const node = folder.children.get(name) as Node;
        if (node.kind === "folder") {
          found[`${prefix}${name}/`] = "";
          walk(node, `${prefix}${name}/`);
        } else
          found[`${prefix}${name}`] =
            node.kind === "link" ? `-> ${node.target}` : decode(node.content);
      }
    };
    const start = this.#find("scandir", path, true);
    if (start.kind !== "folder") throw failure("ENOTDIR", "scandir", path);
    walk(start, "");
    return found;
  }

  tryStat(path: string): FileStat | undefined {
    return orNothing(() => this.#stat(path, true));
  }

  tryLstat(path: string): FileStat | undefined {
    return orNothing(() => this.#stat(path, false));
  }

  list(path: string): readonly FolderEntry[] {
    const folder = this.#find("scandir", path, true);
    if (folder.kind !== "folder") throw failure("ENOTDIR", "scandir", path);
    return [...folder.children].map(([name, node]) => ({ name, kind: node.kind }));
  }

  tryList(path: string): readonly FolderEntry[] | undefined {
    return orNothing(() => this.list(path));
  }

  read(path: string): Uint8Array {
    return this.#file("open", path).content.slice();
  }

  tryRead(path: string): Uint8Array | undefined {
    return orNothing(() => this.read(path));
  }

  readText(path: string): string {
    return decode(this.#file("open", path).content);
  }

  tryReadText(path: string): string | undefined {
    return orNothing(() => this.readText(path));
  }

  readAt(path: string, offset: number, length: number): Uint8Array {
    return this.#file("open", path).content.slice(offset, offset + length);
  }

  write(
    path: string,
    content: Uint8Array | string | Iterable<Uint8Array>,
    options: WriteOptions = {},
  ): void {
    const place = this.#place("open", path, options.exclusive !== true);
    const bytes = wholeOf(content);
    if (place.node === undefined) {
      const mode = (options.mode ?? 0o666) & ~this.#umask;
      const file: FileNode = {
        kind: "file",
        content: bytes,
        mode,
        ...this.#stamps(),
        ino: this.#inodes++,
        nlink: 1,
      };
      this.#enter(place, file);
      return;
    }
    if (options.exclusive === true) throw failure("EEXIST", "open", path);
    if (place.node.kind !== "file") throw failure("EISDIR", "open", path);
    place.node.content = bytes;
    Object.assign(place.node, this.#stamps());
  }

  append(path: string, content: Uint8Array | string): void {
    const before = this.tryRead(path) ?? new Uint8Array();
    const more = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const whole = new Uint8Array(before.length + more.length);
    whole.set(before);
    whole.set(more, before.length);
    this.write(path, whole);
  }

  writeAt(path: string, offset: number, content: Uint8Array): void {
    const before = this.#file("open", path).content;
    const whole = new Uint8Array(Math.max(before.length, offset + content.length));
    whole.set(before);
    whole.set(content, offset);
    this.write(path, whole);
  }

  makeFolder(path: string): void {
    const place = this.#place("mkdir", path, false);
    if (place.node !== undefined) throw failure("EEXIST", "mkdir", path);
    this.#enter(place, this.#folder());
  }

  makeFolders(path: string): void {
    let made = "";
    for (const name of partsOf(path)) {
      made += `/${name}`;
      const there = this.tryStat(made);
      if (there === undefined) this.makeFolder(made);
      else if (there.kind !== "folder")
        throw failure(made === path ? "EEXIST" : "ENOTDIR", "mkdir", path);
    }
  }

  remove(path: string): void {
    const place = this.#present("unlink", path, false);
    if (place.node.kind === "folder") throw failure("EISDIR", "unlink", path);
    this.#leave(place);
    place.node.nlink--;
    place.node.changed = this.#now();
  }

  tryRemove(path: string): boolean {
    return orNothing(() => (this.remove(path), true)) ?? false;
  }

  removeEmptyFolder(path: string): void {
    const place = this.#present("rmdir", path, false);
    if (place.node.kind !== "folder") throw failure("ENOTDIR", "rmdir", path);
    if (place.node.children.size > 0) throw failure("ENOTEMPTY", "rmdir", path);
    this.#leave(place);
  }

  removeTree(path: string): void {
    const place = orNothing(() => this.#place("rm", path, false));
    if (place?.node === undefined) return;
    forget(place.node);
    this.#leave(place);
  }

  removeSoon(path: string): void {
    this.removeTree(path);
  }

  rename(from: string, to: string): void {
    const source = this.#present("rename", from, false);
    const target = this.#place("rename", to, false);
    if (this.#mount(from) !== this.#mount(to)) throw failure("EXDEV", "rename", from, to);
    if (source.node === target.node) return;
    if (source.node.kind === "folder" && isInside(source.node, target.folder))
      throw failure("EINVAL", "rename", from, to);
    if (target.node !== undefined) {
      if (target.node.kind === "folder") {
        if (source.node.kind !== "folder") throw failure("EISDIR", "rename", from, to);
        if (target.node.children.size > 0) throw failure("ENOTEMPTY", "rename", from, to);
      } else if (source.node.kind === "folder") throw failure("ENOTDIR", "rename", from, to);
      target.node.nlink--;
    }
    this.#leave(source);
    source.node.changed = this.#now();
    this.#enter(target, source.node);
  }

  exchange(a: string, b: string): boolean {
    const first = this.#present("rename", a, false);
    const second = this.#present("rename", b, false);
    if (!this.#exchanges) return false;
    if (this.#mount(a) !== this.#mount(b)) throw failure("EXDEV", "rename", a, b);
    this.#enter(first, second.node);
    this.#enter(second, first.node);
    return true;
  }

  link(from: string, to: string): void {
    const source = this.#present("link", from, false);
    const target = this.#place("link", to, false);
    if (source.node.kind === "folder") throw failure("EPERM", "link", from, to);
    if (target.node !== undefined) throw failure("EEXIST", "link", from, to);
    if (this.#mount(from) !== this.#mount(to)) throw failure("EXDEV", "link", from, to);
    source.node.nlink++;
    source.node.changed = this.#now();
    this.#enter(target, source.node);
  }

  copy(from: string, to: string): void {
    const source = this.#file("copyfile", from);
    this.write(to, source.content, { exclusive: true });
    const copied = this.#find("copyfile", to, true);
    copied.mode = source.mode | 0o200;
    copied.mtime = source.mtime;
  }

  symlink(target: string, path: string): void {
    const place = this.#place("symlink", path, false);
    if (place.node !== undefined) throw failure("EEXIST", "symlink", target, path);
    const node: LinkNode = {
      kind: "link",
      target,
      mode: 0o777,
      ...this.#stamps(),
      ino: this.#inodes++,
      nlink: 1,
    };
    this.#enter(place, node);
  }

  readLink(path: string): string {
    const node = this.#find("readlink", path, false);
    if (node.kind !== "link") throw failure("EINVAL", "readlink", path);
    return node.target;
  }

  realPath(path: string): string {
    const place = this.#present("realpath", path, true);
    return place.path;
  }

  chmod(path: string, mode: number): void {
    Object.assign(this.#find("chmod", path, true), { mode: mode & 0o7777, changed: this.#now() });
  }

  setModified(path: string, time: number): void {
    Object.assign(this.#find("utime", path, true), { mtime: time, changed: this.#now() });
  }

  linkTree(links: TreeLinks): LinkMode {
    return linkOneByOne(links, this);
  }

  assemble(assembly: Assembly): void {
    assembleOneByOne(assembly, this);
  }

  flush(path: string): void {
    this.#find("open", path, true);
  }

  makeTemporaryFolder(parent: string, prefix: string): string {
    const path = `${parent}/${prefix}${String(this.#temporary++).padStart(6, "0")}`;
    this.makeFolder(path);
    return path;
  }

  async lock(path: string, options: LockOptions): Promise<FileLock | undefined> {
    if (this.tryStat(path) === undefined) this.write(path, "");
    const { ino } = this.#find("open", path, true);
    const state = this.#locks.get(ino) ?? {
      holders: 0,
      exclusive: false,
      waiting: [],
      names: [],
    };
    this.#locks.set(ino, state);
    const shared = options.shared === true;
    let told = false;
    while (state.exclusive || (!shared && state.holders > 0)) {
      if (options.wait === false) return undefined;
      if (!told) options.onWait?.([...new Set(state.names)].join(", "));
      told = true;
      await new Promise<void>((resolve) => state.waiting.push(resolve));
    }
    state.holders++;
    state.exclusive = !shared;
    const { holder } = options;
    if (!shared) this.write(path, holder ?? "");
    if (holder !== undefined) state.names.push(holder);
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        state.holders--;
        state.exclusive = false;
        if (holder !== undefined) state.names.splice(state.names.indexOf(holder), 1);
        for (const wake of state.waiting.splice(0)) wake();
      },
    };
  }

  #stamps(): Pick<Common, "mtime" | "changed"> {
    const now = this.#now();
    return { mtime: now, changed: now };
  }

  #folder(): Folder {
    const mode = 0o777 & ~this.#umask;
    return {
      kind: "folder",
      children: new Map(),
      mode,
      ...this.#stamps(),
      ino: this.#inodes++,
      nlink: 1,
    };
  }

  #stat(path: string, follow: boolean): FileStat {
    const place = this.#present("stat", path, follow);
    const { node } = place;
    const size =
      node.kind === "file" ? node.content.length : node.kind === "link" ? node.target.length : 4096;
    return {
      kind: node.kind,
      size,
      mtime: node.mtime,
      changed: node.changed,
      mode: node.mode,
      ino: node.ino,
      dev: 1 + this.#mount(place.path),
      uid: 0,
      gid: 0,
      nlink: node.nlink,
    };
  }

  #file(syscall: string, path: string): FileNode {
    const node = this.#find(syscall, path, true);
    if (node.kind !== "file") throw failure("EISDIR", syscall, path);
    return node;
  }

  #find(syscall: string, path: string, follow: boolean): Node {
    return this.#present(syscall, path, follow).node;
  }

  #present(syscall: string, path: string, follow: boolean): Place & { node: Node } {
    const place = this.#place(syscall, path, follow);
    if (place.node === undefined) throw failure("ENOENT", syscall, path);
    return place as Place & { node: Node };
  }

  /** Where a path leads: the folder that holds it, and what is there. Links in the middle are always followed. */
  #place(syscall: string, path: string, follow: boolean): Place {
    if (!path.startsWith("/"))
      throw new Error(`MemoryFiles knows absolute paths only, not ${path}`);
    if (path.includes("\0")) throw failure("EINVAL", syscall, path);
    const trail: { readonly name: string; readonly folder: Folder }[] = [];
    const names = partsOf(path);
    let folder = this.#root;
    let hops = 0;
    while (names.length > 0) {
      const name = names.shift() as string;
      if (name === "..") {
        folder = trail.pop()?.folder ?? this.#root;
        if (names.length === 0) break;
        continue;
      }
      const node = folder.children.get(name);
      const last = names.length === 0;
      if (node?.kind === "link" && (!last || follow)) {
        if (++hops > 40) throw failure("ELOOP", syscall, path);
        names.unshift(...partsOf(node.target));
        if (node.target.startsWith("/")) {
          trail.length = 0;
          folder = this.#root;
        }
        if (names.length === 0) break;
        continue;
      }
      if (last) return { folder, name, node, path: pathOf(trail, name) };
      if (node === undefined) throw failure("ENOENT", syscall, path);
      if (node.kind !== "folder") throw failure("ENOTDIR", syscall, path);
      trail.push({ name, folder });
      folder = node;
    }
    const here = trail.pop();
    return here === undefined
      ? { folder: this.#root, name: "", node: this.#root, path: "/" }
      : { folder: here.folder, name: here.name, node: folder, path: pathOf(trail, here.name) };
  }

  #mount(path: string): number {
    return (
      this.#mounts.findLastIndex((mount) => path === mount || path.startsWith(`${mount}/`)) + 1
    );
  }

  #enter(place: Place, node: Node): void {
    place.folder.children.set(place.name, node);
    Object.assign(place.folder, this.#stamps());
  }

  #leave(place: Place): void {
    place.folder.children.delete(place.name);
    Object.assign(place.folder, this.#stamps());
  }
}

/** {@link Files.linkTree} in single operations of the same file system: easy to count and to fail one by one. */
export function linkOneByOne(links: TreeLinks, files: Files): LinkMode {
  for (const folder of links.folders) {
    try {
      files.makeFolder(`${links.to}/${folder}`);
    } catch (error) {
      if (codeOf(error) !== "EEXIST") throw error;
    }
  }
  // No imagined file system has clones, so that asking for them tests the way back to copies.
  let mode: LinkMode = links.mode === "hardlink" ? "hardlink" : "copy";
  for (const file of links.files) {
    if (mode === "hardlink") {
      try {
        files.link(`${links.from}/${file}`, `${links.to}/${file}`);
        continue;
      } catch (error) {
        const code = codeOf(error);
        if (code !== "EXDEV" && code !== "EPERM" && code !== "EMLINK") throw error;
        if (code !== "EMLINK") mode = "copy";
      }
    }
    files.copy(`${links.from}/${file}`, `${links.to}/${file}`);
  }
  return mode;
}

/** {@link Files.assemble} in the same way. */
export function assembleOneByOne(assembly: Assembly, files: Files): void {
  const { to, folders, writes, trees, links, targets } = assembly;
  let { mode } = assembly;
  linkOneByOne({ from: to, to, folders, files: [], mode }, files);
  for (const { path, content, rest, mode: bits = 0o666 } of writes) {
    const own = content();
    const first = typeof own === "string" ? new TextEncoder().encode(own) : own;
    const pieces = first instanceof Uint8Array ? [first] : [...first];
    if (rest !== undefined) pieces.push(files.read(rest));
    files.write(`${to}/${path}`, pieces, { mode: bits });
  }
  for (const tree of trees) {
    linkOneByOne({ from: to, to, folders: tree.folders, files: [], mode }, files);
    for (const { from, files: paths, isCopied } of tree.sources) {
      const wanted = isCopied === true ? "copy" : mode;
      const used = linkOneByOne({ from, to, folders: [], files: paths, mode: wanted }, files);
      if (isCopied !== true) mode = used;
    }
  }
  for (const [at, path] of links.entries()) files.symlink(targets[at] as string, `${to}/${path}`);
}

/** An error as `node:fs` throws it. */
export function failure(code: string, syscall: string, path: string, dest?: string): Error {
  const places = dest === undefined ? `'${path}'` : `'${path}' -> '${dest}'`;
  return Object.assign(new Error(`${code}: ${syscall} ${places}`), { code, syscall, path, dest });
}

type Common = { mode: number; mtime: number; changed: number; readonly ino: number; nlink: number };
type FileNode = Common & { readonly kind: "file"; content: Uint8Array };
type LinkNode = Common & { readonly kind: "link"; readonly target: string };
type Folder = Common & { readonly kind: "folder"; readonly children: Map<string, Node> };
type Node = FileNode | LinkNode | Folder;
type Place = {
  readonly folder: Folder;
  readonly name: string;
  readonly node: Node | undefined;
  readonly path: string;
};
type LockState = {
  holders: number;
  exclusive: boolean;
  readonly waiting: (() => void)[];
  readonly names: string[];
};

function orNothing<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const code = codeOf(error);
    // EINVAL is a path with a NUL character; nothing can be there.
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EINVAL") return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

function partsOf(path: string): string[] {
  return path.split("/").filter((name) => name !== "" && name !== ".");
}

function pathOf(trail: readonly { readonly name: string }[], name: string): string {
  return `/${[...trail.map((step) => step.name), name].join("/")}`;
}

function isInside(folder: Folder, place: Folder): boolean {
  if (folder === place) return true;
  for (const node of folder.children.values())
    if (node.kind === "folder" && isInside(node, place)) return true;
  return false;
}

function forget(node: Node): void {
  node.nlink--;
  if (node.kind === "folder") for (const child of node.children.values()) forget(child);
}

/** Content as one piece of memory of its own. */
export function wholeOf(content: Uint8Array | string | Iterable<Uint8Array>): Uint8Array {
  if (typeof content === "string") return new TextEncoder().encode(content);
  if (content instanceof Uint8Array) return content.slice();
  let whole = new Uint8Array(0);
  for (const piece of content) {
    const longer = new Uint8Array(whole.length + piece.length);
    longer.set(whole);
    longer.set(piece, whole.length);
    whole = longer;
  }
  return whole;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
