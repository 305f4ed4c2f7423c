import type { MadeWheel } from "./wheel-maker.ts";

export type IndexFile = {
  readonly filename: string;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** Served as a PEP 658 sidecar. */
  readonly metadata?: string | undefined;
  /** What the page says is the sha256 of the sidecar; without it the page only says that there is one. */
  readonly metadataSha256?: string | undefined;
  readonly requiresPython?: string | undefined;
  readonly yanked?: string | undefined;
  readonly uploadTime?: string | undefined;
};

export type TestIndex = {
  /** Address of the index, without trailing slash: `http://127.0.0.1:PORT/simple`. */
  readonly url: string;
  readonly requests: string[];
  stop(): void;
};

export type IndexOptions = {
  /** Serve PEP 503 HTML without sidecars, as many mirrors do. */
  readonly html?: boolean;
  readonly status?: Readonly<Record<string, { readonly status: string; readonly reason?: string }>>;
  /** Answers before anything else; `undefined` lets the index answer. */
  readonly intercept?: (request: Request) => Response | Promise<Response> | undefined;
};

export function fileOf(wheel: MadeWheel, extra: Partial<IndexFile> = {}): IndexFile {
  return {
    filename: wheel.filename,
    bytes: wheel.bytes,
    sha256: wheel.sha256,
    metadata: wheel.metadata,
    requiresPython: wheel.recipe.requiresPython,
    uploadTime: "2026-01-01T00:00:00Z",
    ...extra,
  };
}

/** A small index on loopback; projects are filed under the name in front of the first dash of their files. */
export function serveIndex(files: readonly IndexFile[], options: IndexOptions = {}): TestIndex {
  const projects = new Map<string, IndexFile[]>();
  for (const file of files) {
    const name = (file.filename.split("-")[0] as string).replaceAll(/[-_.]+/g, "-").toLowerCase();
    projects.set(name, [...(projects.get(name) ?? []), file]);
  }
  const byName = new Map(files.map((file) => [file.filename, file]));
  const requests: string[] = [];
  const server = serveAtFreshPort({
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname } = new URL(request.url);
      requests.push(`${request.method} ${pathname}`);
      const special = await options.intercept?.(request);
      if (special !== undefined) return special;
      const page = /^\/simple\/([^/]+)\/$/.exec(pathname)?.[1];
      if (page !== undefined) {
        const found = projects.get(page);
        if (found === undefined) return new Response("no such project", { status: 404 });
        return options.html === true ? htmlPage(page, found) : jsonPage(page, found, options);
      }
      const filename = decodeURIComponent(pathname.replace(/^\/files\//, ""));
      if (filename.endsWith(".metadata")) {
        const text = byName.get(filename.slice(0, -".metadata".length))?.metadata;
        return text === undefined || options.html === true
          ? new Response("no sidecar", { status: 404 })
          : new Response(text);
      }
      const file = byName.get(filename);
      if (file === undefined) return new Response("no such file", { status: 404 });
      const range = /^bytes=(\d*)-(\d*)$/.exec(request.headers.get("range") ?? "");
      if (range === null) return new Response(file.bytes as Uint8Array<ArrayBuffer>);
      const size = file.bytes.length;
      const start = range[1] === "" ? Math.max(0, size - Number(range[2])) : Number(range[1]);
      const end =
        range[1] === "" || range[2] === "" ? size - 1 : Math.min(size - 1, Number(range[2]));
      return new Response(file.bytes.slice(start, end + 1) as Uint8Array<ArrayBuffer>, {
        status: 206,
        headers: { "Content-Range": `bytes ${start}-${end}/${size}` },
      });
    },
  });
  return {
    url: `http://127.0.0.1:${server.port}/simple`,
    requests,
    stop: () => void server.stop(true),
  };
}

const usedPorts = new Set<number | undefined>();

/** A page that a cache keeps fresh must not answer for another index that gets the port of one that is gone. */
function serveAtFreshPort(options: {
  readonly hostname: string;
  readonly fetch: (request: Request) => Promise<Response>;
}): ReturnType<typeof Bun.serve> {
  const taken: ReturnType<typeof Bun.serve>[] = [];
  for (;;) {
    const server = Bun.serve({ ...options, port: 0 });
    if (usedPorts.has(server.port)) {
      taken.push(server);
      continue;
    }
    usedPorts.add(server.port);
    for (const other of taken) void other.stop(true);
    return server;
  }
}

function jsonPage(name: string, files: readonly IndexFile[], options: IndexOptions): Response {
  const body = {
    meta: { "api-version": "1.4" },
    name,
    ...(options.status?.[name] === undefined ? {} : { "project-status": options.status[name] }),
    versions: [...new Set(files.map((file) => file.filename.split("-")[1]))],
    files: files.map((file) => ({
      filename: file.filename,
      url: `/files/${file.filename}`,
      hashes: { sha256: file.sha256 },
      size: file.bytes.length,
      ...(file.requiresPython === undefined ? {} : { "requires-python": file.requiresPython }),
      ...(file.metadata === undefined
        ? {}
        : {
            "core-metadata":
              file.metadataSha256 === undefined ? true : { sha256: file.metadataSha256 },
          }),
      ...(file.yanked === undefined ? {} : { yanked: file.yanked }),
      ...(file.uploadTime === undefined ? {} : { "upload-time": file.uploadTime }),
    })),
  };
  return new Response(JSON.stringify(body), {
    headers: {
      "Content-Type": "application/vnd.pypi.simple.v1+json",
      "Cache-Control": "max-age=600",
    },
  });
}

function htmlPage(name: string, files: readonly IndexFile[]): Response {
  const links = files.map((file) => {
    const requires =
      file.requiresPython === undefined
        ? ""
        : ` data-requires-python="${file.requiresPython.replaceAll("<", "&lt;").replaceAll(">", "&gt;")}"`;
    const yanked = file.yanked === undefined ? "" : ` data-yanked="${file.yanked}"`;
    return `<a href="/files/${file.filename}#sha256=${file.sha256}"${requires}${yanked}>${file.filename}</a><br>`;
  });
  return new Response(`<!DOCTYPE html><title>${name}</title>\n${links.join("\n")}\n`, {
    headers: { "Content-Type": "text/html" },
  });
}
