import type { AskedRequirement } from "#resolver/request";
import type { SpecifierSet } from "#standards/specifier-set";
import { hashWithoutPin } from "./errors.ts";

/**
 * Where hashes are required, everything that is asked for is one version or one address (pip's `--require-hashes`):
 * else a hash would say which version is meant, and a new release would make the same file fail. A constraint may
 * be the pin.
 */
export function requirePins(
  roots: readonly AskedRequirement[],
  constraints: readonly AskedRequirement[],
): void {
  const pinned = new Set(
    constraints
      .filter(({ requirement }) => isPin(requirement.specifier) || requirement.url !== undefined)
      .map(({ requirement }) => requirement.name),
  );
  for (const { requirement, hashes, origin } of roots)
    if (
      hashes.length > 0 &&
      requirement.url === undefined &&
      !isPin(requirement.specifier) &&
      !pinned.has(requirement.name)
    )
      throw hashWithoutPin(requirement, origin);
}

function isPin({ specifiers }: SpecifierSet): boolean {
  return specifiers.some(
    ({ operator, version }) =>
      operator === "===" || (operator === "==" && !version.trim().endsWith(".*")),
  );
}
