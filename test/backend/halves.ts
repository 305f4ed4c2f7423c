import { buildEditable, buildSdist, buildWheel, prepareMetadata } from "#backend/backend";
import type { BackendWorld, BuildRequest } from "#backend/request";
import { PkmError } from "#base/errors";
import { RealFiles } from "#platform/real/files";
import { RealHashing } from "#platform/real/hashing";
import { readHost } from "#platform/real/host";
import { RealInflate } from "#platform/real/inflate";
import { RealProcesses } from "#platform/real/processes";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testPython } from "../support/pkm.ts";

const hooks = {
  build_sdist: buildSdist,
  build_wheel: buildWheel,
  build_editable: buildEditable,
  prepare_metadata_for_build_wheel: prepareMetadata,
} as const;

export type Hook = keyof typeof hooks;

export type Job = {
  readonly hook: Hook;
  readonly source: string;
  readonly output: string;
  readonly env: Readonly<Record<string, string>>;
};

/** A file name, or the error: its code and what it says first. */
export type Answer =
  | { readonly filename: string }
  | { readonly code: string; readonly message: string };

/** What pkm itself answers. */
export async function byPkm(job: Job): Promise<Answer> {
  const host = readHost();
  const world: BackendWorld = {
    files: new RealFiles(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
    processes: new RealProcesses(),
    host: { ...host, env: { ...host.env, ...job.env } },
  };
  mkdirSync(job.output, { recursive: true });
  const request: BuildRequest = { ...job, python: () => testPython };
  try {
    return { filename: await hooks[job.hook](request, world) };
  } catch (error) {
    if (error instanceof PkmError) return { code: error.code, message: error.message };
    throw error;
  }
}

const packageFolder = join(import.meta.dir, "..", "..", "python", "pkm-build");

/** What `pkm-build` answers to the same jobs, all in one process. */
export function byPython(jobs: readonly Job[], folder: string): Answer[] {
  const file = join(folder, "jobs.json");
  for (const { output } of jobs) mkdirSync(output, { recursive: true });
  writeFileSync(file, JSON.stringify(jobs));
  const runner = join(import.meta.dir, "run_hooks.py");
  const stdout = execFileSync(testPython, ["-I", runner, join(packageFolder, "src"), file], {
    encoding: "utf8",
    // What a compiler says is of interest only when this fails.
    stdio: ["ignore", "pipe", "pipe"],
  });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Answer)
    .map((answer) =>
      "code" in answer ? { ...answer, message: headline(answer.message) } : answer,
    );
}

function headline(message: string): string {
  return message.replace(/ \[[a-z-]+\](\n[^]*)?$/, "");
}

/** A member as Python's own readers tell it; see `describe_archive.py`. */
export type ToldMember = readonly [
  name: string,
  mode: number,
  time: number | readonly number[],
  size: number,
  sha256: string,
  more: readonly unknown[],
];

/** The members of archives, in order, for each path. */
export function describeArchives(paths: readonly string[]): ToldMember[][] {
  if (paths.length === 0) return [];
  const script = join(import.meta.dir, "describe_archive.py");
  const stdout = execFileSync(testPython, ["-I", script, ...paths], {
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ToldMember[]);
}

export { packageFolder };
