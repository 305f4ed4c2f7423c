import { createServer, type Socket } from "node:net";

export type RawServer = {
  readonly port: number;
  /** Heads of the requests, in their order. */
  readonly heads: string[];
  stop(): void;
};

/**
 * A server that speaks bytes: it can lie about lengths, stop in the middle of a header, or close when it likes, which
 * no HTTP library lets one do. `answer` is called once for each request that has arrived.
 */
export async function serveRaw(
  answer: (head: string, socket: Socket, nth: number) => void,
): Promise<RawServer> {
  const heads: string[] = [];
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket));
    socket.on("error", () => {});
    let pending = "";
    socket.on("data", (piece) => {
      pending += piece.toString("latin1");
      for (;;) {
        const end = pending.indexOf("\r\n\r\n");
        if (end === -1) return;
        const head = pending.slice(0, end);
        pending = pending.slice(end + 4);
        heads.push(head);
        answer(head, socket, heads.length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    heads,
    stop: () => {
      server.close();
      for (const socket of open) socket.destroy();
    },
  };
}

/** An HTTP head with the given headers, to be followed by a body. */
export function head(status: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status}\r\n${lines.join("")}\r\n`;
}
