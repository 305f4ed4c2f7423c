import type { Host, Secrets } from "#platform/ports";
import { badTimeout } from "./errors.ts";

/** Where passwords that nobody wrote down may be asked for; the words are pip's (`--keyring-provider`). */
export type KeyringProvider = "auto" | "disabled" | "subprocess" | "import";

/** An index by its configured name and address; the address may hold credentials. */
export type NamedIndex = { readonly name: string; readonly url: string };

export type HttpSettings = {
  /** Milliseconds without progress after which an exchange is given up. */
  readonly timeout: number;
  /** How often a failed exchange is tried again; one time less after a time-out. */
  readonly retries: number;
  /** The same for a download that goes on where it broke off; {@link retries} when left out. */
  readonly resumes?: number;
  /** Answer from the cache alone, however old it is. */
  readonly offline: boolean;
  /** Most exchanges with one host at a time; the rest wait in line. */
  readonly connections: number;
  /** Ask again even where the cache holds a fresh answer; conditional requests still save the body. */
  readonly refresh: boolean;
  /** The same for single addresses. */
  readonly refreshes?: (url: string) => boolean;
  /** Folder of the page cache; `undefined` for none. */
  readonly cacheFolder: string | undefined;
  readonly userAgent: string;
  /** Indexes whose credentials are known: in their address, or in `PKM_INDEX_<NAME>_USERNAME`, `_PASSWORD`, `_TOKEN`. */
  readonly indexes: readonly NamedIndex[];
  readonly keyring: KeyringProvider;
  /** `--proxy`; wins over the environment's variables. An empty text means no proxy at all. */
  readonly proxy: string | undefined;
  /** `--cert`: path of a PEM file with authorities trusted beside the system's. */
  readonly certificates: string | undefined;
  /** `--client-cert`: path of a PEM file with certificate and, unless `clientKey` names another, private key. */
  readonly clientCertificate: string | undefined;
  readonly clientKey: string | undefined;
  /** `--trusted-host`: `host` or `host:port`. */
  readonly trustedHosts: readonly string[];
  readonly secrets?: Secrets;
  /** Between 0 and 1; for the jitter of pauses. */
  readonly random?: () => number;
};

/** Settings as they are when nobody says anything, with `PKM_HTTP_TIMEOUT` (seconds without progress). */
export function defaultHttpSettings(host: Pick<Host, "env">): HttpSettings {
  return {
    timeout: timeoutOf(host.env.PKM_HTTP_TIMEOUT),
    retries: 3,
    offline: false,
    connections: 50,
    refresh: false,
    cacheFolder: undefined,
    userAgent: "pkm",
    indexes: [],
    keyring: "auto",
    proxy: undefined,
    certificates: undefined,
    clientCertificate: undefined,
    clientKey: undefined,
    trustedHosts: [],
  };
}

function timeoutOf(text: string | undefined): number {
  if (text === undefined || text.trim() === "") return 30_000;
  const seconds = Number(text);
  if (!Number.isFinite(seconds) || seconds <= 0) throw badTimeout(text);
  return seconds * 1000;
}
