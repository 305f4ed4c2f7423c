import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import type { Interpreter } from "#interpreter/interpreter";
import type { Files, Hashing } from "#platform/ports";
import { nameInFile, normalizeName, type NormalizedName } from "#standards/name";
import type { ManifestFile, ManifestPart, StoredWheel, WheelScheme } from "#store/wheel-manifest";
import type { WantedDistribution, WheelSource } from "./plan-types.ts";
import { recordField } from "./record-paths.ts";

/*
 * Environments and wheels for tests, on any file system: literal and small. Nothing here is used by pkm itself.
 */

/** An environment's description for `root`; its folders are made by {@link layEnvironment}. */
export function imaginedEnvironment(
  root: string,
  changes: Partial<PythonEnvironment> = {},
): PythonEnvironment {
  const site = `${root}/lib/python3.13/site-packages`;
  const paths = {
    purelib: site,
    platlib: site,
    scripts: `${root}/bin`,
    data: root,
    include: `${root}/include/python3.13`,
    stdlib: "/usr/lib/python3.13",
  };
  const interpreter: Partial<Interpreter> = {
    executable: `${root}/bin/python`,
    prefix: root,
    paths,
  };
  return {
    kind: "virtual",
    root,
    interpreter: interpreter as Interpreter,
    paths,
    headers: `${root}/include/site/python3.13`,
    executable: `${root}/bin/python`,
    sitePackages: [site],
    relocatable: false,
    shared: false,
    ...changes,
  };
}

/** Makes the folders of an environment, with an interpreter and a `pyvenv.cfg` that belong to nobody. */
export function layEnvironment(environment: PythonEnvironment, files: Files): void {
  files.makeFolders(environment.paths.purelib);
  files.makeFolders(environment.paths.scripts);
  files.write(`${environment.root}/pyvenv.cfg`, "home = /usr/bin\n");
  files.write(`${environment.paths.scripts}/python`, "the interpreter");
}

export type WheelSketch = {
  readonly name: string;
  readonly version: string;
  /** Modules and such, by path below site-packages. */
  readonly files?: Readonly<Record<string, string>>;
  /** Parts of the `.data` folder. */
  readonly data?: Partial<Record<Exclude<WheelScheme, "root">, Readonly<Record<string, string>>>>;
  readonly consoleScripts?: Readonly<Record<string, string>>;
};

/** Lays a wheel out in `<store>/<name>-<version>` as the store would, and answers it with its manifest. */
export function storeWheel(
  sketch: WheelSketch,
  store: string,
  world: { readonly files: Files; readonly hashing: Hashing },
): StoredWheel {
  const name = normalizeName(sketch.name);
  const stem = `${nameInFile(name)}-${sketch.version}`;
  const distInfo = `${stem}.dist-info`;
  const root = `${store}/${stem}`;
  const own = sketch.files ?? {};
  const metadata = {
    [`${distInfo}/METADATA`]: `Metadata-Version: 2.1\nName: ${sketch.name}\nVersion: ${sketch.version}\n`,
    [`${distInfo}/WHEEL`]: "Wheel-Version: 1.0\n",
  };
  const parts = [layPart("root", { ...own, ...metadata }, root, world)];
  for (const [scheme, content] of Object.entries(sketch.data ?? {}))
    parts.push(layPart(scheme as WheelScheme, content, root, world));
  return {
    root,
    manifest: {
      filename: `${stem}-py3-none-any.whl`,
      name,
      displayName: sketch.name,
      version: sketch.version,
      sha256: world.hashing.digest("sha256", stem),
      rootIsPurelib: true,
      distInfo,
      topLevel: [...new Set(Object.keys(own).map((path) => path.split("/", 1)[0] as string))],
      parts,
      consoleScripts: sketch.consoleScripts ?? {},
      guiScripts: {},
      requiresPython: undefined,
    },
  };
}

/** Hands out these wheels by name and version. */
export function wheelSource(wheels: readonly StoredWheel[]): WheelSource {
  return {
    async wheel(wanted) {
      const found = wheels.find(
        ({ manifest }) => manifest.name === wanted.name && manifest.version === wanted.version,
      );
      if (found === undefined) throw new Error(`no wheel of ${wanted.name} ${wanted.version}`);
      return found;
    },
  };
}

export function wantedOf(
  wheel: StoredWheel,
  changes: Partial<WantedDistribution> = {},
): WantedDistribution {
  const { name, displayName, version } = wheel.manifest;
  return { name, displayName, version, requested: false, directUrl: undefined, ...changes };
}

/** The dist-info distributions of an environment, as far as the installer needs to know them. */
export function installedIn(environment: PythonEnvironment, files: Files): InstalledDistribution[] {
  const location = environment.paths.purelib;
  return files
    .list(location)
    .filter((entry) => entry.name.endsWith(".dist-info"))
    .map(({ name: folder }) => {
      const [name = "", version = ""] = folder.slice(0, -".dist-info".length).split("-");
      return installed(name, version, `${location}/${folder}`, location);
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function installed(
  name: string,
  version: string,
  metadataPath: string,
  location: string,
): InstalledDistribution {
  const normalized: NormalizedName = normalizeName(name);
  return {
    kind: "dist-info",
    name: normalized,
    displayName: name,
    version,
    metadataPath,
    location,
    hasDirectUrl: false,
    editableLocation: undefined,
  };
}

function layPart(
  scheme: WheelScheme,
  content: Readonly<Record<string, string>>,
  root: string,
  { files, hashing }: { readonly files: Files; readonly hashing: Hashing },
): ManifestPart {
  const folder = scheme === "root" ? "root" : `data-${scheme}`;
  const folders = new Set<string>();
  const listed: ManifestFile[] = [];
  files.makeFolders(`${root}/${folder}`);
  for (const path of Object.keys(content).sort()) {
    const text = content[path] as string;
    const steps = path.split("/").slice(0, -1);
    for (let i = 1; i <= steps.length; i++) folders.add(steps.slice(0, i).join("/"));
    if (steps.length > 0) files.makeFolders(`${root}/${folder}/${steps.join("/")}`);
    files.write(`${root}/${folder}/${path}`, text);
    const sha256 = hashing.digest("sha256", text, "base64url");
    listed.push({ path, size: text.length, sha256, executable: false });
  }
  // As the store gives them, which spares it a look at every file.
  const paths = listed.map(({ path }) => path);
  const recordRows = listed
    .map(({ path, sha256, size }) => `${recordField(path)},sha256=${sha256},${size}\n`)
    .join("");
  return { scheme, folder, folders: [...folders].sort(), files: listed, paths, recordRows };
}
