import { PkmError } from "#base/errors";
import * as errors from "./errors.ts";
import type { Exchange, Exchanger } from "./exchange.ts";
import { FailedAttempt } from "./failure.ts";
import { rangeValidator } from "./freshness.ts";
import { refusalOf } from "./refusal.ts";
import { type RetryWorld, withRetries } from "./retries.ts";

/** Receives a download piece by piece; knows how much it has, so that a broken one goes on where it stopped. */
export interface DownloadSink {
  /** Bytes received so far, an earlier run's included. */
  readonly received: number;
  /** Told before the first byte: the length of the whole file, if the server says it. */
  begin(total: number | undefined): void;
  /** The piece is the receiver's from now on. */
  write(piece: Uint8Array): void;
  /** Throws away what was received. */
  restart(): void;
}

/**
 * Downloads into a sink. A connection that breaks is taken up again by a byte range, guarded by the validator of the
 * first answer (RFC 9110, 13.1.5). Where many requests wait for their turn, downloads have it before pages: while they
 * arrive, other threads have something to unpack.
 */
export function downloadInto(
  sink: DownloadSink,
  url: string,
  exchanger: Exchanger,
  retrying: RetryWorld,
): Promise<{ readonly url: string }> {
  let validator: string | undefined;
  let attempts = 0;
  return withRetries(
    url,
    async () => {
      // Where it was cut off once, it may be again: then each attempt has to gain something.
      const isCareful = attempts++ > 0;
      const offset = sink.received;
      const headers: Record<string, string> = { accept: "*/*", "accept-encoding": "identity" };
      if (offset > 0) {
        headers.range = `bytes=${offset}-`;
        if (validator !== undefined) headers["if-range"] = validator;
      }
      const exchange = await exchanger.open(url, headers, { isCareful, goesFirst: true });
      try {
        const { response } = exchange;
        validator = rangeValidator(response.headers);
        if (response.status === 416 && offset > 0) {
          const total = /^bytes \*\/(\d+)$/.exec(response.headers.get("content-range") ?? "")?.[1];
          if (Number(total) === offset) return { url: exchange.url };
          sink.restart();
          throw new FailedAttempt({
            retry: "yes",
            reason: "what an earlier attempt left does not belong to the file",
            error: errors.downloadCutOff(url, offset, "the server has another file now"),
          });
        }
        if (response.status !== 200 && response.status !== 206)
          throw await refusalOf(url, exchange);
        await receive(sink, url, exchange, offset, exchanger);
        return { url: exchange.url };
      } finally {
        exchange.close();
      }
    },
    sink,
    retrying,
  );
}

async function receive(
  sink: DownloadSink,
  url: string,
  exchange: Exchange,
  offset: number,
  exchanger: Exchanger,
): Promise<void> {
  const { response, watch } = exchange;
  const { headers } = response;
  const start = response.status === 206 ? startOfRange(headers) : 0;
  if (start !== offset) {
    if (response.status === 206)
      throw new FailedAttempt({
        retry: "no",
        reason: "another range",
        error: errors.badAnswer(url, `it begins at byte ${start}, byte ${offset} was asked for`),
      });
    sink.restart();
  }
  const isEncoded = headers.has("content-encoding");
  const length = isEncoded ? Number.NaN : Number(headers.get("content-length") ?? Number.NaN);
  const total = Number.isNaN(length) ? undefined : start + length;
  sink.begin(total);
  try {
    if (response.body !== null)
      for await (const piece of response.body) {
        watch.progress(piece.length);
        sink.write(piece);
      }
  } catch (error) {
    if (error instanceof PkmError) throw error;
    throw exchanger.attemptFailed(url, exchange, error, (why) =>
      errors.downloadCutOff(url, sink.received, why, error),
    );
  }
  if (total !== undefined && sink.received < total) {
    const why = `${total} bytes were promised`;
    throw new FailedAttempt({
      retry: "yes",
      reason: why,
      error: errors.downloadCutOff(url, sink.received, why),
    });
  }
}

function startOfRange(headers: Headers): number {
  return Number(/^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1] ?? Number.NaN);
}
