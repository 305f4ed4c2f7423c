import type { WheelScheme } from "#distribution/wheel-files";
import type { NormalizedName } from "#standards/name";

export type { WheelScheme } from "#distribution/wheel-files";

export type ManifestFile = {
  /** Relative to the store tree's folder of its scheme, with `/`. */
  readonly path: string;
  readonly size: number;
  /** As RECORD writes it: urlsafe base64 without padding. */
  readonly sha256: string;
  readonly executable: boolean;
};

/** Of the root part RECORD, RECORD.jws and RECORD.p7s are left out: they speak of the archive, not of an installation. */
export type ManifestPart = {
  readonly scheme: WheelScheme;
  /** Folder of the unpacked tree that holds the part, relative to {@link StoredWheel.root}; `""` is not used. */
  readonly folder: string;
  /** Folders to make, parents before children, relative to the target. */
  readonly folders: readonly string[];
  readonly files: readonly ManifestFile[];
  /** The paths of `files` alone. The store always gives them, without making an object per file; likewise the rows. */
  readonly paths?: readonly string[];
  /**
   * Rows of RECORD for `files`, in order of paths, each with its newline, as they stand in a RECORD beside which the
   * part is installed. The wheel's own RECORD is not among the files.
   */
  readonly recordRows?: string;
  /** The same as they lie on the disk. */
  readonly recordBytes?: Uint8Array;
};

/** What installing a wheel needs to know, kept beside its unpacked tree so that nothing is walked or parsed again. */
export type WheelManifest = {
  readonly filename: string;
  readonly name: NormalizedName;
  /** As METADATA spells it. */
  readonly displayName: string;
  readonly version: string;
  readonly sha256: string;
  readonly rootIsPurelib: boolean;
  /** The dist-info folder's name inside the root part. */
  readonly distInfo: string;
  /** Top-level entries of the root part without the dist-info: what a switch has to exchange. */
  readonly topLevel: readonly string[];
  readonly parts: readonly ManifestPart[];
  /** Console and GUI scripts as `entry_points.txt` declares them: name to object reference. */
  readonly consoleScripts: Readonly<Record<string, string>>;
  readonly guiScripts: Readonly<Record<string, string>>;
  readonly requiresPython: string | undefined;
};

/** A wheel in the store: verified, unpacked, read-only. */
export type StoredWheel = {
  /** Absolute folder with the unpacked parts. */
  readonly root: string;
  readonly manifest: WheelManifest;
};
