import { mapLimited } from "#base/concurrency";
import { errnoOf } from "#base/errors";
import type { Workers, World } from "#platform/ports";
import compiler from "./compile.py" with { type: "text" };
import { openKept, sealKept } from "./kept-file.ts";
import { holdStore, type StorePlaces } from "./layout.ts";
import type { StoredWheel, WheelScheme } from "./wheel-manifest.ts";

/** What compiling needs to know of a Python; `interpreter`'s `Interpreter` has it. */
export type CompilingInterpreter = {
  readonly executable: string;
  readonly baseExecutable: string;
  readonly version: string;
  readonly cacheTag: string | undefined;
};

/** Compiled modules of one part of a wheel; see `installer/bytecode.ts`. */
export type CompiledPart = {
  readonly scheme: WheelScheme;
  readonly folder: string;
  readonly folders: readonly string[];
  readonly files: readonly string[];
};

/**
 * Modules of stored wheels, compiled once per version of Python and kept beside them. A `.pyc` names time and size of
 * its source, and a hard link to the store's source has both, so that it is valid wherever the two are linked.
 */
export class BytecodeStore {
  readonly #places: StorePlaces;
  readonly #world: BytecodeWorld;

  constructor(places: StorePlaces, world: BytecodeWorld) {
    this.#places = places;
    this.#world = world;
  }

  /** The compiled modules of a wheel, made now unless they are there. Empty for a Python that keeps none. */
  async bytecode(
    wheel: StoredWheel,
    interpreter: CompilingInterpreter,
  ): Promise<readonly CompiledPart[]> {
    const found = this.#find(wheel, interpreter);
    if (found !== undefined) return found;
    await this.prepare([wheel], interpreter);
    return this.#find(wheel, interpreter) ?? [];
  }

