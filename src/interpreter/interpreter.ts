import type { MarkerEnvironment } from "#standards/marker";
import type { TagPlatform } from "#standards/tags";

/** Folders of an installation scheme (`sysconfig.get_paths`), absolute. */
export type SchemePaths = {
  readonly purelib: string;
  readonly platlib: string;
  readonly scripts: string;
  readonly data: string;
  readonly include: string;
  readonly stdlib: string;
};

/**
 * Where a virtual environment of an interpreter keeps its things, learnt in the one probe so that nothing has to
 * run for an environment. `{prefix}` stands for the environment's folder.
 */
export type VirtualLayout = {
  readonly paths: SchemePaths;
  /** Folders of its own in which distributions are looked for. */
  readonly site: readonly string[];
  /** Folders of the base that follow with `include-system-site-packages`. */
  readonly inherited: readonly string[];
  /** Folders of the standard library that hold metadata of distributions, as PyPy's does. */
  readonly standardLibrary: readonly string[];
};

/**
 * What one run of a Python executable told about it; kept until the file changes. For a virtual environment
 * this is the answer of its base interpreter brought to the environment's prefix, without running anything.
 */
export type Interpreter = {
  /** The path by which it was found. */
  readonly executable: string;
  /** `sys._base_executable` resolved: what new environments link to. */
  readonly baseExecutable: string;
  readonly prefix: string;
  readonly basePrefix: string;
  readonly implementation: "cpython" | "pypy" | "graalpy" | (string & {});
  /** `3.13.1`, `3.14.0rc2`. */
  readonly version: string;
  readonly major: number;
  readonly minor: number;
  readonly micro: number;
  readonly freeThreaded: boolean;
  readonly debug: boolean;
  readonly pointerBits: 32 | 64;
  /** `sys.abiflags`, `sysconfig.get_config_var("EXT_SUFFIX")`, `sys.implementation.cache_tag`. */
  readonly abiFlags: string;
  readonly extensionSuffix: string | undefined;
  readonly cacheTag: string | undefined;
  /** `sys.platlibdir`: `lib`, or `lib64` on some distributions of Linux. */
  readonly platformLibrary: string;
  readonly markers: MarkerEnvironment;
  readonly tags: TagPlatform;
  /** The default scheme of this interpreter (patched ones included). */
  readonly paths: SchemePaths;
  readonly userPaths: SchemePaths | undefined;
  readonly virtualLayout: VirtualLayout;
  /** `sys.path` without user additions: where installed distributions are looked for. */
  readonly searchPath: readonly string[];
  /** Path of the EXTERNALLY-MANAGED file (PEP 668) when there is one. */
  readonly externallyManaged: string | undefined;
  /** Where it was found: `PATH`, `pyenv`, `uv`, `VIRTUAL_ENV`, `registry`, … */
  readonly source: string;
};
