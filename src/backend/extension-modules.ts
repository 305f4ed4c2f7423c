import { errnoOf } from "#base/errors";
import compilerSettings from "./compiler_settings.py" with { type: "text" };
import { compilerSettingsUnknown, extensionNotCompiled } from "./errors.ts";
import type { ExtensionSettings } from "./extension-settings.ts";
import type { OwnProject } from "./own-project.ts";
import { extensionFiles } from "./project-files.ts";
import type { BackendWorld, BuildRequest } from "./request.ts";
import { runProgram } from "./run-program.ts";

export type CompiledModule = {
  /** In the wheel. */
  readonly path: string;
  readonly content: Uint8Array;
};

export type WheelTag = {
  readonly python: string;
  readonly abi: string;
  readonly platform: string;
};

/** What `compiler_settings.py` prints. */
export type CompilerSettings = {
  /** The compiler with the flags for every source, and the linker with those for every module. */
  readonly compile: readonly [string, ...string[]];
  readonly link: readonly [string, ...string[]];
  /** The folders of Python's own headers, to be looked at behind all others. */
  readonly include: readonly string[];
  readonly hasHeaders: boolean;
  readonly suffix: string;
  /** `null` where there is no limited API. */
  readonly limitedSuffix: string | null;
  readonly minor: number;
  readonly tag: WheelTag;
};

/** Asks the Python of the request how it wants modules compiled; the one Python process a build takes. */
export async function readCompilerSettings(
  { python, source }: BuildRequest,
  world: BackendWorld,
): Promise<CompilerSettings> {
  if (python === undefined) throw compilerSettingsUnknown("any Python", "no Python was given");
  const executable = await python();
  const answer = await runProgram([executable, "-I", "-c", compilerSettings], source, world);
  if (answer.status !== 0)
    throw compilerSettingsUnknown(executable, answer.stderr.trim().split("\n").at(-1) ?? "");
  const settings = JSON.parse(answer.stdout) as CompilerSettings | { readonly why: string };
  if ("why" in settings) throw compilerSettingsUnknown(executable, settings.why);
  return settings;
}

/** The tag of a wheel with these modules: one tag for all, so the narrowest of them. */
export function tagOf(
  extensions: readonly ExtensionSettings[],
  settings: CompilerSettings,
): WheelTag {
  const minors = extensions.map((extension) => limitOf(extension, settings));
  if (minors.includes(undefined)) return settings.tag;
  return {
    python: `cp3${Math.max(...(minors as number[]))}`,
    abi: "abi3",
    platform: settings.tag.platform,
  };
}

function limitOf(
  { limitedApi }: ExtensionSettings,
  { limitedSuffix }: CompilerSettings,
): number | undefined {
  return limitedSuffix === null ? undefined : limitedApi;
}

/** Compiles and links every extension module of a project, in a folder of its own that is gone afterwards. */
export async function compileModules(
  project: OwnProject,
  settings: CompilerSettings,
  world: BackendWorld,
): Promise<CompiledModule[]> {
  const { files, host } = world;
  const folder = files.makeTemporaryFolder(host.temporaryFolder, "pkm-build-");
  try {
    const modules: CompiledModule[] = [];
    for (const extension of project.settings.extensions) {
      const output = `${folder}/module.so`;
      await compileModule(extension, output, project, settings, world);
      const limit = limitOf(extension, settings);
      const suffix = limit === undefined ? settings.suffix : settings.limitedSuffix;
      modules.push({
        path: `${extension.name.replaceAll(".", "/")}${suffix}`,
        content: files.read(output),
      });
    }
    return modules;
  } finally {
    files.removeTree(folder);
  }
}

async function compileModule(
  extension: ExtensionSettings,
  output: string,
  project: OwnProject,
  settings: CompilerSettings,
  world: BackendWorld,
): Promise<void> {
  extensionFiles(extension, project.tree);
  const limit = limitOf(extension, settings);
  if (limit !== undefined && limit > settings.minor)
    throw extensionNotCompiled(
      extension.name,
      `\`py-limited-api\` is 3.${limit}, and the Python at hand is 3.${settings.minor}`,
      ["build with a newer Python, or keep to an older limited API"],
    );
  const run = (argv: readonly [string, ...string[]]): Promise<void> =>
    runCompiler(argv, extension.name, project, settings, world);
  const objects: string[] = [];
  for (const source of extension.sources) {
    const object = `${output}.${objects.length}.o`;
    objects.push(object);
    // Paths as they stand in the tree: what the compiler notes of them is then the same everywhere.
    await run([
      ...settings.compile,
      ...(limit === undefined ? [] : [`-DPy_LIMITED_API=${limitedNumber(limit)}`]),
      ...extension.defineMacros.map((macro) => `-D${macro}`),
      ...[...extension.includeDirs, ...settings.include].map((path) => `-I${path}`),
      ...extension.compileArgs,
      "-c",
      source,
      "-o",
      object,
    ]);
  }
  await run([
    ...settings.link,
    ...objects,
    ...extension.libraries.map((name) => `-l${name}`),
    ...extension.linkArgs,
    "-o",
    output,
  ]);
}

/** As in `patchlevel.h`: 3.9 is 0x03090000. */
function limitedNumber(minor: number): string {
  return `0x03${minor.toString(16).padStart(2, "0")}0000`;
}

async function runCompiler(
  argv: readonly [string, ...string[]],
  module: string,
  { tree }: OwnProject,
  { hasHeaders }: CompilerSettings,
  world: BackendWorld,
): Promise<void> {
  const [program] = argv;
  const result = await runProgram(argv, tree.folder, world).catch((cause: unknown) => {
    if (errnoOf(cause) === undefined) throw cause;
    throw extensionNotCompiled(
      module,
      `\`${program}\` cannot be started`,
      ["install a C compiler, or name one: `export CC=…`"],
      { cause },
    );
  });
  if (result.status === 0) return;
  const lines = result.stderr.trim().split("\n");
  throw extensionNotCompiled(
    module,
    `\`${program}\` ended with status ${result.status}`,
    hasHeaders
      ? ["correct the source, or its settings in `[[tool.pkm.build.extensions]]`"]
      : ["install the headers of this Python: a package such as `python3-dev`"],
    {
      excerpt: lines
        .slice(0, longestExcerpt)
        .map((line) => `  ${line}`)
        .join("\n"),
    },
  );
}

const longestExcerpt = 20;
