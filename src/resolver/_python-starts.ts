import type { Marker, MarkerComparison } from "#standards/marker";

/**
 * Pre-releases of a Python count as that Python when an answer is for many machines. `python_full_version >= "3.11.4"`
 * and `python_full_version < "3.11.4"`, both of which leave out 3.11.4rc1, then are each other's opposite, and no part
 * of an answer is for such Pythons alone.
 */
export function withPythonStarts(marker: Marker): Marker {
  return rewritten(marker, (text) => (/^[0-9.]+$/.test(text) ? `${text}.dev0` : text));
}

/** The usual way to say what {@link withPythonStarts} made of a marker. */
export function withoutPythonStarts(marker: Marker): Marker {
  return rewritten(marker, (text) => text.replace(/\.dev0$/, ""));
}

function rewritten(marker: Marker, change: (text: string) => string): Marker {
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
      return rewrittenComparison(marker, change);
    default:
      return marker satisfies never;
  }
}

function rewrittenComparison(
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
