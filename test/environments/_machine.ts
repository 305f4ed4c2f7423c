import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { spawnSync } from "node:child_process";
import { afterAll } from "bun:test";
import { RealFiles } from "#platform/real/files";
import { readHost } from "#platform/real/host";
import { RealProcesses } from "#platform/real/processes";
import type { InterpreterWorld } from "#interpreter/world";

/** Where a program is on PATH, if it is. */
export function onPath(program: string): string | undefined {
  for (const folder of (process.env["PATH"] ?? "").split(":")) {
    const path = `${folder}/${program}`;
    if (folder !== "" && new RealFiles().tryStat(path)?.kind === "file") return path;
  }
  return undefined;
}

/** The interpreters to try: those of `PKM_TEST_PYTHONS`, else the `python3` of the machine. */
export const pythons: readonly string[] = (() => {
  const named = (process.env["PKM_TEST_PYTHONS"] ?? "").split(":").filter((path) => path !== "");
  if (named.length > 0) return named;
  const found = run(["python3", "-I", "-c", "import sys; print(sys.executable)"]);
  return found.status === 0 ? [found.stdout.trim()] : [];
})();

/** The real machine with an empty cache of answers and none of the user's choices. */
export function realWorld(changes: Partial<InterpreterWorld["host"]> = {}): InterpreterWorld {
  const answers = new Map<string, string>();
  const host = readHost();
  return {
    files: new RealFiles(),
    processes: new RealProcesses(),
    host: { ...host, env: { PATH: host.env["PATH"], HOME: host.env["HOME"] }, ...changes },
    answers: { get: (key) => answers.get(key), put: (key, value) => void answers.set(key, value) },
  };
}

/** A folder for one test file, removed at its end. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(`${tmpdir()}/pkm-environments-`));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function run(
  argv: readonly [string, ...string[]],
  options: {
    readonly env?: Record<string, string>;
    readonly cwd?: string;
    readonly input?: string;
  } = {},
): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const [program, ...rest] = argv;
  const result = spawnSync(program, rest, { encoding: "utf8", ...options });
  return { status: result.status, stdout: result.stdout ?? "", stderr: result.stderr ?? "" };
}
