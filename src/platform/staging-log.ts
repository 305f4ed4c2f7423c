import type { AssembledTree, Assembly, Files, NewFile, TreeLinks } from "./ports.ts";

/** What was laid out in a folder, in order; for {@link repeatStaging}. */
export type StagedWork = readonly StagedStep[];

export type StagedStep =
  | { readonly kind: "folder"; readonly path: string }
  | { readonly kind: "link"; readonly target: string; readonly path: string }
  | { readonly kind: "tree"; readonly links: TreeLinks }
  | { readonly kind: "assembly"; readonly assembly: KeptAssembly };

/** An {@link Assembly} that can be written down. */
export type KeptAssembly = Omit<Assembly, "writes"> & { readonly writes: readonly KeptFile[] };
export type KeptFile = Omit<NewFile, "content"> & { readonly content: string };

/** With more paths, or more text, reading it takes as long as working it out. */
const mostPaths = 4000;
const mostText = 1 << 18;

/** Notes what is laid out in one folder, as long as it is little enough and can be written down. */
export class StagingLog {
  #folder: string | undefined;
  #steps: StagedStep[] | undefined = [];
  #paths = 0;
  #text = 0;

  begin(folder: string): void {
    this.#folder = folder;
  }

  /** True for what lies in the folder, and for the folder. */
  covers(path: string): boolean {
    return this.#folder !== undefined && `${path}/`.startsWith(`${this.#folder}/`);
  }

  makeFolder(path: string): void {
    this.#steps?.push({ kind: "folder", path });
  }

  symlink(target: string, path: string): void {
    this.#steps?.push({ kind: "link", target, path });
  }

  linkTree(links: TreeLinks): void {
    this.#count(links.folders.length + links.files.length);
    this.#steps?.push({ kind: "tree", links });
  }

  /** The same assembly, to be done in its place: what it writes is noted when it is asked for. */
  assemble(assembly: Assembly): Assembly {
    const { writes, trees, folders, links } = assembly;
    this.#count(writes.length + folders.length + links.length);
    for (const tree of trees) this.#count(pathsOf(tree));
    if (this.#steps === undefined) return assembly;
    const kept: KeptFile[] = [];
    this.#steps.push({ kind: "assembly", assembly: { ...assembly, writes: kept } });
    return { ...assembly, writes: writes.map((file) => this.#noted(file, kept)) };
  }

  /** What was done; `undefined` when not all of it could be noted. */
  work(): StagedWork | undefined {
    return this.#folder === undefined ? undefined : this.#steps;
  }

  #count(paths: number): void {
    this.#paths += paths;
    if (this.#paths > mostPaths) this.#steps = undefined;
  }

  #noted({ content, ...file }: NewFile, kept: KeptFile[]): NewFile {
    const noted = (): Uint8Array | string => {
      const bytes = wholeOf(content());
      const text = typeof bytes === "string" ? bytes : textOf(bytes);
      this.#text += text?.length ?? 0;
      if (text === undefined || this.#text > mostText) this.#steps = undefined;
      else kept.push({ ...file, content: text });
      return bytes;
    };
    return { ...file, content: noted };
  }
}

/** Lays out again what was laid out. */
export function repeatStaging(
  staged: StagedWork,
  files: Pick<Files, "makeFolder" | "symlink" | "linkTree" | "assemble">,
): void {
  for (const step of staged)
    switch (step.kind) {
      case "folder":
        files.makeFolder(step.path);
        break;
      case "link":
        files.symlink(step.target, step.path);
        break;
      case "tree":
        files.linkTree(step.links);
        break;
      case "assembly":
        files.assemble(toRepeat(step.assembly));
        break;
      default:
        step satisfies never;
    }
}

function toRepeat({ writes, ...rest }: KeptAssembly): Assembly {
  return {
    ...rest,
    writes: writes.map(({ content, ...file }) => ({ ...file, content: () => content })),
  };
}

function pathsOf({ folders, sources }: AssembledTree): number {
  let paths = folders.length;
  for (const { files } of sources) paths += files.length;
  return paths;
}

function wholeOf(content: ReturnType<NewFile["content"]>): Uint8Array | string {
  if (typeof content === "string" || content instanceof Uint8Array) return content;
  const pieces = [...content];
  const whole = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** `undefined` for what is no UTF-8. */
function textOf(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
