import type { World } from "#platform/ports";
import { parseToml } from "#platform/toml";
import { type NormalizedName, parseName } from "#standards/name";
import { parseRequirement, type Requirement } from "#standards/requirement";
import { TomlTable } from "#standards/toml-table";
import { buildSystemInvalid } from "./errors.ts";

/**
 * What projects need to be built and do not say themselves: `[tool.pkm.extra-build-dependencies]` of the nearest
 * `pyproject.toml` here or above, name to requirements.
 */
export function readExtraBuildRequirements(
  folder: string,
  { files }: Pick<World, "files">,
): ReadonlyMap<NormalizedName, readonly Requirement[]> {
  for (let at = folder; ; at = at.slice(0, at.lastIndexOf("/"))) {
    const text = files.tryReadText(`${at}/pyproject.toml`);
    if (text !== undefined) return tableOf(parseToml(text, `${at}/pyproject.toml`), at);
    if (!at.includes("/") || at === "/") return new Map();
  }
}

function tableOf(document: unknown, folder: string): Map<NormalizedName, readonly Requirement[]> {
  const fault = (key: string, why: string, cause?: unknown) =>
    buildSystemInvalid(folder, key, why, cause);
  const table = TomlTable.of(document, "", fault)
    .table("tool")
    ?.table("pkm")
    ?.table("extra-build-dependencies");
  const extra = new Map<NormalizedName, readonly Requirement[]>();
  for (const name of table?.keys() ?? [])
    extra.set(parseName(name), table?.parsedList(name, parseRequirement) ?? []);
  return extra;
}
