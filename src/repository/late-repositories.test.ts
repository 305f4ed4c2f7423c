import { describe, expect, test } from "bun:test";
import { HttpClient } from "#http/client";
import { defaultHttpSettings } from "#http/settings";
import { MemoryClock } from "#platform/memory/clock";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryNetwork } from "#platform/memory/network";
import { MemoryProcesses } from "#platform/memory/processes";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { normalizeName } from "#standards/name";
import type { IndexConfiguration, RepositoryConfiguration } from "./configuration.ts";
import { ConfiguredRepositories } from "./configured-repositories.ts";
import { LateRepositories, tellsIdentity } from "./late-repositories.ts";
import type { Repositories } from "./repositories.ts";

function configured(more: Partial<RepositoryConfiguration>): RepositoryConfiguration {
  return {
    indexes: [],
    findLinks: [],
    strategy: "first-index",
    trustedHosts: [],
    stagingFolder: "/staging",
    ...more,
  };
}

function opened(configuration: RepositoryConfiguration): Repositories {
  const host = memoryHost();
  const world = {
    network: new MemoryNetwork(() => ({ status: 404 })),
    files: new MemoryFiles({}),
    host,
    clock: new MemoryClock(),
    processes: new MemoryProcesses(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
  };
  const client = new HttpClient({ ...defaultHttpSettings(host), retries: 0 }, world);
  return new ConfiguredRepositories(configuration, { client }, world);
}

function late(configuration: RepositoryConfiguration) {
  let times = 0;
  const repositories = new LateRepositories(configuration, false, () => {
    times += 1;
    return Promise.resolve(opened(configuration));
  });
  return { repositories, times: () => times };
}

const index = (url: string, more: Partial<IndexConfiguration> = {}): IndexConfiguration => ({
  name: "main",
  url,
  ...more,
});

describe("repositories that are opened late", () => {
  test.each<[string, Partial<RepositoryConfiguration>]>([
    ["no index", {}],
    ["one index", { indexes: [index("https://index.example/simple/")] }],
    ["credentials", { indexes: [index("https://u:secret@index.example/simple/")] }],
    ["an index of this machine", { indexes: [index("http://127.0.0.1:8080/simple/")] }],
    [
      "globs and bindings",
      {
        indexes: [
          index("https://a.example/", { packages: ["acme-*"], exclude: ["acme-x"] }),
          index("https://b.example/", { name: "b", isExplicit: true }),
        ],
        strategy: "unsafe-best-match",
        bindings: new Map([
          [normalizeName("z"), "b"],
          [normalizeName("a"), "main"],
        ]),
      },
    ],
  ])("are named as they are when they are open: %s", (_what, more) => {
    const configuration = configured(more);
    expect(tellsIdentity(configuration)).toBe(true);
    const { repositories, times } = late(configuration);
    expect(repositories.identity).toBe(opened(configuration).identity);
    expect(times()).toBe(0);
  });

  test.each<[string, Partial<RepositoryConfiguration>]>([
    ["a folder of links", { findLinks: ["/links"] }],
    ["plain http, which may be refused", { indexes: [index("http://index.example/simple/")] }],
  ])("cannot be named before they are open: %s", (_what, more) => {
    expect(tellsIdentity(configured(more))).toBe(false);
  });

  test("are opened once, by whatever is asked first, and answer as if they had been open", async () => {
    const configuration = configured({ indexes: [index("https://index.example/simple/")] });
    const { repositories, times } = late(configuration);
    const name = normalizeName("nowhere");
    repositories.prefetch([name]);
    const [first] = await Promise.all([repositories.listing(name), repositories.ready()]);
    expect(first).toEqual(await opened(configuration).listing(name));
    expect(await repositories.listing(name)).toEqual(first);
    expect(times()).toBe(1);
  });

  test("tell whoever asks why they could not be opened", async () => {
    const repositories = new LateRepositories(configured({}), false, () =>
      Promise.reject(new Error("no such file")),
    );
    repositories.prefetch([normalizeName("a")]);
    await expect(repositories.ready()).rejects.toThrow("no such file");
    const asking = Promise.resolve(repositories.listing(normalizeName("a")));
    await expect(asking).rejects.toThrow("no such file");
  });
});
