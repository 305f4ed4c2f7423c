import type { AnyCommand, OptionTable } from "./command.ts";

/** A command by name: what it is for, and where its description is loaded from when it is called. */
export type CommandEntry = {
  readonly summary: string;
  readonly load: () => Promise<AnyCommand>;
};

export type CommandGroup = {
  readonly summary: string;
  readonly commands: Readonly<Record<string, CommandEntry>>;
  /** What may stand before the command, beside what every command takes. */
  readonly options?: () => Promise<OptionTable>;
};

const pip: CommandGroup = {
  summary: "Install, resolve and look at distributions with pip's words",
  options: async () => (await import("./facades/pip/general-options.ts")).generalOptions,
  commands: {
    install: {
      summary: "Install distributions into an environment",
      load: async () => (await import("./facades/pip/install.ts")).install,
    },
    uninstall: {
      summary: "Remove distributions from an environment",
      load: async () => (await import("./facades/pip/uninstall.ts")).uninstall,
    },
    sync: {
      summary: "Make an environment exactly what requirements files pin",
      load: async () => (await import("./facades/pip/sync.ts")).sync,
    },
    compile: {
      summary: "Resolve requirements to pinned versions",
      load: async () => (await import("./facades/pip/compile.ts")).compile,
    },
    download: {
      summary: "Put distributions into a folder without installing them",
      load: async () => (await import("./facades/pip/download.ts")).download,
    },
    wheel: {
      summary: "Put what exists as wheels into a folder",
      load: async () => (await import("./facades/pip/wheel.ts")).wheel,
    },
    lock: {
      summary: "Resolve requirements to a lock for this machine",
      load: async () => (await import("./facades/pip/lock.ts")).lock,
    },
    freeze: {
      summary: "Print what is installed as requirements",
      load: async () => (await import("./facades/pip/freeze.ts")).freeze,
    },
    list: {
      summary: "List what is installed",
      load: async () => (await import("./facades/pip/list.ts")).list,
    },
    show: {
      summary: "Show what is known about installed distributions",
      load: async () => (await import("./facades/pip/show.ts")).show,
    },
    tree: {
      summary: "Show what is installed as a tree of dependencies",
      load: async () => (await import("./facades/pip/tree.ts")).tree,
    },
    check: {
      summary: "Verify that installed distributions have what they require",
      load: async () => (await import("./facades/pip/check.ts")).check,
    },
    inspect: {
      summary: "Print everything known about an environment as JSON",
      load: async () => (await import("./facades/pip/inspect.ts")).inspect,
    },
    config: {
      summary: "Read and write pip's configuration",
      load: async () => (await import("./facades/pip/config.ts")).config,
    },
    search: {
      summary: "Search an index",
      load: async () => (await import("./facades/pip/search.ts")).search,
    },
    cache: {
      summary: "Look at the cache and empty it",
      load: async () => (await import("./facades/pip/cache.ts")).cache,
    },
    index: {
      summary: "Show which versions of a project there are",
      load: async () => (await import("./facades/pip/index-versions.ts")).index,
    },
    hash: {
      summary: "Print hashes of files",
      load: async () => (await import("./facades/pip/hash.ts")).hash,
    },
    completion: {
      summary: "Print the completion script of a shell",
      load: async () => (await import("./facades/pip/completion.ts")).completion,
    },
    debug: {
      summary: "Print what helps to find a fault",
      load: async () => (await import("./facades/pip/debug.ts")).debug,
    },
    help: {
      summary: "Show the help of a command",
      load: async () => (await import("./facades/pip/help.ts")).help,
    },
  },
};

const cache: CommandGroup = {
  summary: "Look after the cache",
  commands: {
    dir: {
      summary: "Print the folder of the cache",
      load: async () => (await import("./commands/cache-dir.ts")).cacheDir,
    },
    size: {
      summary: "Print how much the cache holds",
      load: async () => (await import("./commands/cache-size.ts")).cacheSize,
    },
    clean: {
      summary: "Remove everything, or what belongs to some names",
      load: async () => (await import("./commands/cache-clean.ts")).cacheClean,
    },
    prune: {
      summary: "Remove what nothing needs any more",
      load: async () => (await import("./commands/cache-prune.ts")).cachePrune,
    },
    verify: {
      summary: "Hash everything again and remove what is damaged",
      load: async () => (await import("./commands/cache-verify.ts")).cacheVerify,
    },
  },
};

const python: CommandGroup = {
  summary: "Find Python interpreters",
  commands: {
    list: {
      summary: "List the interpreters on this machine",
      load: async () => (await import("./commands/python-list.ts")).pythonList,
    },
    find: {
      summary: "Print the interpreter that a request means",
      load: async () => (await import("./commands/python-find.ts")).pythonFind,
    },
  },
};

/** Every command of pkm. Help, completion and the tests walk this tree. */
export const commandTree: Readonly<Record<string, CommandEntry | CommandGroup>> = {
  venv: {
    summary: "Create a virtual environment",
    load: async () => (await import("./commands/venv.ts")).venv,
  },
  pip,
  build: {
    summary: "Make an sdist and a wheel of a project",
    load: async () => (await import("./commands/build.ts")).build,
  },
  python,
  cache,
  explain: {
    summary: "Say why the last command found no solution, and what would help",
    load: async () => (await import("./commands/explain.ts")).explain,
  },
  why: {
    summary: "Say who needs a package, why this version, and why no newer one",
    load: async () => (await import("./commands/why.ts")).why,
  },
  "pip-compile": {
    summary: "Resolve requirements to pinned versions with pip-tools' words",
    load: async () => (await import("./facades/pip-tools/pip-compile.ts")).pipCompile,
  },
  "pip-sync": {
    summary: "Make an environment what files pin, with pip-tools' words",
    load: async () => (await import("./facades/pip-tools/pip-sync.ts")).pipSync,
  },
  virtualenv: {
    summary: "Create a virtual environment with virtualenv's words",
    load: async () => (await import("./facades/virtualenv/virtualenv.ts")).virtualenv,
  },
  debug: {
    summary: "Answer questions about the packaging standards, line by line",
    load: async () => (await import("./commands/debug.ts")).debug,
  },
  completion: {
    summary: "Print the completion script of a shell",
    load: async () => (await import("./commands/completion.ts")).completion,
  },
  help: {
    summary: "Show the help of a command",
    load: async () => (await import("./commands/help.ts")).help,
  },
};

/** Every command and group by the words it is called with. */
export function allCommands(): string[] {
  return Object.entries(commandTree).flatMap(([name, entry]) => [
    name,
    ...(isGroup(entry) ? Object.keys(entry.commands).map((inner) => `${name} ${inner}`) : []),
  ]);
}

export function isGroup(entry: CommandEntry | CommandGroup): entry is CommandGroup {
  return "commands" in entry;
}
