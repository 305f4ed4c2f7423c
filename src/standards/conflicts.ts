import { conflictsInvalid } from "./errors.ts";
import { parseDependencyGroups } from "./dependency-groups.ts";
import type { MarkerComparison } from "./marker.ts";
import { type NormalizedName, normalizeName } from "./name.ts";
import { describeChoice, type ProjectChoice } from "./project-choice.ts";
import { parseProjectTable } from "./project-table.ts";
import { TomlTable } from "./toml-table.ts";

/** Choices of which a person makes one at most. */
export type Conflict = {
  /** Where it was declared: `tool.pkm.conflicts[0]`. */
  readonly path: string;
  readonly choices: readonly ProjectChoice[];
};

/**
 * `[tool.pkm] conflicts` of a decoded `pyproject.toml`: lists of extras and groups that exclude each other, such as
 * `[[{ extra = "cpu" }, { extra = "gpu" }]]`. A choice that the project does not offer is an error, since nothing would
 * conflict. `package` may say whose extra it is, which can be the project's own name only.
 */
export function parseConflicts(document: unknown, file: string): readonly Conflict[] {
  const fault = (key: string, why: string): Error => conflictsInvalid(file, key, why);
  const table = TomlTable.of(document, "", fault as never)
    .table("tool")
    ?.table("pkm");
  const lists = table?.list("conflicts");
  if (table === undefined || lists === undefined) return [];
  const offer = offerOf(document, file);
  return lists.map((list, position): Conflict => {
    const key = `conflicts[${position}]`;
    const entries = TomlTable.of({ [key]: list }, table.path, fault as never).tables(key) ?? [];
    const choices = entries.map((entry) => readChoice(entry, offer));
    if (choices.length < 2) throw table.fault(key, "must have two entries at least");
    for (const [at, choice] of choices.entries())
      if (choices.findIndex((other) => isSame(other, choice)) !== at)
        throw table.fault(`${key}[${at}]`, `is ${describeChoice(choice)} once more`);
    return { path: table.at(key), choices };
  });
}

/** What a project has to choose from; `undefined` for what its build decides. */
type Offer = {
  readonly project: NormalizedName | undefined;
  readonly extra: readonly NormalizedName[] | undefined;
  readonly group: readonly NormalizedName[];
};

function offerOf(document: unknown, file: string): Offer {
  const project = parseProjectTable(document, file);
  const isOpen = project?.dynamic.has("optional-dependencies") === true;
  return {
    project: project?.name,
    extra: isOpen ? undefined : [...(project?.optionalDependencies.keys() ?? [])],
    group: [...parseDependencyGroups(document, file).groups.keys()],
  };
}

function readChoice(entry: TomlTable, offer: Offer): ProjectChoice {
  for (const key of entry.keys())
    if (!["extra", "group", "package"].includes(key))
      throw entry.fault(key, "is no key of it, `extra`, `group` and `package` are");
  const extra = entry.text("extra");
  const group = entry.text("group");
  const owner = entry.text("package");
  if (owner !== undefined && normalizeName(owner) !== offer.project)
    throw entry.fault("package", `is \`${owner}\`, and only this project's choices are known here`);
  if ((extra === undefined) === (group === undefined))
    throw entry.fault("extra", "or `group` must be given, and not both");
  const kind = extra === undefined ? "group" : "extra";
  const text = extra ?? (group as string);
  const choice = { kind, name: normalizeName(text) } as const;
  const known = offer[kind];
  if (known !== undefined && !known.includes(choice.name))
    throw entry.fault(kind, `is \`${text}\`, which the project does not have`);
  return choice;
}

/** The first conflict that these choices run into, with the two of them that do. */
export function brokenConflict(
  conflicts: readonly Conflict[],
  chosen: readonly ProjectChoice[],
): { readonly conflict: Conflict; readonly choices: readonly ProjectChoice[] } | undefined {
  for (const conflict of conflicts) {
    const choices = conflict.choices.filter((one) => chosen.some((other) => isSame(one, other)));
    if (choices.length > 1) return { conflict, choices };
  }
  return undefined;
}

/** Holds where the choice was made: `'cpu' in extras` (PEP 751, "Environment Markers"). */
export function choiceMarker({ kind, name }: ProjectChoice): MarkerComparison {
  return {
    kind: "comparison",
    left: { kind: "value", text: name },
    operator: "in",
    right: { kind: "variable", name: kind === "extra" ? "extras" : "dependency_groups" },
  };
}

function isSame(a: ProjectChoice, b: ProjectChoice): boolean {
  return a.kind === b.kind && a.name === b.name;
}
