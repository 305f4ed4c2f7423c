import type { PythonEnvironment } from "#environment/environment";
import { apply, type ApplyOptions } from "#installer/apply";
import {
  imaginedEnvironment,
  installedIn,
  layEnvironment,
  storeWheel,
  wantedOf,
  wheelSource,
  type WheelSketch,
} from "#installer/imagined";
import { plan } from "#installer/plan";
import type { Change } from "#installer/plan-types";
import { memoryHost } from "#platform/memory/host";
import type { Files } from "#platform/ports";
import { RealHashing } from "#platform/real/hashing";
import type { StoredWheel } from "#store/wheel-manifest";

/*
 * One upgrade with all that makes switching hard: packages and single modules, scripts of both kinds, data, headers,
 * two namespaces that several distributions fill, a file that two have in common, one over which two differ, files
 * that come and go, a distribution that is removed and one that is new.
 */

const count = 30;
const hashing = new RealHashing();

export type Story = {
  readonly environment: PythonEnvironment;
  readonly old: readonly StoredWheel[];
  readonly new: readonly StoredWheel[];
  /** Files that were there before and belong to nobody. */
  readonly foreign: ReadonlySet<string>;
};

/** RECORD rows whose file rightly has another content: d06 comes after d05 in the order of names. */
export const knownLosers: ReadonlySet<string> = new Set(["d05 shared_other/settings.py"]);

/** Lays out an environment with the old distributions, and both generations of wheels in a store. */
export async function tellStory(files: Files, base: string): Promise<Story> {
  const environment = imaginedEnvironment(`${base}/env`);
  layEnvironment(environment, files);
  const world = { files, hashing };
  const story = {
    environment,
    old: sketches("1.0").map((sketch) => storeWheel(sketch, `${base}/store`, world)),
    new: sketches("2.0").map((sketch) => storeWheel(sketch, `${base}/store`, world)),
    foreign: new Set([
      `${environment.root}/pyvenv.cfg`,
      `${environment.paths.scripts}/python`,
      `${environment.paths.purelib}/d02/notes of a user.txt`,
    ]),
  };
  await bringTo(story, story.old, files);
  const site = environment.paths.purelib;
  // As Python leaves them, and as no RECORD lists them.
  for (const folder of ["d00", "d02", "ns/d08", ""]) {
    const cache = `${site}/${folder === "" ? "" : `${folder}/`}__pycache__`;
    files.makeFolder(cache);
    const module = folder === "" ? "d07" : "core";
    files.write(`${cache}/${module}.cpython-313.pyc`, "compiled from 1.0");
  }
  files.write(`${site}/d02/notes of a user.txt`, "mine");
  return story;
}

/** Makes the environment hold exactly these wheels. */
export async function bringTo(
  { environment }: Pick<Story, "environment">,
  wheels: readonly StoredWheel[],
  files: Files,
  options: ApplyOptions = {},
): Promise<Change> {
  const world = { files, hashing, host: memoryHost() };
  const wanted = wheels.map((wheel) => wantedOf(wheel, { requested: wheel.manifest.name < "d10" }));
  const steps = plan(installedIn(environment, files), wanted, { exact: true });
  return apply(steps, environment, wheelSource(wheels), world, options);
}

function sketches(version: string): WheelSketch[] {
  const isNew = version === "2.0";
  const all: WheelSketch[] = [];
  for (let number = 0; number < count; number++) {
    const name = `d${String(number).padStart(2, "0")}`;
    if (isNew && number === 29) continue;
    all.push({ name, version, ...contentOf(name, number, version, isNew) });
  }
  if (isNew)
    all.push({
      name: "fresh",
      version,
      files: { "fresh/core.py": "fresh", "ns/fresh/core.py": "" },
    });
  return all;
}

function contentOf(
  name: string,
  number: number,
  version: string,
  isNew: boolean,
): Omit<WheelSketch, "name" | "version"> {
  const core = `# ${name} ${version}\n`;
  switch (number % 10) {
    case 0:
      return {
        files: { [`${name}/core.py`]: core, [isNew ? `${name}/new.py` : `${name}/old.py`]: core },
        consoleScripts: {
          [name]: `${name}.core:main`,
          [`${name}-${isNew ? "new" : "old"}`]: `${name}:main`,
        },
      };
    case 1:
      return {
        files: { [`${name}/core.py`]: core },
        data: {
          data: { [`share/common/${name}.txt`]: core, [`etc/${name}.conf`]: core },
          scripts: { [`${name}-tool`]: `#!python\n${core}` },
        },
      };
    case 2:
      return { files: { [`${name}/core.py`]: core, [`${name}/deep/er/leaf.py`]: core } };
    case 3:
    case 4:
      return { files: { [`${name}/core.py`]: core, "shared_same/tool.py": "the same\n" } };
    case 5:
    case 6:
      // Only d05 and d06 differ; the later generations of the pair do not meet.
      return number < 10
        ? { files: { [`${name}/core.py`]: core, "shared_other/settings.py": core } }
        : { files: { [`${name}/core.py`]: core } };
    case 7:
      return { files: { [`${name}.py`]: core } };
    case 8:
      return { files: { [`ns/${name}/core.py`]: core, "ns/common.py": "# common\n" } };
    default:
      return {
        files: { [`ns/${name}.py`]: core, [`${name}/core.py`]: "# does not change\n" },
        data: { headers: { [`${name}.h`]: core } },
      };
  }
}
