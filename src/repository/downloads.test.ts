import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { HttpClient } from "#http/client";
import { defaultHttpSettings } from "#http/settings";
import { MemoryClock } from "#platform/memory/clock";
import { MemoryFiles } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryNetwork, type MemoryAnswer } from "#platform/memory/network";
import { MemoryProcesses } from "#platform/memory/processes";
import type { NetworkRequest } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import { RealInflate } from "#platform/real/inflate";
import { identityOf } from "./compact-page.ts";
import { Downloads } from "./downloads.ts";
import type { RepositoryEvent } from "./events.ts";
import type { FileIdentity, ProjectFile } from "./listing.ts";

const content = Buffer.alloc(72 * 2 ** 20, "pkm");
const sha256 = createHash("sha256").update(content).digest("hex");
const filename = "demo-1.0-py3-none-any.whl";

const file: ProjectFile = {
  filename,
  url: `https://files.example/${filename}`,
  identity: identityOf(filename, undefined) as FileIdentity,
  hashes: { sha256 },
  size: content.length,
  requiresPython: undefined,
  yanked: false,
  uploadTime: undefined,
  metadataHashes: undefined,
  repository: "main",
};

function run(files: MemoryFiles, answer: (request: NetworkRequest) => MemoryAnswer) {
  const network = new MemoryNetwork(answer);
  const host = memoryHost();
  const world = {
    network,
    files,
    host,
    clock: new MemoryClock(),
    processes: new MemoryProcesses(),
    hashing: new RealHashing(),
    inflate: new RealInflate(),
  };
  const client = new HttpClient({ ...defaultHttpSettings(host), retries: 0 }, world);
  const events: RepositoryEvent[] = [];
  const downloads = new Downloads(client, "/staging", world, (event) => events.push(event));
  return { downloads, network, events };
}

const whole = (cutAfter?: number): MemoryAnswer => ({
  body: content,
  headers: { "content-length": String(content.length) },
  ...(cutAfter === undefined ? {} : { cutAfter }),
});

function rest(request: NetworkRequest): MemoryAnswer {
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (start === 0) return whole();
  const range = `bytes ${start}-${content.length - 1}/${content.length}`;
  return { status: 206, body: content.subarray(start), headers: { "content-range": range } };
}

const half = content.length / 2;

async function interrupted(wanted: ProjectFile = file): Promise<MemoryFiles> {
  const files = new MemoryFiles();
  const failure = await run(files, () => whole(half))
    .downloads.fetch(wanted)
    .then(
      () => undefined,
      (error: unknown) => error,
    );
  expect(failure).toMatchObject({ code: "download-cut-off" });
  return files;
}

const parts = (files: MemoryFiles): string[] =>
  (files.tryList("/staging") ?? [])
    .map((entry) => entry.name)
    .filter((name) => !name.endsWith(".lock"));

test("a large download that was interrupted goes on in the next run", async () => {
  const files = await interrupted();
  const { downloads, network } = run(files, rest);
  const download = await downloads.fetch(file);
  expect(network.requests.map((request) => request.headers.range)).toEqual([`bytes=${half}-`]);
  expect(download).toMatchObject({ sha256, content: { kind: "path" } });
  const { path } = download.content as { readonly path: string };
  expect(Buffer.compare(files.read(path), content)).toBe(0);
  // Nothing but the file itself is left, under a name that no later run takes for a part.
  expect(parts(files).map((name) => `/staging/${name}`)).toEqual([path]);
});

test("what an earlier run left of another file costs one more attempt, and is not believed", async () => {
  const files = await interrupted();
  const [part] = parts(files);
  files.write(`/staging/${part}`, Buffer.alloc(half, "bad"));
  const { downloads, network } = run(files, rest);
  expect((await downloads.fetch(file)).sha256).toBe(sha256);
  expect(network.requests.map((request) => request.headers.range)).toEqual([
    `bytes=${half}-`,
    undefined,
  ]);
});

test("a server without ranges sends it whole again", async () => {
  const files = await interrupted();
  const { downloads } = run(files, () => whole());
  expect((await downloads.fetch(file)).sha256).toBe(sha256);
});

test("a part that somebody else is just fetching is left alone", async () => {
  const files = await interrupted();
  const [part] = parts(files);
  const lock = await files.lock(`/staging/${part}.lock`, {});
  const { downloads, network } = run(files, rest);
  expect((await downloads.fetch(file)).sha256).toBe(sha256);
  expect(network.requests[0]?.headers.range).toBeUndefined();
  expect(parts(files)).toContain(part as string);
  lock?.release();
});

test("without a digest nothing is taken up, as nothing could prove that the parts belong together", async () => {
  const files = await interrupted({ ...file, hashes: {} });
  expect(parts(files)).toEqual([]);
});

test("a file of unknown size moves to the disk when it has grown too large for memory", async () => {
  const unknown = { ...file, size: undefined };
  const { downloads } = run(new MemoryFiles(), () => ({ body: content }));
  expect((await downloads.fetch(unknown)).content.kind).toBe("path");
});

test("progress is told from start to end", async () => {
  const { downloads, events } = run(new MemoryFiles(), () => whole());
  await downloads.fetch(file);
  expect(events[0]).toEqual({ type: "download-started", filename, size: content.length });
  expect(events.at(-1)).toEqual({ type: "download-finished", filename, size: content.length });
});

test("a file on this machine is hashed where it lies", async () => {
  const small = Buffer.from("a wheel");
  const files = new MemoryFiles({ "/w/demo.whl": small, "/w/large.whl": content });
  const { downloads } = run(files, () => ({ status: 500 }));
  const local = { ...file, hashes: {}, size: undefined, url: "file:///w/demo.whl" };
  const found = await downloads.fetch(local);
  expect(found.content.kind === "bytes" && Buffer.from(found.content.bytes).toString()).toBe(
    "a wheel",
  );
  const large = { ...local, hashes: { sha256 }, url: "file:///w/large.whl" };
  expect(await downloads.fetch(large)).toMatchObject({
    sha256,
    content: { kind: "path", path: "/w/large.whl" },
  });
  for (const [wanted, code] of [
    [{ ...local, hashes: { sha256 } }, "hash-mismatch"],
    [{ ...local, url: "file:///w/none.whl" }, "file-unreadable"],
    [{ ...local, url: "file:///w" }, "file-unreadable"],
    [{ ...local, url: "file://elsewhere/w/demo.whl" }, "unsupported-location"],
  ] as const) {
    const failure: unknown = await downloads.fetch(wanted).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code });
  }
});
