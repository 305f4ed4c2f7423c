import type { Interpreter, SchemePaths } from "#interpreter/interpreter";
import type { DirectUrl } from "#standards/direct-url";
import type { NormalizedName } from "#standards/name";

/** A prefix into which distributions are installed: a virtual environment, a system Python, or a `--target` folder. */
export type PythonEnvironment = {
  readonly kind: "virtual" | "system" | "target" | "prefix" | "user";
  readonly root: string;
  readonly interpreter: Interpreter;
  /** Where new distributions go. */
  readonly paths: SchemePaths;
  /** Folder that receives a wheel's headers, before the distribution's name. */
  readonly headers: string;
  /** The executable that shebangs name. */
  readonly executable: string;
  /** Folders in which distributions are looked for, in the order of `sys.path`. The environment's own come first, unless `--user` meets a virtual one. */
  readonly sitePackages: readonly string[];
  /** A virtual environment that sees what its user has installed (`--system-site-packages`). */
  readonly seesUser?: boolean;
  /** Scripts find their interpreter beside themselves. */
  readonly relocatable: boolean;
  /** Whole folders of distributions are links into the store, unless asked for otherwise. */
  readonly shared: boolean;
};

export type InstalledKind = "dist-info" | "egg-info-folder" | "egg-info-file" | "egg-link" | "egg";

/** One installed distribution, read without running Python. */
export type InstalledDistribution = {
  readonly kind: InstalledKind;
  readonly name: NormalizedName;
  readonly displayName: string;
  readonly version: string;
  /** Absolute folder (or file) of its metadata. */
  readonly metadataPath: string;
  /** The `sys.path` entry that holds it. */
  readonly location: string;
  /** Content of `direct_url.json`; read on demand by `readDirectUrl` when {@link hasDirectUrl}. */
  readonly hasDirectUrl: boolean;
  readonly directUrl?: DirectUrl;
  /** Folder of an editable installation, where there is one. */
  readonly editableLocation: string | undefined;
};
