import type { World } from "./ports.ts";

/** A folder that may have been removed and made again by the time somebody compares. */
export type Remade = {
  readonly root: string;
  /** Paths in it that come and go with the change itself; whether they are there does not count. */
  readonly passing: readonly string[];
};

/** The largest file whose content is looked at. */
const mostBytes = 1 << 16;

/**
 * All that a path has in common with another one made the same way: its kind, mode, owner and content, for a folder the
 * names in it. Not its inode, and no times. `undefined` where nothing is there, or nothing to compare.
 */
export function likenessOf(
  path: string,
  followsLinks: boolean,
  { passing }: Remade,
  { files, hashing }: Pick<World, "files" | "hashing">,
): string | undefined {
  const stat = followsLinks ? files.tryStat(path) : files.tryLstat(path);
  if (stat === undefined) return undefined;
  const { kind, mode, uid, gid, dev, size } = stat;
  const about = `${kind} ${mode} ${uid} ${gid} ${dev}`;
  switch (kind) {
    case "link":
      return `${about} ${files.readLink(path)}`;
    case "folder": {
      const entries = files.list(path).filter(({ name }) => !passing.includes(`${path}/${name}`));
      const names = entries.map((entry) => `${entry.kind} ${entry.name}`).sort();
      return `${about} ${names.join("\0")}`;
    }
    case "file":
      return size > mostBytes
        ? undefined
        : `${about} ${hashing.digest("sha256", files.read(path), "base64url")}`;
    case "other":
      return undefined;
    default:
      return kind satisfies never;
  }
}
