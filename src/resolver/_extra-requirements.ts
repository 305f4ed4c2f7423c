import { busyForSeconds } from "#base/busy-code";
import type { Marker } from "#standards/marker";
import type { NormalizedName } from "#standards/name";
import type { Requirement } from "#standards/requirement";
import type { Environs } from "./_environs.ts";

/**
 * The requirements of one version, sorted by who needs them, as far as they hold anywhere. A version with a hundred extras is read
 * once, not once for each extra.
 */
export class ActiveRequirements {
  /** Without any extra. */
  readonly always: readonly Requirement[];
  /** Those that do not apply without one; most versions are never asked about an extra. */
  private readonly others: Requirement[] = [];
  private byExtra: Map<string, readonly Requirement[]> | undefined;
  /** Markers about extras that are more than `extra == "x"`; judged for each extra. */
  private readonly unusual: Requirement[] = [];
  /** Extras with which the unusual ones were judged. */
  private readonly completed = new Set<NormalizedName>();
  private readonly environs: Environs;

  constructor(requiresDist: readonly Requirement[], environs: Environs) {
    this.environs = environs;
    const always: Requirement[] = [];
    for (const requirement of requiresDist) {
      const { marker } = requirement;
      if (marker === undefined || environs.holds(marker, undefined)) always.push(requirement);
      else this.others.push(requirement);
    }
    this.always = always;
  }

  /** What one extra adds. */
  of(extra: NormalizedName): readonly Requirement[] {
    const byExtra = (this.byExtra ??= this.sortByExtra());
    let added = byExtra.get(extra);
    if (this.unusual.length === 0) return added ?? none;
    if (!this.completed.has(extra)) {
      this.completed.add(extra);
      const unusual = this.unusual.filter(
        ({ marker }) => marker !== undefined && this.environs.holds(marker, extra),
      );
      byExtra.set(extra, (added = [...(added ?? none), ...unusual]));
    }
    return added ?? none;
  }

  private sortByExtra(): Map<string, Requirement[]> {
    const byExtra = new Map<string, Requirement[]>();
    for (const requirement of this.others) {
      const { marker } = requirement;
      const named = marker === undefined ? undefined : extrasNamed(marker);
      if (marker === undefined || named === undefined) continue;
      if (named === "unusual") {
        this.unusual.push(requirement);
        continue;
      }
      for (const extra of named) {
        if (!this.environs.holds(marker, extra)) continue;
        const known = byExtra.get(extra);
        if (known === undefined) byExtra.set(extra, [requirement]);
        else known.push(requirement);
      }
    }
    return byExtra;
  }
}

const none: readonly Requirement[] = [];

/** The extras a marker asks for, if it does so by `==` only; `undefined` when it does not speak of extras. */
function extrasNamed(marker: Marker): ReadonlySet<string> | "unusual" | undefined {
  let named: Set<string> | undefined;
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
    else (named ??= new Set()).add(value.text);
  };
  visit(marker);
  return unusual ? "unusual" : named;
}

busyForSeconds(ActiveRequirements);
