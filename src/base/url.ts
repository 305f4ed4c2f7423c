/**
 * The URL with user name and password taken out; what is not a URL with credentials comes back as it
 * is. Every URL passes here before it enters a message, a lock or a `direct_url.json`.
 */
export function withoutCredentials(url: string): string {
  return !url.includes("@") ? url : url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/?#]*@/i, "$1");
}

/** True for `http:` and `https:` addresses that lead to this machine. */
export function isLoopback(url: URL): boolean {
  const host = url.hostname;
  return host === "localhost" || host === "[::1]" || /^127(\.\d{1,3}){3}$/.test(host);
}
