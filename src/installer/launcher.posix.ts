import type { PythonEnvironment } from "#environment/environment";
import type { Host } from "#platform/ports";
import type { EntryScript, Launcher } from "./scripts.ts";

/** Scripts with a `#!` line, as the kernel starts them. */
export function posixLauncher(os: Host["os"]): Launcher {
  let known: { readonly environment: PythonEnvironment; readonly lines: string } | undefined;
  const first = (environment: PythonEnvironment): string => {
    if (known?.environment !== environment)
      known = { environment, lines: shebang(environment, os) };
    return known.lines;
  };
  return {
    wrap: (_wheel, script, environment) => [
      { name: script.name, content: `${first(environment)}${body(script)}` },
    ],
    shebang: first,
    shadows: (name) => [name, `${name}.exe`, `${name}-script.py`, `${name}.pya`],
  };
}

// Kernels cut or refuse longer first lines: Linux before 5.1 at 127 bytes, macOS at 512.
const longestShebang = { linux: 127, macos: 512, windows: 127 } as const;

function shebang(environment: PythonEnvironment, os: Host["os"]): string {
  const { executable, relocatable } = environment;
  if (relocatable) {
    const name = executable.slice(executable.lastIndexOf("/") + 1);
    return throughShell(`"$(dirname -- "$(realpath -- "$0")")"/${inShell(name)}`);
  }
  const line = `#!${executable}\n`;
  const fits = new TextEncoder().encode(line).length <= longestShebang[os];
  return fits && !/\s/.test(executable) ? line : throughShell(inShell(executable));
}

/** Lines that are valid for the shell, which starts Python with the same file, and a string literal for Python. */
function throughShell(command: string): string {
  return `#!/bin/sh\n'''exec' ${command} "$0" "$@"\n' '''\n`;
}

function inShell(text: string): string {
  return `"${text.replaceAll(/[\\"$`]/g, "\\$&")}"`;
}

function body(script: EntryScript): string {
  const [imported] = script.attribute.split(".", 1);
  return `# -*- coding: utf-8 -*-
import sys
from ${script.module} import ${imported}

if __name__ == "__main__":
    for ending in ("-script.pyw", ".exe"):
        if sys.argv[0].endswith(ending):
            sys.argv[0] = sys.argv[0][: -len(ending)]
            break
    sys.exit(${script.attribute}())
`;
}
