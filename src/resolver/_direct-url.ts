import { withoutCredentials } from "#base/url";

/**
 * True when two URLs lead to the same distribution: credentials, `#egg=` and hashes aside, and with host and scheme in
 * one spelling. `#subdirectory=` makes a difference.
 */
export function isSameSource(a: string, b: string): boolean {
  return a === b || canonical(a) === canonical(b);
}

function canonical(url: string): string {
  const hash = url.indexOf("#");
  const place = withoutCredentials(hash === -1 ? url : url.slice(0, hash));
  const fragment = hash === -1 ? "" : url.slice(hash + 1);
  const subdirectory = fragment
    .split("&")
    .find((part) => part.startsWith("subdirectory="))
    ?.replace(/\/+$/, "");
  const [, scheme, host, rest] = /^([a-z][a-z0-9+.-]*:\/\/)([^/]*)(.*)$/i.exec(place) ?? [];
  const spelled =
    scheme === undefined ? place : `${scheme.toLowerCase()}${host?.toLowerCase()}${rest}`;
  return `${spelled.replace(/\/+$/, "")}#${subdirectory ?? ""}`;
}

/** True when the URL itself says which content it must lead to. */
export function namesDigest(url: string): boolean {
  const hash = url.indexOf("#");
  return hash !== -1 && /[#&]sha(?:256|384|512)=[0-9a-f]+/i.test(url.slice(hash));
}
