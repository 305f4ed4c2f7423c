import { compareText } from "#base/order";
import { plural } from "#base/text";
import type { NormalizedName } from "#standards/name";

/** Who claims a file: a wheel about to be installed, or a distribution that is. */
export type Claimant = { readonly name: NormalizedName; readonly version: string };

/** Two distributions that claim one file with different content. */
export type Collision = {
  readonly path: string;
  readonly winner: Claimant;
  readonly loser: Claimant;
};

/**
 * Whose content a file gets that several claim: that of the last in the order of normalised names. So the result
 * hangs neither on the order of downloads nor on what was installed first.
 */
export function strongest<C extends Claimant>(claimants: readonly C[]): C | undefined {
  let last: C | undefined;
  for (const claimant of claimants)
    if (last === undefined || compareText(claimant.name, last.name) >= 0) last = claimant;
  return last;
}

/** One sentence per pair of distributions; it names both, and the files. */
export function describeCollisions(collisions: readonly Collision[], root: string): string[] {
  const pairs = new Map<string, Collision[]>();
  for (const collision of collisions) {
    const pair = `${labelOf(collision.winner)}\0${labelOf(collision.loser)}`;
    const known = pairs.get(pair);
    if (known === undefined) pairs.set(pair, [collision]);
    else known.push(collision);
  }
  return [...pairs.values()].map((pair) => {
    const [{ winner, loser }] = pair as [Collision];
    const paths = pair.map((collision) => `\`${below(root, collision.path)}\``).sort(compareText);
    const shown = paths.slice(0, shownAtMost);
    const more = paths.length - shown.length;
    const named =
      more > 0 ? `${shown.join(", ")} and ${plural(more, "file")} more` : shown.join(", ");
    const content = `${labelOf(loser)} and ${labelOf(winner)} both have ${named}, with different content`;
    return `${content}: the environment gets what ${winner.name} has`;
  });
}

const shownAtMost = 3;

/** How messages name one. */
export function labelOf(claimant: Claimant): string {
  return `${claimant.name} ${claimant.version}`;
}

function below(root: string, path: string): string {
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
