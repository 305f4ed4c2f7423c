import type { World } from "#platform/ports";
import type { Candidate } from "./candidates.ts";
import { joined } from "./path-names.ts";
import type { WindowsRegistry } from "./windows-registry.ts";

const roots = [
  "HKCU\\Software\\Python",
  "HKLM\\Software\\Python",
  "HKLM\\Software\\Wow6432Node\\Python",
];

/**
 * Interpreters that Windows knows of (PEP 514): `<root>\<Company>\<Tag>\InstallPath`. The user's own entries hide
 * the machine's of the same company and tag; entries whose file is gone are left out.
 */
export function* registeredPythons(
  registry: WindowsRegistry,
  { files, host }: Pick<World, "files" | "host">,
): Generator<Candidate> {
  const seen = new Set<string>();
  for (const root of roots)
    for (const company of registry.keys(root)) {
      // PEP 514: PyLauncher keeps settings there, no interpreters.
      if (company.toLowerCase() === "pylauncher") continue;
      for (const tag of registry.keys(`${root}\\${company}`)) {
        const entry = `${company}\\${tag}`.toLowerCase();
        if (seen.has(entry)) continue;
        const key = `${root}\\${company}\\${tag}`;
        const path = executableOf(registry, company, key, host);
        if (path === undefined) continue;
        seen.add(entry);
        const stat = files.tryStat(path);
        if (stat?.kind !== "file" || stat.size === 0) continue;
        yield { path, source: "registry", release: releaseOf(registry, company, tag, key) };
      }
    }
}

function executableOf(
  registry: WindowsRegistry,
  company: string,
  key: string,
  host: World["host"],
): string | undefined {
  const named = registry.value(`${key}\\InstallPath`, "ExecutablePath");
  if (named !== undefined && named !== "") return named;
  // Only PythonCore may leave it out, for the sake of old installers.
  const folder = registry.value(`${key}\\InstallPath`, "");
  if (company.toLowerCase() !== "pythoncore" || folder === undefined || folder === "")
    return undefined;
  return joined(host, folder, "python.exe");
}

function releaseOf(
  registry: WindowsRegistry,
  company: string,
  tag: string,
  key: string,
): readonly number[] {
  const told =
    registry.value(key, "SysVersion") ?? (company.toLowerCase() === "pythoncore" ? tag : "");
  const numbers = /^([0-9]+)\.([0-9]+)/.exec(told);
  return numbers === null ? [] : [Number(numbers[1]), Number(numbers[2])];
}
