import type { Interpreter, SchemePaths } from "#interpreter/interpreter";
import { joined } from "#interpreter/path-names";
import { readVirtualFolder, type VirtualFolder } from "#interpreter/virtual-folder";
import type { Host, World } from "#platform/ports";
import { noUserSite } from "./errors.ts";
import type { PythonEnvironment } from "./environment.ts";

/** The environment that an interpreter installs into when it is run: its virtual environment, or the system's. */
export function environmentOf(
  interpreter: Interpreter,
  world: Pick<World, "files" | "host">,
): PythonEnvironment {
  if (interpreter.prefix === interpreter.basePrefix) return systemEnvironment(interpreter);
  const virtual = readVirtualFolder(interpreter.prefix, world) ?? {
    prefix: interpreter.prefix,
    config: new Map(),
  };
  return virtualEnvironment(interpreter, virtual, world.host);
}

/** A virtual environment from its interpreter and its `pyvenv.cfg`. */
export function virtualEnvironment(
  interpreter: Interpreter,
  virtual: VirtualFolder,
  host: Pick<Host, "os">,
): PythonEnvironment {
  const { paths, userPaths } = interpreter;
  // CPython's site.py: with the system's packages come the user's, and they come first.
  const seesUser = isTrue(virtual, "include-system-site-packages") && userPaths !== undefined;
  const lent = seesUser ? [userPaths.purelib, userPaths.platlib] : [];
  return {
    kind: "virtual",
    root: virtual.prefix,
    interpreter,
    paths,
    // pip's place; the scheme's own include folder would be that of the base.
    headers: joined(
      host,
      virtual.prefix,
      "include",
      "site",
      `python${interpreter.major}.${interpreter.minor}`,
    ),
    executable: interpreter.executable,
    sitePackages: ownFirst(paths, [...lent, ...interpreter.searchPath]),
    seesUser,
    relocatable: isTrue(virtual, "relocatable"),
    shared: isTrue(virtual, "shared"),
  };
}

/** The interpreter's own installation, with what its user added behind it. */
export function systemEnvironment(interpreter: Interpreter): PythonEnvironment {
  const { paths, userPaths } = interpreter;
  const folders = [
    ...interpreter.searchPath,
    ...(userPaths === undefined ? [] : [userPaths.purelib, userPaths.platlib]),
  ];
  return {
    kind: "system",
    root: interpreter.prefix,
    interpreter,
    paths,
    headers: paths.include,
    executable: interpreter.executable,
    sitePackages: ownFirst(paths, folders),
    relocatable: false,
    shared: false,
  };
}

/** `--target`: modules lie in the folder itself (pip's use of the scheme `posix_home`). Only the folder is read. */
export function targetEnvironment(folder: string, base: PythonEnvironment): PythonEnvironment {
  const host = hostOf(base);
  const paths: SchemePaths = {
    purelib: folder,
    platlib: folder,
    scripts: joined(host, folder, host.os === "windows" ? "Scripts" : "bin"),
    data: folder,
    include: joined(host, folder, "include", "python"),
    stdlib: base.paths.stdlib,
  };
  return {
    ...base,
    kind: "target",
    shared: false,
    root: folder,
    paths,
    headers: paths.include,
    sitePackages: [folder],
  };
}

/** `--prefix`: the scheme of virtual environments below another folder. Only that is read. */
export function prefixEnvironment(folder: string, base: PythonEnvironment): PythonEnvironment {
  const { interpreter } = base;
  const host = hostOf(base);
  const place = (path: string) => path.replace("{prefix}", () => folder);
  const layout = interpreter.virtualLayout.paths;
  const python = `python${interpreter.major}.${interpreter.minor}${interpreter.freeThreaded ? "t" : ""}`;
  const include =
    host.os === "windows"
      ? joined(host, folder, "Include")
      : joined(host, folder, "include", python);
  const paths: SchemePaths = {
    purelib: place(layout.purelib),
    platlib: place(layout.platlib),
    scripts: place(layout.scripts),
    data: folder,
    include,
    stdlib: layout.stdlib,
  };
  return {
    ...base,
    kind: "prefix",
    shared: false,
    root: folder,
    paths,
    headers: include,
    sitePackages: ownFirst(paths, []),
  };
}

/**
 * `--user`: the user's scheme. What the system has is seen behind it, and what a virtual environment has, of those that see
 * the user's packages at all, before it.
 */
export function userEnvironment(base: PythonEnvironment): PythonEnvironment {
  const paths = base.interpreter.userPaths;
  const isVirtual = base.kind === "virtual";
  if (paths === undefined || (isVirtual && base.seesUser !== true)) throw noUserSite(base.root);
  return {
    ...base,
    kind: "user",
    root: paths.data,
    paths,
    headers: paths.include,
    sitePackages: isVirtual ? base.sitePackages : ownFirst(paths, base.sitePackages),
  };
}

function isTrue({ config }: VirtualFolder, key: string): boolean {
  return config.get(key)?.toLowerCase() === "true";
}

function hostOf({ interpreter }: PythonEnvironment): Pick<Host, "os"> {
  return { os: interpreter.markers.os_name === "nt" ? "windows" : "linux" };
}

function ownFirst(paths: SchemePaths, folders: readonly string[]): string[] {
  return [...new Set([paths.purelib, paths.platlib, ...folders])];
}
