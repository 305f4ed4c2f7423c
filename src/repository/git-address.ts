import type { DirectUrl } from "#standards/direct-url";
import { gitAddressInvalid, vcsUnsupported } from "./errors.ts";

/** A `git+…` address taken apart. */
export type GitAddress = {
  /** What git is told, without `git+`, revision and fragment; may hold credentials. */
  readonly remote: string;
  /** Tag, branch, commit (also a short one) or another reference; the remote's default branch when left out. */
  readonly revision: string | undefined;
  readonly subdirectory: string | undefined;
};

/** An address and the commit that it stands for. */
export type GitSource = GitAddress & {
  /** Forty (or sixty-four) hexadecimal digits. */
  readonly commit: string;
};

/**
 * Reads `git+https://host/path@revision#subdirectory=…&egg=…` (PyPUG version-specifiers, direct references). The
 * revision stands behind the last `@` of the path. Addresses of other version control systems are refused by name.
 */
export function parseGitAddress(url: string): GitAddress {
  const [, vcs = "", transport = "", rest = ""] =
    /^([a-z]+)\+([a-z0-9-]+):\/\/(.*)$/is.exec(url) ?? [];
  if (vcs.toLowerCase() !== "git") throw vcsUnsupported(vcs === "" ? "unknown" : vcs, url);
  if (!transports.has(transport.toLowerCase()))
    throw gitAddressInvalid(url, `git does not speak \`${transport}\``);
  const hash = rest.indexOf("#");
  const bare = hash === -1 ? rest : rest.slice(0, hash);
  const fragment = new Map<string, string>();
  for (const part of hash === -1 ? [] : rest.slice(hash + 1).split("&")) {
    const equals = part.indexOf("=");
    if (equals > 0)
      fragment.set(part.slice(0, equals).toLowerCase(), decoded(part.slice(equals + 1)));
  }
  // An `@` before the first slash belongs to the user, not to a revision.
  const path = bare.indexOf("/");
  const at = bare.lastIndexOf("@");
  const hasRevision = path !== -1 && at > path;
  const revision = hasRevision ? decoded(bare.slice(at + 1)) : undefined;
  if (revision === "") throw gitAddressInvalid(url, "it has an `@` and no revision behind it");
  // What begins with a dash would be an option to git.
  if (revision?.startsWith("-") === true || /[\p{Cc} ]/u.test(revision ?? ""))
    throw gitAddressInvalid(url, `\`${revision}\` is no name of a revision`);
  const subdirectory = fragment.get("subdirectory")?.replace(/^\/+|\/+$/g, "");
  if (subdirectory?.split("/").includes("..") === true)
    throw gitAddressInvalid(
      url,
      `the subdirectory \`${subdirectory}\` leads out of the repository`,
    );
  return {
    remote: `${transport.toLowerCase()}://${hasRevision ? bare.slice(0, at) : bare}`,
    revision,
    subdirectory: subdirectory === "" ? undefined : subdirectory,
  };
}

const transports: ReadonlySet<string> = new Set(["https", "http", "ssh", "git", "file"]);

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What `direct_url.json` says of a checkout (PEP 610). */
export function gitDirectUrl(source: GitSource): DirectUrl {
  const { remote, revision, subdirectory, commit } = source;
  return {
    url: remote,
    subdirectory,
    source: { kind: "vcs", vcs: "git", commitId: commit, requestedRevision: revision },
  };
}
