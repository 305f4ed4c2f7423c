import type { ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { NetworkRequest } from "#platform/ports";

/**
 * One request by `node:http`. When a connection breaks, fetch throws away what has arrived and was not read yet, which
 * may be the whole of it; here everything that came is handed out first, and the failure after it. It costs half as
 * much again, so it is for those who have been cut off once.
 */
export async function sendCarefully(request: NetworkRequest, tls: object): Promise<Response> {
  const url = new URL(request.url);
  const options: RequestOptions = {
    method: request.method,
    headers: request.headers,
    ...(request.signal === undefined ? {} : { signal: request.signal }),
    ...(url.protocol === "https:" ? tls : {}),
  };
  const { request: open } = await (url.protocol === "https:"
    ? import("node:https")
    : import("node:http"));
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    const sent: ClientRequest = open(url, options, resolve);
    sent.on("error", reject);
    sent.end(request.body);
  });
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct))
    for (const value of values ?? []) headers.append(name, value);
  const { statusCode: status = 0 } = message;
  if (withoutBody.has(status)) {
    message.resume();
    return new Response(null, { status, headers });
  }
  return new Response(bodyOf(message), { status, headers });
}

/** Statuses with which a response may have no body. */
const withoutBody: ReadonlySet<number> = new Set([204, 205, 304]);
/** Bytes that may wait for their reader. */
const mostWaiting = 1 << 20;

function bodyOf(message: IncomingMessage): ReadableStream<Uint8Array> {
  const waiting: Uint8Array[] = [];
  let bytes = 0;
  let isComplete = false;
  let failure: Error | undefined;
  let wake = (): void => {};
  message.on("data", (piece: Uint8Array) => {
    waiting.push(piece);
    bytes += piece.length;
    if (bytes > mostWaiting) message.pause();
    wake();
  });
  message.on("end", () => {
    isComplete = true;
    wake();
  });
  message.on("error", (error) => {
    failure = error;
    wake();
  });
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      while (waiting.length === 0 && !isComplete && failure === undefined)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      const piece = waiting.shift();
      if (piece !== undefined) {
        bytes -= piece.length;
        if (message.isPaused() && bytes <= mostWaiting) message.resume();
        controller.enqueue(piece);
      } else if (failure === undefined) controller.close();
      else controller.error(failure);
    },
    cancel: () => {
      message.destroy();
    },
  });
}
