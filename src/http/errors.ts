import { PkmError } from "#base/errors";
import { withoutCredentials } from "#base/url";

/** No connection, or none that lasted, after all retries. `why` says what happened to the last attempt. */
export function indexUnreachable(url: string, why: string, cause?: unknown): PkmError {
  return new PkmError({
    code: "index-unreachable",
    what: `Cannot reach \`${withoutCredentials(url)}\``,
    why,
    fix: [
      "check the address and the network, `HTTPS_PROXY` and `NO_PROXY` included",
      "use `--offline` to work from the cache alone",
    ],
    cause,
  });
}

export function indexFailed(url: string, status: number, said: string | undefined): PkmError {
  return new PkmError({
    code: "index-failed",
    what: `Cannot read \`${withoutCredentials(url)}\`: the server answered ${statusText(status)}`,
    why: said ?? "the fault is the server's, and it did not pass when asked again",
    fix: ["try again later, or choose another index with `--index-url`"],
  });
}

export function indexForbidden(
  url: string,
  status: number,
  said: string | undefined,
  hadCredentials: boolean,
): PkmError {
  const user = hadCredentials
    ? "the credentials that were sent were not accepted"
    : "no credentials were sent";
  return new PkmError({
    code: "index-forbidden",
    what: `Cannot read \`${withoutCredentials(url)}\`: the server answered ${statusText(status)}`,
    why: said === undefined ? user : `${said}; ${user}`,
    fix: [
      "set `PKM_INDEX_<NAME>_USERNAME` and `PKM_INDEX_<NAME>_PASSWORD`, or add the host to your netrc file",
      "use `--keyring-provider subprocess` where the `keyring` program knows the password",
    ],
  });
}

export function indexRateLimited(url: string, wait: number | undefined): PkmError {
  return new PkmError({
    code: "index-rate-limited",
    what: `Cannot read \`${withoutCredentials(url)}\`: the server answered 429 Too Many Requests`,
    why:
      wait === undefined
        ? "it still refused after several pauses"
        : `it asks to wait ${Math.ceil(wait / 1000)} seconds, which is longer than pkm waits by itself`,
    fix: ["try again later"],
  });
}

/** A status that is neither an answer nor worth another attempt. */
export function requestRefused(url: string, status: number, said: string | undefined): PkmError {
  return new PkmError({
    code: "request-refused",
    what: `Cannot read \`${withoutCredentials(url)}\`: the server answered ${statusText(status)}`,
    ...(said === undefined ? {} : { why: said }),
    fix: ["check the address; a file of an index may have been removed since its page was read"],
  });
}

export function tlsUntrusted(url: string, why: string, cause: unknown): PkmError {
  return new PkmError({
    code: "tls-untrusted",
    what: `Cannot trust the server of \`${withoutCredentials(url)}\``,
    why,
    fix: [
      "name the authority's certificate with `--cert FILE` or `SSL_CERT_FILE`",
      "use `--trusted-host HOST` only for a host of your own: nothing is verified then",
    ],
    cause,
  });
}

export function redirectLoop(url: string, hops: readonly string[]): PkmError {
  return new PkmError({
    code: "redirect-loop",
    what: `Cannot read \`${withoutCredentials(url)}\`: its redirects lead nowhere`,
    why: hops.map((hop) => `\`${withoutCredentials(hop)}\``).join(" leads to "),
    fix: ["check the address of the index; a missing `/simple` is the usual reason"],
  });
}

export function redirectRefused(url: string, target: string, why: string): PkmError {
  return new PkmError({
    code: "redirect-refused",
    what: `Cannot follow \`${withoutCredentials(url)}\` to \`${withoutCredentials(target)}\``,
    why,
    fix: ["ask for the target directly if you trust it"],
  });
}

export function downloadCutOff(
  url: string,
  received: number,
  why: string,
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "download-cut-off",
    what: `Cannot download \`${withoutCredentials(url)}\`: the connection ended after ${received} bytes`,
    why,
    fix: ["run the command again: large files go on where they stopped"],
    cause,
  });
}

export function responseTooLarge(url: string, limit: number): PkmError {
  return new PkmError({
    code: "response-too-large",
    what: `Cannot read \`${withoutCredentials(url)}\`: the answer is larger than pkm reads`,
    why: `it unpacks to more than ${limit} bytes`,
    fix: ["tell whoever runs the index"],
  });
}

/** An answer that cannot be decoded as its own headers say. */
export function badAnswer(url: string, why: string, cause?: unknown): PkmError {
  return new PkmError({
    code: "bad-answer",
    what: `Cannot read \`${withoutCredentials(url)}\`: the answer is broken`,
    why,
    fix: ["try again; if it stays, tell whoever runs the index or the proxy between"],
    cause,
  });
}

export function offlineMiss(url: string): PkmError {
  return new PkmError({
    code: "offline",
    what: `Cannot read \`${withoutCredentials(url)}\` offline`,
    why: "pkm works offline, and the cache does not hold it",
    fix: ["run once without `--offline`"],
  });
}

export function badUrl(url: string): PkmError {
  return new PkmError({
    code: "bad-url",
    what: `Cannot use \`${withoutCredentials(url)}\` as an address`,
    why: "it is not a URL that begins with `http://` or `https://`",
  });
}

export function badProxy(proxy: string, source: string): PkmError {
  return new PkmError({
    code: "bad-proxy",
    what: `Cannot use the proxy \`${withoutCredentials(proxy)}\` of ${source}`,
    why: "pkm speaks to proxies by `http://` and `https://` only",
    fix: ["name a proxy such as `http://proxy.example:3128`"],
  });
}

export function badCertificateFile(
  option: string,
  path: string,
  why: string,
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "bad-certificate-file",
    what: `Cannot use \`${path}\` for ${option}`,
    why,
    fix: ["name a file with certificates in PEM form"],
    cause,
  });
}

export function badTimeout(text: string): PkmError {
  return new PkmError({
    code: "bad-timeout",
    what: `Cannot use \`${text}\` as PKM_HTTP_TIMEOUT`,
    why: "it is not a number of seconds above 0",
    fix: ["set it to a number such as `30`"],
  });
}

const reasons: Readonly<Record<number, string>> = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  406: "Not Acceptable",
  407: "Proxy Authentication Required",
  408: "Request Timeout",
  410: "Gone",
  416: "Range Not Satisfiable",
  429: "Too Many Requests",
  451: "Unavailable For Legal Reasons",
  500: "Internal Server Error",
  502: "Bad Gateway",
  503: "Service Unavailable",
  504: "Gateway Timeout",
};

/** `503 Service Unavailable`. */
export function statusText(status: number): string {
  const reason = reasons[status];
  return reason === undefined ? String(status) : `${status} ${reason}`;
}