  /** Compiles what is missing of several wheels, on as many processes as there are cores. */
  async prepare(wheels: readonly StoredWheel[], interpreter: CompilingInterpreter): Promise<void> {
    const missing = wheels.filter((wheel) => this.#find(wheel, interpreter) === undefined);
    if (missing.length === 0 || interpreter.cacheTag === undefined) return;
    const lanes = Math.max(1, Math.min(this.#world.workers?.cores ?? 1, missing.length));
    const hold = await holdStore(this.#places, this.#world);
    try {
      await mapLimited(shares(missing, lanes), lanes, (share) => this.#compile(share, interpreter));
    } finally {
      hold.release();
    }
  }

  #find(
    wheel: StoredWheel,
    interpreter: CompilingInterpreter,
  ): readonly CompiledPart[] | undefined {
    if (interpreter.cacheTag === undefined) return [];
    const root = this.#folder(wheel, interpreter);
    const text = openKept(
      form,
      this.#world.files.tryRead(`${root}/${listName}`),
      this.#world.inflate,
    );
    if (text === undefined) return undefined;
    const parts = JSON.parse(text) as readonly CompiledPart[];
    return parts.map((part) => ({ ...part, folder: `${root}/${part.folder}` }));
  }

  /** Compiled code is read by one version of Python only; betas of one minor version differ. */
  #folder({ manifest }: StoredWheel, { cacheTag, version }: CompilingInterpreter): string {
    const { sha256 } = manifest;
    return `${this.#places.bytecode}/${cacheTag}-${version}/${sha256.slice(0, 2)}/${sha256.slice(2)}`;
  }

  async #compile(wheels: readonly StoredWheel[], interpreter: CompilingInterpreter): Promise<void> {
    const { files, processes } = this.#world;
    const staging = files.makeTemporaryFolder(this.#places.staging, "bytecode-");
    try {
      const jobs = wheels.flatMap((wheel, at) =>
        jobsOf(wheel, `${staging}/${at}`, interpreter.cacheTag as string),
      );
      const lines = jobs.flatMap(({ source, to, target }) => [source, `${to}/${target}`]);
      const { stdout, status, stderr } = await processes.run({
        argv: [interpreter.executable, "-I", "-S", "-B", "-c", compiler],
        input: lines.join("\n"),
      });
      if (status !== 0) throw new Error(`${interpreter.executable} cannot compile: ${stderr}`);
      const done = new Set(stdout.split("\n"));
      const compiled = jobs.filter((_, number) => done.has(String(number)));
      for (const [at, wheel] of wheels.entries())
        this.#keep(
          wheel,
          `${staging}/${at}`,
          compiled.filter((job) => job.wheel === wheel),
          interpreter,
        );
    } finally {
      files.removeTree(staging);
    }
  }

  #keep(
    wheel: StoredWheel,
    made: string,
    jobs: readonly Job[],
    interpreter: CompilingInterpreter,
  ): void {
    const { files, inflate } = this.#world;
    files.makeFolders(made);
    const parts: CompiledPart[] = [];
    for (const scheme of new Set(jobs.map((job) => job.scheme))) {
      const targets = jobs.filter((job) => job.scheme === scheme).map(({ target }) => target);
      for (const target of targets) files.chmod(`${made}/${scheme}/${target}`, 0o444);
      parts.push({ scheme, folder: scheme, folders: foldersOf(targets), files: targets });
    }
    files.write(`${made}/${listName}`, sealKept(form, JSON.stringify(parts), inflate));
    const root = this.#folder(wheel, interpreter);
    files.makeFolders(root.slice(0, root.lastIndexOf("/")));
    try {
      files.rename(made, root);
    } catch (error) {
      const errno = errnoOf(error);
      if (errno !== "ENOTEMPTY" && errno !== "EEXIST") throw error;
      // Somebody else compiled it meanwhile, or what is there is damaged: then it goes.
      if (this.#find(wheel, interpreter) !== undefined) return;
      files.removeTree(root);
      files.rename(made, root);
    }
  }
}

export type BytecodeWorld = Pick<World, "files" | "processes" | "inflate"> & {
  readonly workers?: Workers;
};

const form = "pkm-bytecode-1";
const listName = "list";

type Job = {
  readonly wheel: StoredWheel;
  readonly scheme: WheelScheme;
  readonly source: string;
  readonly to: string;
  /** `pkg/__pycache__/module.cpython-313.pyc`. */
  readonly target: string;
};

function jobsOf(wheel: StoredWheel, made: string, cacheTag: string): Job[] {
  const jobs: Job[] = [];
  for (const { scheme, folder, paths, files } of wheel.manifest.parts) {
    if (scheme !== "root" && scheme !== "purelib" && scheme !== "platlib") continue;
    for (const path of paths ?? files.map((file) => file.path)) {
      if (!path.endsWith(".py")) continue;
      const slash = path.lastIndexOf("/") + 1;
      const target = `${path.slice(0, slash)}__pycache__/${path.slice(slash, -3)}.${cacheTag}.pyc`;
      jobs.push({
        wheel,
        scheme,
        source: `${wheel.root}/${folder}/${path}`,
        to: `${made}/${scheme}`,
        target,
      });
    }
  }
  return jobs;
}

function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set<string>();
  const add = (folder: string): void => {
    if (folder === "" || folders.has(folder)) return;
    add(folder.slice(0, Math.max(0, folder.lastIndexOf("/"))));
    folders.add(folder);
  };
  for (const path of paths) add(path.slice(0, path.lastIndexOf("/")));
  return [...folders];
}

/** Deals the wheels out so that every share has about the same number of modules. */
function shares(wheels: readonly StoredWheel[], count: number): StoredWheel[][] {
  const dealt = Array.from({ length: count }, () => ({ wheels: [] as StoredWheel[], modules: 0 }));
  const sized = wheels.map((wheel) => ({ wheel, modules: modulesOf(wheel) }));
  for (const { wheel, modules } of sized.sort((a, b) => b.modules - a.modules)) {
    const least = dealt.reduce((a, b) => (b.modules < a.modules ? b : a));
    least.wheels.push(wheel);
    least.modules += modules;
  }
  return dealt.map((share) => share.wheels);
}

function modulesOf({ manifest }: StoredWheel): number {
  return manifest.parts.reduce((sum, { paths, files }) => sum + (paths ?? files).length, 0);
}
