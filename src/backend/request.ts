import type { World } from "#platform/ports";

/** What one build is asked: the hooks' arguments (PEP 517, 660), and the Python for what needs one. */
export type BuildRequest = {
  /** The folder that holds `pyproject.toml`, absolute. */
  readonly source: string;
  /** An existing folder that receives the file, absolute. */
  readonly output: string;
  /** The settings of `-C KEY=VALUE`. The backend has none of its own; other backends' settings are passed over. */
  readonly settings?: Readonly<Record<string, string | readonly string[]>>;
  /** The executable extension modules are compiled for. Asked for only by a project that has some. */
  readonly python?: () => string | Promise<string>;
};

export type BackendWorld = Pick<World, "files" | "inflate" | "hashing" | "host" | "processes">;
