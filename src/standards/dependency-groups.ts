import { PkmError } from "#base/errors";
import { nearest } from "#base/text";
import { dependencyGroupInvalid, dependencyGroupUnknown } from "./errors.ts";
import { normalizeName, tryParseName, type NormalizedName } from "./name.ts";
import { parseRequirement, type Requirement } from "./requirement.ts";

/** The table `[dependency-groups]` (PEP 735) by normalised name; a group is read when somebody asks for it. */
export type DependencyGroups = {
  /** For messages. */
  readonly file: string;
  readonly groups: ReadonlyMap<NormalizedName, DependencyGroup>;
};

export type DependencyGroup = {
  /** As the file spells it. */
  readonly displayName: string;
  /** Decoded and not yet looked at: a broken group harms nobody who does not use it. */
  readonly value: unknown;
};

/** Takes the table out of a decoded `pyproject.toml`; without one there are no groups. No `[project]` is needed. */
export function parseDependencyGroups(document: unknown, file: string): DependencyGroups {
  const groups = new Map<NormalizedName, DependencyGroup>();
  const table = isTable(document) ? own(document, "dependency-groups") : undefined;
  if (table === undefined) return { file, groups };
  if (!isTable(table)) throw dependencyGroupInvalid(file, "dependency-groups", "must be a table");
  for (const [displayName, value] of Object.entries(table)) {
    const name = tryParseName(displayName);
    if (name === undefined)
      throw dependencyGroupInvalid(file, displayName, "has a name that is no name of PEP 735", [
        "use letters, digits, `.`, `_` and `-`",
      ]);
    const twin = groups.get(name);
    if (twin !== undefined)
      throw dependencyGroupInvalid(file, displayName, `is the same as \`${twin.displayName}\``, [
        "rename one, or put both into one",
      ]);
    groups.set(name, { displayName, value });
  }
  return { file, groups };
}

/**
 * The requirements of a group with those of the groups it includes at their place, nothing left out twice
 * (PEP 735, "Dependency Group Include"). A group that leads back to itself is an error.
 */
export function resolveDependencyGroup(
  groups: DependencyGroups,
  name: string,
): readonly Requirement[] {
  const found: Requirement[] = [];
  gather(groups, name, [], found, new Set());
  return found;
}

/** The group and all that it includes. */
export function includedGroups(
  groups: DependencyGroups,
  name: string,
): ReadonlySet<NormalizedName> {
  const met = new Set<NormalizedName>();
  gather(groups, name, [], [], met);
  return met;
}

function gather(
  groups: DependencyGroups,
  asked: string,
  path: readonly string[],
  found: Requirement[],
  met: Set<NormalizedName>,
): void {
  const name = normalizeName(asked);
  const group = groups.groups.get(name);
  if (group === undefined)
    throw dependencyGroupUnknown(
      groups.file,
      asked,
      path.at(-1),
      nearest(name, groups.groups.keys(), 1),
    );
  met.add(name);
  const { displayName, value } = group;
  const open = path.findIndex((step) => normalizeName(step) === name);
  if (open !== -1) {
    const circle = [...path.slice(open), displayName]
      .map((step) => `\`${step}\``)
      .join(" includes ");
    throw dependencyGroupInvalid(groups.file, displayName, `leads back to itself: ${circle}`);
  }
  const fault = (why: string, fix: readonly string[] = [], cause?: unknown): PkmError =>
    dependencyGroupInvalid(groups.file, displayName, why, fix, cause);
  if (!Array.isArray(value)) throw fault("must be an array", [`${displayName} = ["REQUIREMENT"]`]);
  value.forEach((item: unknown, position) => {
    if (typeof item === "string") found.push(requirementOf(item, position, fault));
    else gather(groups, includeOf(item, position, fault), [...path, displayName], found, met);
  });
}

type Fault = (why: string, fix?: readonly string[], cause?: unknown) => PkmError;

function requirementOf(text: string, position: number, fault: Fault): Requirement {
  try {
    return parseRequirement(text);
  } catch (cause) {
    if (!(cause instanceof PkmError)) throw cause;
    const why = `has \`${text}\` as entry ${position + 1}, which is no requirement: ${cause.why ?? cause.what}`;
    throw fault(why, cause.fix, cause);
  }
}

function includeOf(item: unknown, position: number, fault: Fault): string {
  const keys = isTable(item) ? Object.keys(item) : [];
  const target = isTable(item) ? own(item, "include-group") : undefined;
  if (keys.length !== 1 || typeof target !== "string")
    throw fault(`has an entry ${position + 1} that is neither requirement nor include`, [
      'write `"REQUIREMENT"` or `{include-group = "NAME"}`',
    ]);
  return target;
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function own(table: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
