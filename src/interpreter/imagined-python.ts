import type { ProcessRequest } from "#platform/ports";
import { MemoryFiles, type MemoryFilesOptions } from "#platform/memory/files";
import { memoryHost } from "#platform/memory/host";
import { MemoryProcesses } from "#platform/memory/processes";
import type { ProbeAnswer } from "./probe-answer.ts";
import type { InterpreterWorld } from "./world.ts";

/** A Python that exists in a test only: a file at `path` that answers as such a build would. */
export type ImaginedPython = {
  readonly path: string;
  readonly version?: string;
  readonly implementation?: string;
  readonly changes?: Partial<ProbeAnswer>;
};

/** What `probe.py` would print in an installation of that version below `prefix`. */
export function imaginedAnswer({
  path,
  version = "3.12.1",
  implementation = "cpython",
  changes = {},
}: ImaginedPython): ProbeAnswer {
  const prefix = path.slice(0, path.lastIndexOf("/bin/"));
  const [major, minor, micro] = version.split(/[^0-9]+/).map(Number) as [number, number, number];
  const python = `${implementation === "pypy" ? "pypy" : "python"}${major}.${minor}`;
  const scheme = (base: string) => ({
    purelib: `${base}/lib/${python}/site-packages`,
    platlib: `${base}/lib/${python}/site-packages`,
    scripts: `${base}/bin`,
    data: base,
    include: `${prefix}/include/${python}`,
    stdlib: `${prefix}/lib/${python}`,
  });
  return {
    format: 1,
    version,
    versionInfo: [major, minor, micro],
    implementation,
    executable: path,
    baseExecutable: path,
    prefix,
    basePrefix: prefix,
    abiFlags: "",
    cacheTag: `cpython-${major}${minor}`,
    platformLibrary: "lib",
    framework: "",
    markers: {
      implementation_name: implementation,
      implementation_version: version,
      os_name: "posix",
      platform_machine: "x86_64",
      platform_python_implementation: "CPython",
      platform_release: "6.1",
      platform_system: "Linux",
      platform_version: "#1",
      python_full_version: version,
      python_version: `${major}.${minor}`,
      sys_platform: "linux",
    },
    abi: {
      extensionSuffix: `.cpython-${major}${minor}-x86_64-linux-gnu.so`,
      debug: false,
      freeThreaded: false,
      pymalloc: true,
    },
    machine: {
      system: "Linux",
      platform: "linux-x86_64",
      pointerBits: 64,
      glibc: [2, 36],
      elf: null,
      manylinux: null,
    },
    paths: scheme(prefix),
    userPaths: scheme("{userbase}"),
    virtualPaths: scheme("{prefix}"),
    site: {
      own: [`${prefix}/lib/${python}/site-packages`],
      virtual: [`{prefix}/lib/${python}/site-packages`],
      inherited: [`${prefix}/lib/${python}/site-packages`],
      stdlib: [],
    },
    libc: null,
    ...changes,
  };
}

/** What such a Python prints when the probe is run in it, with the noise of a talkative sitecustomize around. */
export function printed(answer: object): string {
  return `hello from sitecustomize\n\n<pkm-probe>${JSON.stringify(answer)}</pkm-probe>\nbye\n`;
}

export type ImaginedWorld = InterpreterWorld & {
  readonly files: MemoryFiles;
  readonly processes: MemoryProcesses;
  /** Executables that were run, in order. */
  runs(): string[];
};

/** A machine with these Pythons and files. */
export function imaginedWorld(
  pythons: readonly ImaginedPython[],
  tree: Readonly<Record<string, string>> = {},
  host: Partial<InterpreterWorld["host"]> = {},
  options: MemoryFilesOptions = {},
): ImaginedWorld {
  const files = new MemoryFiles(tree, options);
  const programs: Record<string, (request: ProcessRequest) => { stdout: string }> = {};
  for (const python of pythons) {
    files.makeFolders(python.path.slice(0, python.path.lastIndexOf("/")));
    files.write(python.path, "\x7fELF", { mode: 0o777 });
    programs[python.path] = () => ({ stdout: printed(imaginedAnswer(python)) });
  }
  const processes = new MemoryProcesses(programs);
  const answers = new Map<string, string>();
  return {
    files,
    processes,
    host: memoryHost(host),
    answers: { get: (key) => answers.get(key), put: (key, value) => void answers.set(key, value) },
    runs: () => processes.calls.map((call) => call.argv[0]),
  };
}
