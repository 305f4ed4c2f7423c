import {
  anyVersion,
  parseSpecifierSet,
  type Specifier,
  specifierContains,
  type SpecifierSet,
} from "#standards/specifier-set";
import { publicVersion, type Version } from "#standards/version";

/**
 * Bounds that admit a version and say as much of the old ones as that allows: what excludes it moves (`==1.4` to
 * `==2.0`, `~=1.4` to `~=2.0`) or goes (`<2`).
 */
export function loosened(bounds: SpecifierSet, wanted: Version): SpecifierSet {
  const kept = bounds.specifiers.flatMap((specifier) => {
    const text = specifier.operator + specifier.version;
    const admits = specifierContains(parseSpecifierSet(text), wanted.text, { prereleases: true });
    return admits ? text : (moved(specifier, wanted) ?? []);
  });
  return kept.length === 0 ? anyVersion : parseSpecifierSet(kept.join(","));
}

function moved({ operator, version }: Specifier, to: Version): string | undefined {
  const components = (text: string): number =>
    text
      .replace(/^v?(\d+!)?/i, "")
      .match(/^\d+(\.\d+)*/)?.[0]
      .split(".").length ?? 1;
  const epoch = to.epoch == 0 ? "" : `${to.epoch}!`;
  const prefix = (count: number): string =>
    epoch + Array.from({ length: count }, (_, i) => to.release[i] ?? 0).join(".");
  switch (operator) {
    case "==":
    case "===":
      return version.endsWith(".*")
        ? `==${prefix(components(version))}.*`
        : `==${publicVersion(to)}`;
    case "~=":
      return `~=${prefix(Math.max(2, components(version)))}`;
    default:
      return undefined;
  }
}
