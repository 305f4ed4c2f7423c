import type { Interpreter } from "#interpreter/interpreter";
import type { StoredWheel, WheelScheme } from "#store/wheel-manifest";

/** Compiled modules of one part of a wheel, laid out as they go beside the part's files. */
export type BytecodePart = {
  /** The part whose modules these are. */
  readonly scheme: WheelScheme;
  /** Absolute folder that holds them: `<folder>/pkg/__pycache__/module.cpython-313.pyc`. */
  readonly folder: string;
  /** Folders to make, parents before children, relative to the target. */
  readonly folders: readonly string[];
  readonly files: readonly string[];
};

/**
 * Compiles the modules of a stored wheel once per interpreter and hands them out. The store implements it;
 * without one nothing is compiled, and Python does so at the first import.
 */
export interface BytecodeSource {
  bytecode(wheel: StoredWheel, interpreter: Interpreter): Promise<readonly BytecodePart[]>;
}

/** Where Python keeps compiled modules, beside their sources (PEP 3147). */
export const cacheFolder = "__pycache__";

export function isCompiled(path: string): boolean {
  return path.endsWith(".pyc");
}

/** `module.cpython-313.opt-1.pyc` was compiled from `module.py` (PEP 3147). */
export function sourceOf(compiled: string): string {
  const dot = compiled.indexOf(".");
  return `${dot === -1 ? compiled : compiled.slice(0, dot)}.py`;
}
