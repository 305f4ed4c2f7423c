import type { Report } from "#base/report";
import type { DirectUrl } from "#standards/direct-url";
import type { World } from "#platform/ports";
import type { RepositoryEvent } from "./events.ts";

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

export type GitWorld = Pick<World, "files" | "processes" | "hashing" | "host" | "clock"> & {
  /** pkm's cache folder; databases and checkouts are kept in a folder of their own below it. */
  readonly cache: string;
  readonly offline?: boolean;
  readonly report?: Report<RepositoryEvent>;
};

/** What `direct_url.json` says of a checkout (PEP 610). */
export function gitDirectUrl(source: GitSource): DirectUrl {
  const { remote, revision, subdirectory, commit } = source;
  return {
    url: remote,
    subdirectory,
    source: { kind: "vcs", vcs: "git", commitId: commit, requestedRevision: revision },
  };
}
