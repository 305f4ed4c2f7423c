import type { PythonEnvironment } from "#environment/environment";
import type { ManifestFile, WheelManifest } from "#store/wheel-manifest";
import { type EntryScript, type Launcher, parseEntryScript, type ScriptFile } from "./scripts.ts";

/** The scripts that one environment gets of a wheel. */
export type WheelScripts = {
  /** Commands of its entry points. */
  readonly wrapped: readonly ScriptFile[];
  /** Those of its `.data` folder that are not the same commands again. */
  readonly own: readonly ManifestFile[];
  /** Where {@link own} lie, relative to the wheel's root. */
  readonly folder: string;
};

export function scriptsOf(
  manifest: WheelManifest,
  launcher: Launcher,
  environment: PythonEnvironment,
): WheelScripts {
  const label = `${manifest.name} ${manifest.version}`;
  const taken = new Set<string>();
  const wrapped: ScriptFile[] = [];
  for (const command of entryScripts(manifest, label)) {
    for (const name of launcher.shadows(command.name)) taken.add(name);
    wrapped.push(...launcher.wrap(label, command, environment));
  }
  const part = manifest.parts.find(({ scheme }) => scheme === "scripts");
  const own = part?.files.filter(({ path }) => !taken.has(path)) ?? [];
  return { wrapped, own, folder: part?.folder ?? "" };
}

function entryScripts(
  { consoleScripts, guiScripts }: WheelManifest,
  label: string,
): readonly EntryScript[] {
  const scripts = Object.entries(consoleScripts).map(([name, reference]) =>
    parseEntryScript(label, name, reference, false),
  );
  for (const [name, reference] of Object.entries(guiScripts))
    if (!Object.hasOwn(consoleScripts, name))
      scripts.push(parseEntryScript(label, name, reference, true));
  return scripts;
}
