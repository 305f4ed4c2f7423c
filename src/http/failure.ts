import type { PkmError } from "#base/errors";
import { plural } from "#base/text";
import type { Stall } from "./watchdog.ts";

/** An attempt that did not work out. `retry` says whether another one may; `error` is what to throw if not. */
export class FailedAttempt extends Error {
  readonly retry: "yes" | "no" | "timeout";
  readonly error: PkmError;
  /** Milliseconds the server asked to wait. */
  readonly wait: number | undefined;
  /** For the report of a retry. */
  readonly reason: string;

  constructor(details: {
    readonly retry: "yes" | "no" | "timeout";
    readonly error: PkmError;
    readonly wait?: number | undefined;
    readonly reason: string;
  }) {
    super(details.reason);
    this.retry = details.retry;
    this.error = details.error;
    this.wait = details.wait;
    this.reason = details.reason;
  }
}

/** What a failed connection's error says, in words; `tls` when the server's certificate is the trouble. */
export function describeNetworkError(error: unknown): {
  readonly kind: "connection" | "tls" | "answer";
  readonly why: string;
} {
  const code = codeOf(error);
  const known = code === undefined ? undefined : networkErrors[code];
  if (known !== undefined) return known;
  if (code !== undefined && /CERT|SSL|TLS/i.test(code))
    return { kind: "tls", why: `the TLS connection failed (${code})` };
  const message = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
  return { kind: "connection", why: `the connection failed (${code ?? message})` };
}

export function describeStall(stall: Stall, timeout: number): string {
  const seconds = plural(timeout / 1000, "second");
  return stall === "no-progress"
    ? `nothing came for ${seconds} (PKM_HTTP_TIMEOUT)`
    : `next to nothing came in ten times ${seconds} (PKM_HTTP_TIMEOUT)`;
}

function codeOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

type Described = ReturnType<typeof describeNetworkError>;

const untrusted = (why: string): Described => ({ kind: "tls", why });
const broken = (why: string): Described => ({ kind: "connection", why });

const networkErrors: Readonly<Record<string, Described>> = {
  ECONNREFUSED: broken("nobody listens there (connection refused)"),
  ConnectionRefused: broken("nobody listens there (connection refused)"),
  ECONNRESET: broken("the server closed the connection before the answer was complete"),
  ConnectionClosed: broken("the server closed the connection before the answer was complete"),
  EPIPE: broken("the server closed the connection before the answer was complete"),
  ENOTFOUND: broken("the host name is not known"),
  EAI_AGAIN: broken("the host name could not be looked up"),
  ETIMEDOUT: broken("the connection timed out"),
  EHOSTUNREACH: broken("the host cannot be reached"),
  ENETUNREACH: broken("the network cannot be reached"),
  Malformed_HTTP_Response: { kind: "answer", why: "what came back is not HTTP" },
  ZlibError: { kind: "answer", why: "the body is not compressed as its headers say" },
  BrotliDecompressionError: {
    kind: "answer",
    why: "the body is not compressed as its headers say",
  },
  ZstdDecompressionError: { kind: "answer", why: "the body is not compressed as its headers say" },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted(
    "its certificate is signed by an authority this machine does not know",
  ),
  UNABLE_TO_GET_ISSUER_CERT: untrusted(
    "its certificate is signed by an authority this machine does not know",
  ),
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted(
    "its certificate is signed by an authority this machine does not know",
  ),
  SELF_SIGNED_CERT_IN_CHAIN: untrusted(
    "its certificate is signed by an authority this machine does not know",
  ),
  DEPTH_ZERO_SELF_SIGNED_CERT: untrusted("its certificate is signed by itself"),
  CERT_HAS_EXPIRED: untrusted("its certificate has expired"),
  CERT_NOT_YET_VALID: untrusted("its certificate is not valid yet"),
  CERT_REVOKED: untrusted("its certificate has been revoked"),
  ERR_TLS_CERT_ALTNAME_INVALID: untrusted("its certificate is for another host name"),
};
