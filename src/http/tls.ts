import { errnoOf } from "#base/errors";
import type { Files, Host, TlsOptions } from "#platform/ports";
import { badCertificateFile } from "./errors.ts";
import type { HttpSettings } from "./settings.ts";

/**
 * Certificates as the settings and the environment name them, read at the first `https:` request. `SSL_CERT_FILE` and
 * `NODE_EXTRA_CA_CERTS` may name a file that is not there, as with other programs; `--cert` may not.
 */
export class Certificates {
  readonly #settings: HttpSettings;
  readonly #files: Files;
  readonly #env: Host["env"];
  #verified: TlsOptions | undefined;
  #unverified: TlsOptions | undefined;

  constructor(settings: HttpSettings, world: { readonly files: Files; readonly host: Host }) {
    this.#settings = settings;
    this.#files = world.files;
    this.#env = world.host.env;
  }

  optionsFor(url: URL): TlsOptions {
    this.#verified ??= this.#read();
    if (!isTrustedHost(url, this.#settings.trustedHosts)) return this.#verified;
    this.#unverified ??= { ...this.#verified, verify: false };
    return this.#unverified;
  }

  #read(): TlsOptions {
    const { certificates, clientCertificate, clientKey } = this.#settings;
    const extraRoots: string[] = [];
    if (certificates !== undefined) extraRoots.push(this.#pem("`--cert`", certificates));
    for (const variable of ["SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS"]) {
      const path = this.#env[variable];
      const text = path === undefined || path === "" ? undefined : this.#files.tryReadText(path);
      if (text?.includes("-----BEGIN CERTIFICATE-----") === true) extraRoots.push(text);
    }
    const options: { -readonly [K in keyof TlsOptions]: TlsOptions[K] } = {};
    if (extraRoots.length > 0) options.extraRoots = extraRoots;
    if (clientCertificate !== undefined) {
      const text = this.#pem("`--client-cert`", clientCertificate);
      options.clientCertificate = text;
      options.clientKey =
        clientKey === undefined
          ? text
          : this.#pem("the client's key", clientKey, "PRIVATE KEY-----");
    }
    return options;
  }

  #pem(option: string, path: string, mark = "-----BEGIN CERTIFICATE-----"): string {
    let text: string;
    try {
      text = this.#files.readText(path);
    } catch (cause) {
      const errno = errnoOf(cause);
      if (errno === undefined) throw cause;
      throw badCertificateFile(option, path, `it cannot be read (${errno})`, cause);
    }
    if (!text.includes(mark)) throw badCertificateFile(option, path, `it holds no \`${mark}\``);
    return text;
  }
}

/** `--trusted-host`: a host, or a host with port. */
export function isTrustedHost(url: URL, trusted: readonly string[]): boolean {
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  return trusted.some((entry) => {
    const wanted = entry.toLowerCase();
    return (
      wanted === url.hostname ||
      wanted === `[${url.hostname}]` ||
      wanted === `${url.hostname}:${port}`
    );
  });
}
