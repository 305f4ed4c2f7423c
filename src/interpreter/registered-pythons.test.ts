import { expect, test } from "bun:test";
import { memoryHost } from "#platform/memory/host";
import { windowsFiles } from "./imagined-windows.ts";
import { registeredPythons } from "./registered-pythons.ts";
import type { WindowsRegistry } from "./windows-registry.ts";

/** Keys with their values; a key exists as soon as something lies below it. */
class ImaginedRegistry implements WindowsRegistry {
  readonly #values: Readonly<Record<string, Readonly<Record<string, string>>>>;

  constructor(values: Readonly<Record<string, Readonly<Record<string, string>>>>) {
    this.#values = values;
  }

  keys(path: string): string[] {
    const below = Object.keys(this.#values).filter((key) => key.startsWith(`${path}\\`));
    return [...new Set(below.map((key) => key.slice(path.length + 1).split("\\")[0] as string))];
  }

  value(path: string, name: string): string | undefined {
    return this.#values[path]?.[name];
  }
}

const registry = new ImaginedRegistry({
  "HKCU\\Software\\Python\\PythonCore\\3.12\\InstallPath": {
    ExecutablePath: "C:/Users/ada/Python312/python.exe",
  },
  "HKLM\\Software\\Python\\PythonCore\\3.12\\InstallPath": {
    ExecutablePath: "C:/Python312/python.exe",
  },
  "HKLM\\Software\\Python\\PythonCore\\3.9\\InstallPath": { "": "C:/Python39\\" },
  "HKLM\\Software\\Python\\PythonCore\\3.8\\InstallPath": { ExecutablePath: "C:/gone/python.exe" },
  "HKLM\\Software\\Python\\Other\\anything\\InstallPath": { "": "C:/Other" },
  "HKLM\\Software\\Python\\PyLauncher\\settings\\InstallPath": {
    ExecutablePath: "C:/Python312/python.exe",
  },
  "HKLM\\Software\\Python\\Store\\3.11\\InstallPath": { ExecutablePath: "C:/alias/python.exe" },
  "HKLM\\Software\\Wow6432Node\\Python\\Astral\\CPython3.13.1": { SysVersion: "3.13" },
  "HKLM\\Software\\Wow6432Node\\Python\\Astral\\CPython3.13.1\\InstallPath": {
    ExecutablePath: "C:/uv/python.exe",
  },
});

// PEP 514: HKCU wins; only PythonCore may leave ExecutablePath out; PyLauncher is no company; files must exist.
// The Store's aliases are files of no length.
test("registeredPythons() finds what the registry names and the disk has", () => {
  const files = windowsFiles({
    "C:/Users/ada/Python312/python.exe": "MZ",
    "C:/Python312/python.exe": "MZ",
    "C:/Python39\\python.exe": "MZ",
    "C:/Other\\python.exe": "MZ",
    "C:/alias/python.exe": "",
    "C:/uv/python.exe": "MZ",
  });
  expect([...registeredPythons(registry, { files, host: memoryHost({ os: "windows" }) })]).toEqual([
    { path: "C:/Users/ada/Python312/python.exe", source: "registry", release: [3, 12] },
    { path: "C:/Python39\\python.exe", source: "registry", release: [3, 9] },
    { path: "C:/uv/python.exe", source: "registry", release: [3, 13] },
  ]);
});
