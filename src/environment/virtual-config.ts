import type { Interpreter } from "#interpreter/interpreter";
import { parentFolder } from "#interpreter/path-names";

export type VirtualConfigContent = {
  readonly interpreter: Interpreter;
  readonly creator: string;
  readonly systemSitePackages: boolean;
  readonly relocatable: boolean;
  readonly shared: boolean;
  readonly seed: boolean;
  readonly prompt: string | undefined;
};

const implementationNames: Readonly<Record<string, string>> = {
  cpython: "CPython",
  pypy: "PyPy",
  graalpy: "GraalPy",
};

/**
 * The text of `pyvenv.cfg`: the keys of PEP 405, `python-version` of PEP 838, and those that `venv`, virtualenv and
 * uv write and editors read. `version` and `version_info` age with the base; nothing here relies on them.
 */
export function formatVirtualConfig(content: VirtualConfigContent): string {
  const { interpreter } = content;
  const { baseExecutable, major, minor, micro } = interpreter;
  const lines = [
    `home = ${parentFolder(baseExecutable)}`,
    `include-system-site-packages = ${content.systemSitePackages}`,
    `implementation = ${implementationNames[interpreter.implementation] ?? interpreter.implementation}`,
    `python-version = ${major}.${minor}`,
    `version = ${major}.${minor}.${micro}`,
    `version_info = ${major}.${minor}.${micro}`,
    `pkm = ${content.creator}`,
  ];
  // A copied launcher does not lead to its base as a link does.
  if (interpreter.markers.os_name === "nt") lines.push(`base-executable = ${baseExecutable}`);
  if (content.relocatable) lines.push("relocatable = true");
  if (content.shared) lines.push("shared = true");
  if (content.seed) lines.push("seed = true");
  if (content.prompt !== undefined) lines.push(`prompt = ${quoted(content.prompt)}`);
  return `${lines.join("\n")}\n`;
}

// `venv` writes the prompt as Python would print it.
function quoted(text: string): string {
  const escaped = text
    .replaceAll("\\", String.raw`\\`)
    .replaceAll(/\p{Cc}/gu, (letter) => `\\x${letter.charCodeAt(0).toString(16).padStart(2, "0")}`);
  return escaped.includes("'") && !escaped.includes('"')
    ? `"${escaped}"`
    : `'${escaped.replaceAll("'", String.raw`\'`)}'`;
}
