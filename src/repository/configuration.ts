import type { NormalizedName } from "#standards/name";

export type IndexConfiguration = {
  /** For messages, locks and `PKM_INDEX_<NAME>_…`; an address without credentials where nobody gave a name. */
  readonly name: string;
  /** Base address of the simple API; may hold credentials. `file:` works as with pip. */
  readonly url: string;
  /** Asked only for names that are bound to it. */
  readonly isExplicit?: boolean;
  /** Globs (`acme-*`): names that match are asked of this index alone, and this index is asked for no others. */
  readonly packages?: readonly string[];
  /** Globs: names this index is never asked for. */
  readonly exclude?: readonly string[];
};

/**
 * How several indexes are one. `first-index`: the best that knows a name wins whole, so that nobody can shadow a
 * private name with a higher version elsewhere. `unsafe-best-match` is pip's way: all versions of all indexes.
 * `unsafe-first-match`: all versions of all indexes, those of a better index first.
 */
export type IndexStrategy = "first-index" | "unsafe-best-match" | "unsafe-first-match";

export type RepositoryConfiguration = {
  /** Best first. Empty with `--no-index`. */
  readonly indexes: readonly IndexConfiguration[];
  /** Absolute paths or URLs of folders, files and pages; they merge with whatever index is used. */
  readonly findLinks: readonly string[];
  readonly strategy: IndexStrategy;
  /** Names that come from one index and no other; wins over globs. */
  readonly bindings?: ReadonlyMap<NormalizedName, string>;
  /** Hosts for which plain http is allowed. */
  readonly trustedHosts: readonly string[];
  /** Folder for downloads too large for memory; what an interrupted run left there is taken up again. */
  readonly stagingFolder: string;
};
