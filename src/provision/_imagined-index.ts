import type { Report } from "#base/report";
import { HttpClient } from "#http/client";
import { defaultHttpSettings, type HttpSettings } from "#http/settings";
import { MemoryClock } from "#platform/memory/clock";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { type MemoryAnswer, MemoryNetwork } from "#platform/memory/network";
import { MemoryProcesses } from "#platform/memory/processes";
import type { NetworkRequest } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import type { RepositoryConfiguration } from "#repository/configuration";
import { ConfiguredRepositories } from "#repository/configured-repositories";
import type { AskedRequirement, ResolveRequest } from "#resolver/request";
import { parseRequirement } from "#standards/requirement";
import { tagRanks } from "#standards/tags";
import { parseVersion } from "#standards/version";
import { openStore } from "#store/store";
import type { ProvisionWorld } from "./world.ts";

/** What each version of each project asks for. */
export type Catalogue = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** A machine whose cache lasts from one run to the next, and an index on which releases come and go. */
export class ImaginedMachine {
  catalogue: Catalogue;
  readonly clock = new MemoryClock();
  readonly files = new MemoryFiles();
  /** Names and files asked for, in the order in which they were. */
  readonly asked: string[] = [];
  /** What the index answers instead, by the word that {@link asked} has for it. */
  readonly faults = new Map<string, MemoryAnswer>();
  /** Round trips that an answer takes, where that is more than one. */
  readonly slow = new Map<string, number>();
  /** Round trips that were waited for. */
  rounds = 0;
  #waiting: (() => void)[] = [];

  constructor(catalogue: Catalogue) {
    this.catalogue = catalogue;
  }

  /** A run that begins now. */
  world(
    http: Partial<HttpSettings> = {},
    configuration: Partial<RepositoryConfiguration> = {},
    report: Report<unknown> = () => {},
  ): ProvisionWorld {
    const host = memoryHost();
    const parts = {
      network: new MemoryNetwork((request) => this.#answer(request)),
      files: this.files,
      clock: this.clock,
      processes: new MemoryProcesses(),
      hashing: new RealHashing(),
      inflate: new RealInflate(),
      host,
    };
    const store = openStore({ root: "/cache", world: parts });
    const settings = { ...defaultHttpSettings(host), retries: 0, cacheFolder: "/cache/pages" };
    const repositories = new ConfiguredRepositories(
      {
        indexes: [{ name: "index", url: "https://index.example/simple/" }],
        findLinks: [],
        strategy: "first-index",
        trustedHosts: [],
        stagingFolder: "/staging",
        ...configuration,
      },
      { client: new HttpClient({ ...settings, ...http }, parts, report), shelf: store.metadata },
      parts,
    );
    return { ...parts, store, repositories, report };
  }

  /** Lets rounds pass until the work is done: everything asked for by then is answered together. */
  async finish<T>(work: Promise<T>): Promise<T> {
    // Loading code takes turns too, the first time.
    await import("./resolve-afresh.ts");
    let isDone = false;
    const settle = (): void => {
      isDone = true;
    };
    work.then(settle, settle);
    for (;;) {
      for (let turn = 0; turn < 20 && !isDone; turn++) await new Promise(setImmediate);
      if (isDone) return work;
      if (this.#waiting.length === 0) throw new Error("nothing is asked for, and nothing comes");
      this.rounds++;
      for (const answer of this.#waiting.splice(0)) answer();
    }
  }

  /** Forgets what was counted so far. */
  countAnew(): void {
    this.rounds = 0;
    this.asked.length = 0;
    this.#waiting = [];
  }

  async #answer(request: NetworkRequest): Promise<MemoryAnswer> {
    const { url } = request;
    const [, name] = /\/simple\/([^/]*)\/$/.exec(url) ?? [];
    const word = name ?? (url.split("/").at(-1) as string);
    this.asked.push(url.startsWith("https://index.example/") ? word : url);
    for (let left = this.slow.get(word) ?? 1; left > 0; left--)
      await new Promise<void>((answer) => this.#waiting.push(answer));
    const fault = this.faults.get(word);
    if (fault !== undefined) return fault;
    return name === undefined ? this.#metadata(word) : this.#page(name, request);
  }

  #page(name: string, { headers }: NetworkRequest): MemoryAnswer {
    const releases = this.catalogue[name];
    if (releases === undefined) return { status: 404 };
    const digest = (value: unknown): string =>
      new RealHashing().digest("sha256", JSON.stringify(value));
    const files = Object.entries(releases).map(([version, needs]) => ({
      filename: `${name}-${version}-py3-none-any.whl`,
      url: `https://index.example/files/${name}-${version}-py3-none-any.whl`,
      hashes: { sha256: digest([name, version, needs]) },
      "core-metadata": true,
    }));
    const etag = `"${digest(releases)}"`;
    const more = { "cache-control": "max-age=600", etag };
    if (headers["if-none-match"] === etag) return { status: 304, headers: more };
    return {
      body: JSON.stringify({ meta: { "api-version": "1.1" }, name, files }),
      headers: { "content-type": "application/vnd.pypi.simple.v1+json", ...more },
    };
  }

  #metadata(filename: string): MemoryAnswer {
    const [name = "", version = ""] = filename.split("-");
    const needs = this.catalogue[name]?.[version];
    if (needs === undefined) return { status: 404 };
    const lines = [
      "Metadata-Version: 2.3",
      `Name: ${name}`,
      `Version: ${version}`,
      ...needs.map((text) => `Requires-Dist: ${text}`),
    ];
    return { body: `${lines.join("\n")}\n\n` };
  }
}

/** A question for Python 3.12 on a machine that takes wheels for any. */
export function questionOf(
  roots: readonly string[],
  more: Partial<ResolveRequest> = {},
): ResolveRequest {
  const asked = (text: string): AskedRequirement => ({
    requirement: parseRequirement(text),
    origin: "requirements.in",
    hashes: [],
  });
  return {
    roots: roots.map(asked),
    constraints: [],
    overrides: [],
    target: {
      python: parseVersion("3.12.0"),
      markers: markers,
      tags: tagRanks({
        implementation: "cp",
        python: [3, 12],
        abis: ["cp312"],
        platforms: ["any"],
      }),
      description: "Python 3.12",
    },
    policy: {
      strategy: "highest",
      prerelease: "if-necessary",
      excludeNewer: undefined,
      formats: { binaries: { first: new Set(), second: new Set() } },
      followDependencies: true,
      requireHashes: false,
      purpose: "compile",
    },
    preferences: new Map(),
    ...more,
  };
}

const markers: ResolveRequest["target"]["markers"] = {
  implementation_name: "cpython",
  implementation_version: "3.12.0",
  os_name: "posix",
  platform_machine: "x86_64",
  platform_python_implementation: "CPython",
  platform_release: "",
  platform_system: "Linux",
  platform_version: "",
  python_full_version: "3.12.0",
  python_version: "3.12",
  sys_platform: "linux",
};
