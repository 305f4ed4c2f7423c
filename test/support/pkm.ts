import { spawn } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const root = join(import.meta.dir, "..", "..");

/** The built executable where there is one, else pkm from source. */
export const pkmCommand: readonly string[] =
  process.env.PKM_TEST_EXECUTABLE === undefined
    ? [process.execPath, join(root, "src", "cli", "main.ts")]
    : [process.env.PKM_TEST_EXECUTABLE];

/** The Python that environments of tests are made from. */
export const testPython = process.env.PKM_TEST_PYTHON ?? "python3";

export type Finished = {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
};

/** A folder with a home, a cache and nothing of the user's, removed with {@link Sandbox.remove}. */
export class Sandbox {
  readonly folder: string;
  readonly env: Record<string, string>;

  constructor() {
    this.folder = realpathSync(mkdtempSync(join(tmpdir(), "pkm-test-")));
    this.env = {
      PATH: process.env.PATH ?? "",
      HOME: join(this.folder, "home"),
      PKM_CACHE_DIR: join(this.folder, "cache"),
      PIP_CONFIG_FILE: "/dev/null",
      PKM_PYTHON_DOWNLOADS: "never",
      NO_COLOR: "1",
      // Else Bun keeps what it has translated in the home folder when pkm runs from source.
      BUN_RUNTIME_TRANSPILER_CACHE_PATH: "0",
    };
    for (const name of ["home", "work"]) mkdirSync(join(this.folder, name));
  }

  get work(): string {
    return join(this.folder, "work");
  }

  /** Runs any program here; a program that cannot be started rejects. */
  run(
    argv: readonly string[],
    options: { readonly input?: string; readonly env?: Record<string, string> } = {},
  ): Promise<Finished> {
    const [program, ...args] = argv as [string, ...string[]];
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { cwd: this.work, env: { ...this.env, ...options.env } });
      let stdout = "";
      let stderr = "";
      child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
      child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
      child.on("error", reject);
      child.on("close", (status, signal) =>
        resolve({ stdout, stderr, status: status ?? (signal === null ? 1 : 128) }),
      );
      child.stdin.end(options.input ?? "");
    });
  }

  pkm(
    args: readonly string[],
    options: { readonly input?: string; readonly env?: Record<string, string> } = {},
  ): Promise<Finished> {
    return this.run([...pkmCommand, ...args], options);
  }

  /** Makes an environment in the work folder and answers its path; what `pkm venv` said must be success. */
  async environment(name = "env", ...options: readonly string[]): Promise<string> {
    const path = join(this.work, name);
    const made = await this.pkm(["venv", path, "--python", testPython, "-q", ...options]);
    if (made.status !== 0) throw new Error(`pkm venv failed: ${made.stderr}`);
    return path;
  }

  /** Writes a file into the work folder and answers its path. */
  write(name: string, content: string | Uint8Array): string {
    const path = join(this.work, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  remove(): void {
    try {
      rmSync(this.folder, { recursive: true, force: true });
    } catch {
      // Folders that shared environments link to may not be written, unless by root.
      openFolders(this.folder);
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

function openFolders(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isDirectory()) openFolders(join(folder, entry.name));
}
