import { evaluateMarkerLeniently, type Marker, type MarkerEnvironment } from "#standards/marker";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";

/**
 * The requirements of one version, sorted by who needs them, for one target. A version with a hundred extras is read
 * once, not once for each extra.
 */
export class ActiveRequirements {
  /** Without any extra. */
  readonly always: Requirement[] = [];
  private readonly byExtra = new Map<NormalizedName, Requirement[]>();
  /** Markers about extras that are more than `extra == "x"`; judged for each extra. */
  private readonly unusual: Requirement[] = [];
  private readonly environment: MarkerEnvironment;

  constructor(metadata: CoreMetadata, environment: MarkerEnvironment) {
    this.environment = environment;
    for (const requirement of metadata.requiresDist) {
      const { marker } = requirement;
      if (marker === undefined) {
        this.always.push(requirement);
        continue;
      }
      const named = extrasNamed(marker);
      if (named === undefined) {
        if (this.applies(marker, [])) this.always.push(requirement);
        continue;
      }
      if (named === "unusual") {
        if (this.applies(marker, [])) this.always.push(requirement);
        else this.unusual.push(requirement);
        continue;
      }
      if (this.applies(marker, [])) {
        this.always.push(requirement);
        continue;
      }
      for (const extra of named) {
        if (!this.applies(marker, [extra])) continue;
        const known = this.byExtra.get(extra);
        if (known === undefined) this.byExtra.set(extra, [requirement]);
        else known.push(requirement);
      }
    }
  }

  /** What one extra adds. */
  of(extra: NormalizedName): readonly Requirement[] {
    const plain = this.byExtra.get(extra) ?? [];
    if (this.unusual.length === 0) return plain;
    return [
      ...plain,
      ...this.unusual.filter(({ marker }) => marker !== undefined && this.applies(marker, [extra])),
    ];
  }

  private applies(marker: Marker, extras: readonly NormalizedName[]): boolean {
    return evaluateMarkerLeniently(marker, this.environment, { extras });
  }
}

/** The extras a marker asks for, if it does so by `==` only; `undefined` when it does not speak of extras. */
function extrasNamed(marker: Marker): ReadonlySet<NormalizedName> | "unusual" | undefined {
  let named: Set<NormalizedName> | undefined;
  let unusual = false;
  const visit = (part: Marker): void => {
    if (part.kind === "group") return visit(part.inner);
    if (part.kind !== "comparison") return part.parts.forEach(visit);
    const { left, operator, right } = part;
    const variable =
      left.kind === "variable" ? left : right.kind === "variable" ? right : undefined;
    const value = left.kind === "value" ? left : right.kind === "value" ? right : undefined;
    if (variable?.name !== "extra") return;
    if (operator !== "==" || value === undefined) unusual = true;
    else (named ??= new Set()).add(value.text as NormalizedName);
  };
  visit(marker);
  return unusual ? "unusual" : named;
}
