import type { PythonEnvironment } from "#environment/environment";
import type { Files } from "#platform/ports";
import type { WheelManifest, WheelScheme } from "#store/wheel-manifest";
import { isInside } from "./record-paths.ts";
import { transactionFolder } from "./unfinished.ts";

/**
 * Where things go in one environment, links resolved: `lib64` and `lib` are one folder on many machines, and
 * one file must not have two names here.
 */
export type Places = {
  readonly root: string;
  readonly purelib: string;
  readonly platlib: string;
  readonly scripts: string;
  readonly data: string;
  readonly headers: string;
  /** The folder of an open transaction; its presence without a holder of the lock means that one was killed. */
  readonly transaction: string;
  readonly lock: string;
  /** The outermost folders, none inside another, that hold everything an environment may own. */
  readonly anchors: readonly string[];
  /** Folders that are never removed, however empty. */
  readonly kept: ReadonlySet<string>;
};

/** What is known of an environment's places without asking the system again. */
export type TransactionPlaces = Pick<Places, "root" | "transaction" | "lock">;

export function placesOf(
  environment: PythonEnvironment,
  files: Pick<Files, "realPath" | "tryStat">,
): Places {
  const { paths } = environment;
  const known = new Map<string, string>();
  const real = (path: string): string => resolvePath(withSlashes(path), files, known);
  const root = real(environment.root);
  const purelib = real(paths.purelib);
  const platlib = real(paths.platlib);
  const scripts = real(paths.scripts);
  const data = real(paths.data);
  const headers = real(environment.headers);
  const folders = [root, purelib, platlib, scripts, data, headers];
  const anchors = folders.filter(
    (folder, position) =>
      folders.indexOf(folder) === position &&
      !folders.some((other) => other !== folder && isInside(folder, other)),
  );
  const kept = new Set<string>(anchors);
  for (const folder of [purelib, platlib, scripts, data])
    for (let at = folder; at !== "" && !kept.has(at); at = parentOf(at)) kept.add(at);
  return {
    root,
    purelib,
    platlib,
    scripts,
    data,
    headers,
    transaction: transactionFolder(root),
    lock: `${root}/.pkm.lock`,
    anchors,
    kept,
  };
}

/** The folder that holds a wheel's root part and its dist-info. */
export function siteOf(places: Places, manifest: WheelManifest): string {
  return manifest.rootIsPurelib ? places.purelib : places.platlib;
}

/** Where the files of one part of a wheel go (PyPUG binary-distribution-format, "spread"). */
export function targetOf(places: Places, scheme: WheelScheme, manifest: WheelManifest): string {
  switch (scheme) {
    case "root":
      return siteOf(places, manifest);
    case "purelib":
      return places.purelib;
    case "platlib":
      return places.platlib;
    case "scripts":
      return places.scripts;
    case "data":
      return places.data;
    case "headers":
      return `${places.headers}/${manifest.name}`;
    default:
      return scheme satisfies never;
  }
}

/** True for a path that the environment may own; anything else is refused. */
export function isOwn(places: Places, path: string): boolean {
  return places.anchors.some((anchor) => isInside(path, anchor));
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/**
 * The spelling under which this file system finds names: macOS and Windows mostly take `A` and `a` for one. The
 * transaction has to be open.
 */
export function spellingOf(
  places: Places,
  files: Pick<Files, "tryLstat">,
): (path: string) => string {
  const { transaction } = places;
  const other = `${parentOf(transaction)}/${nameOf(transaction).toUpperCase()}`;
  return files.tryLstat(other) === undefined
    ? (path) => path
    : (path) => path.normalize("NFC").toLowerCase();
}

/** Links resolved as far as the path exists; the rest is kept as it is. */
export function resolvePath(
  path: string,
  files: Pick<Files, "realPath" | "tryStat">,
  known: Map<string, string> = new Map(),
): string {
  const before = known.get(path);
  if (before !== undefined) return before;
  const parent = parentOf(path);
  // Asked first: an error costs more than a question.
  let resolved: string;
  if (files.tryStat(path) !== undefined) resolved = withSlashes(files.realPath(path));
  else if (parent === "") resolved = path;
  else resolved = `${resolvePath(parent, files, known)}/${nameOf(path)}`;
  known.set(path, resolved);
  return resolved;
}

/** Windows takes both separators; here only `/` is used. */
function withSlashes(path: string): string {
  return /^[A-Za-z]:\\|^\\\\/.test(path) ? path.replaceAll("\\", "/") : path;
}
