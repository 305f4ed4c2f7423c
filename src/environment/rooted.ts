import type { SchemePaths } from "#interpreter/interpreter";
import type { PythonEnvironment } from "./environment.ts";

/**
 * The environment as it will be once `root` is the root of a file system (`pip install --root`, DESTDIR of packagers):
 * files go below `root`, while scripts name the interpreter by the path it will have. Only what lies below is read.
 */
export function rootedEnvironment(root: string, base: PythonEnvironment): PythonEnvironment {
  const below = (path: string): string => `${root}/${withoutRoot(path)}`;
  const { paths } = base;
  const moved: SchemePaths = {
    purelib: below(paths.purelib),
    platlib: below(paths.platlib),
    scripts: below(paths.scripts),
    data: below(paths.data),
    include: below(paths.include),
    stdlib: paths.stdlib,
  };
  return {
    ...base,
    kind: "prefix",
    root: below(base.root),
    paths: moved,
    headers: below(base.headers),
    sitePackages: [...new Set([moved.purelib, moved.platlib])],
  };
}

/** A path of Windows loses its drive as well, as distutils' `change_root` has it. */
function withoutRoot(path: string): string {
  return path.replace(/^[A-Za-z]:/, "").replace(/^[\\/]+/, "");
}
