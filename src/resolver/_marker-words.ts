import type { Marker, MarkerComparison } from "#standards/marker";

/**
 * A marker in the words that answers for many machines use.
 *
 * Pre-releases of a Python count as that Python: `python_full_version >= "3.11.4"` and `python_full_version < "3.11.4"`,
 * both of which leave out 3.11.4rc1, then are each other's opposite, and no part of an answer is for such Pythons alone.
 * Windows, Linux and macOS are known by `sys_platform`, whichever of its names a marker uses.
 */
export function inOwnWords(marker: Marker): Marker {
  return rewritten(marker, (comparison) => {
    const system = systemComparison(comparison);
    if (system !== undefined) return system;
    return withVersion(comparison, (text) => (/^[0-9.]+$/.test(text) ? `${text}.dev0` : text));
  });
}

/** The usual way to say what {@link inOwnWords} made of a marker. */
export function inUsualWords(marker: Marker): Marker {
  return rewritten(marker, (comparison) =>
    withVersion(comparison, (text) => text.replace(/\.dev0$/, "")),
  );
}

/** Values of variables that say the same as a value of `sys_platform`. */
const platforms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  platform_system: { Windows: "win32", Linux: "linux", Darwin: "darwin" },
  os_name: { nt: "win32" },
};

function systemComparison({
  left,
  operator,
  right,
  ...rest
}: MarkerComparison): MarkerComparison | undefined {
  if (operator !== "==" && operator !== "!=") return undefined;
  const variable = left.kind === "variable" ? left : right.kind === "variable" ? right : undefined;
  const value = left.kind === "value" ? left : right.kind === "value" ? right : undefined;
  if (variable === undefined || value === undefined) return undefined;
  const text = platforms[variable.name]?.[value.text];
  if (text === undefined) return undefined;
  return {
    ...rest,
    left: { kind: "variable", name: "sys_platform" },
    operator,
    right: { kind: "value", text },
  };
}

/** The version in a lower bound of `python_full_version` changed. */
function withVersion(
  comparison: MarkerComparison,
  change: (text: string) => string,
): MarkerComparison {
  const { left, operator, right } = comparison;
  if (operator === ">=" && isFullVersion(left) && right.kind === "value") {
    const text = change(right.text);
    return text === right.text ? comparison : { ...comparison, right: { kind: "value", text } };
  }
  if (operator === "<=" && isFullVersion(right) && left.kind === "value") {
    const text = change(left.text);
    return text === left.text ? comparison : { ...comparison, left: { kind: "value", text } };
  }
  return comparison;
}

function isFullVersion(operand: MarkerComparison["left"]): boolean {
  return operand.kind === "variable" && operand.name === "python_full_version";
}

function rewritten(
  marker: Marker,
  change: (comparison: MarkerComparison) => MarkerComparison,
): Marker {
  switch (marker.kind) {
    case "group": {
      const inner = rewritten(marker.inner, change);
      return inner === marker.inner ? marker : { ...marker, inner };
    }
    case "and":
    case "or": {
      const parts = marker.parts.map((part) => rewritten(part, change));
      return parts.every((part, index) => part === marker.parts[index])
        ? marker
        : { ...marker, parts };
    }
    case "comparison":
      return change(marker);
    default:
      return marker satisfies never;
  }
}
