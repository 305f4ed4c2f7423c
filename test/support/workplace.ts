import { afterAll, beforeAll } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { type IndexFile, serveIndex, type TestIndex } from "./index-server.ts";
import { type Finished, Sandbox } from "./pkm.ts";

/** Where the stories of a file happen: a sandbox with an index. */
export type Workplace = {
  readonly sandbox: Sandbox;
  readonly index: TestIndex;
  /** A new environment; the options are those of `pkm venv`. */
  readonly fresh: (...options: readonly string[]) => Promise<string>;
  /** `pkm pip` for an environment; the first word is the command, which gets the index if it asks one. */
  readonly pip: (environment: string, ...words: readonly string[]) => Promise<Finished>;
};

/** Opens a workplace before the tests of the file that calls this, and takes it away behind them. */
export function workplace(
  files: () => readonly IndexFile[] | Promise<readonly IndexFile[]>,
): Workplace {
  let sandbox: Sandbox;
  let index: TestIndex;
  beforeAll(async () => {
    sandbox = new Sandbox();
    index = serveIndex(await files());
  });
  afterAll(() => {
    index.stop();
    sandbox.remove();
  });
  let environments = 0;
  return {
    get sandbox() {
      return sandbox;
    },
    get index() {
      return index;
    },
    fresh: (...options) => sandbox.environment(`env${++environments}`, ...options),
    pip: (environment, command = "", ...words) =>
      sandbox.pkm(
        command === "install" || command === "sync"
          ? pipWords(command, environment, index, ...words)
          : ["pip", command, "--python", environment, ...words],
      ),
  };
}

/** `pkm pip install` or `sync` out of one index, as words for {@link Sandbox.pkm} and its like. */
export function pipWords(
  command: "install" | "sync",
  environment: string,
  { url }: TestIndex,
  ...words: readonly string[]
): string[] {
  return ["pip", command, "--python", environment, "--index-url", url, ...words];
}

/** Every file below a folder. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}
