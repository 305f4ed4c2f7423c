import type { World } from "#platform/ports";
import type { PythonEnvironment } from "./environment.ts";
import { externallyManaged } from "./errors.ts";

/**
 * Refuses to change a Python that a system's package manager owns (PEP 668), in the words of its EXTERNALLY-MANAGED
 * file. A file that cannot be read refuses as well. `--target` and `--prefix` change nothing of the system's.
 */
export function refuseExternallyManaged(
  environment: PythonEnvironment,
  world: Pick<World, "files" | "host">,
): void {
  const { kind, interpreter } = environment;
  if (kind === "virtual" || kind === "target" || kind === "prefix") return;
  // As with pip: whoever is in a virtual environment is asked nothing, not even for `--user`.
  if (kind === "user" && interpreter.prefix !== interpreter.basePrefix) return;
  const path = interpreter.externallyManaged;
  if (path === undefined) return;
  let text: string | undefined;
  try {
    text = world.files.tryReadText(path);
  } catch {
    // Whatever keeps it from being read, it is there.
  }
  const message = text === undefined ? undefined : managedMessage(text, localesOf(world.host.env));
  throw externallyManaged(interpreter.prefix, message);
}

/**
 * The message of `[externally-managed]`: `Error-de_AT`, `Error-de`, `Error`, whichever is there first. The file is
 * read as configparser does without interpolation: keys in any case, indented lines continue a value.
 */
export function managedMessage(text: string, locales: readonly string[]): string | undefined {
  const values = new Map<string, string>();
  let inside = false;
  let key: string | undefined;
  for (const line of text.replace(/^\ufeff/, "").split(/\r?\n/)) {
    const trimmed = line.trim();
    if (/^[ \t]/.test(line) && key !== undefined) values.set(key, `${values.get(key)}\n${trimmed}`);
    else if (trimmed === "" && key !== undefined) values.set(key, `${values.get(key)}\n`);
    else if (trimmed.startsWith("[")) {
      inside = trimmed === "[externally-managed]";
      key = undefined;
    } else if (!trimmed.startsWith("#") && !trimmed.startsWith(";")) {
      const parts = /^([^=:]+?)\s*[=:]\s*(.*)$/.exec(trimmed);
      key = inside && parts !== null ? (parts[1] as string).toLowerCase() : undefined;
      if (key !== undefined) values.set(key, parts?.[2] ?? "");
    }
  }
  for (const name of [...locales.map((locale) => `error-${locale.toLowerCase()}`), "error"]) {
    const message = values.get(name)?.trim();
    if (message !== undefined && message !== "") return message;
  }
  return undefined;
}

/** `de_AT.UTF-8` of the usual variables as `de_AT`, `de`. */
function localesOf(env: World["host"]["env"]): string[] {
  const value = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find(
    (each) => each !== undefined && each !== "",
  );
  const locale = value?.split(/[.@]/, 1)[0] ?? "";
  if (locale === "" || locale === "C" || locale === "POSIX") return [];
  const [language] = locale.split("_");
  return [...new Set([locale, language as string])];
}
