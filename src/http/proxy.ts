import type { Host } from "#platform/ports";
import { badProxy } from "./errors.ts";

/**
 * The proxy for an address, or `undefined` for none: `--proxy` first, then `http_proxy`, `https_proxy` and `all_proxy`
 * (lower case before upper case, as requests and curl have it) unless `no_proxy` names the host.
 */
export function proxyFor(
  url: URL,
  explicit: string | undefined,
  env: Host["env"],
): string | undefined {
  if (explicit !== undefined) return explicit === "" ? undefined : checked(explicit, "`--proxy`");
  const scheme = url.protocol.slice(0, -1);
  for (const name of [`${scheme}_proxy`, "all_proxy"]) {
    for (const variable of [name, name.toUpperCase()]) {
      const proxy = env[variable];
      if (proxy === undefined || proxy === "") continue;
      // CGI programs receive a request's `Proxy:` header under this name: it is not the user's word.
      if (variable === "HTTP_PROXY" && env.REQUEST_METHOD !== undefined) continue;
      const exceptions = env.no_proxy ?? env.NO_PROXY ?? "";
      return isException(url, exceptions) ? undefined : checked(proxy, `\`${variable}\``);
    }
  }
  return undefined;
}

function checked(proxy: string, source: string): string {
  const full = proxy.includes("://") ? proxy : `http://${proxy}`;
  if (!URL.canParse(full)) throw badProxy(full, source);
  const { protocol } = new URL(full);
  if (protocol !== "http:" && protocol !== "https:") throw badProxy(full, source);
  return full;
}

/** `no_proxy`: `*`, host names and their subdomains (with or without leading dot), addresses, IPv4 networks; a port may follow. */
function isException(url: URL, exceptions: string): boolean {
  const host = url.hostname.replaceAll(/^\[|\]$/g, "").toLowerCase();
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  for (const raw of exceptions.split(/[\s,]+/)) {
    let entry = raw.toLowerCase();
    if (entry === "") continue;
    if (entry === "*") return true;
    const withPort = /^(\[[^\]]+\]|[^:]+):(\d+)$/.exec(entry);
    if (withPort !== null) {
      if (withPort[2] !== port) continue;
      entry = withPort[1] as string;
    }
    entry = entry.replaceAll(/^\[|\]$/g, "").replace(/^\*?\./, "");
    if (host === entry || host.endsWith(`.${entry}`)) return true;
    if (entry.includes("/") && isInNetwork(host, entry)) return true;
  }
  return false;
}

function isInNetwork(host: string, network: string): boolean {
  const [base = "", bits = ""] = network.split("/");
  const address = ipv4(host);
  const start = ipv4(base);
  const length = Number(bits);
  if (address === undefined || start === undefined || !(length >= 0 && length <= 32)) return false;
  if (length === 0) return true;
  const shift = 32 - length;
  return address >>> shift === start >>> shift;
}

function ipv4(text: string): number | undefined {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text);
  if (match === null) return undefined;
  let value = 0;
  for (const part of match.slice(1)) value = value * 256 + Number(part);
  return value >>> 0;
}
