import { nearest } from "#base/text";
import { normalizeName, type NormalizedName } from "#standards/name";
import { importedAs, popularNames } from "./_popular-names.ts";

/**
 * Names that somebody may have meant, best first: the project behind a module of that name, then names that are spelt
 * nearly the same, out of those given and of those that many people use. Nobody is asked; whether they exist is to be
 * seen.
 */
export function nearestNames(name: NormalizedName, known: Iterable<string>): NormalizedName[] {
  const names = new Set<NormalizedName>();
  const module = importedAs.get(name);
  if (module !== undefined) names.add(normalizeName(module));
  const pool = new Set<string>([...known, ...popularNames()]);
  pool.delete(name);
  for (const prefixed of [`python-${name}`, `py${name}`])
    if (pool.has(prefixed)) names.add(normalizeName(prefixed));
  const squeezed = (text: string): string => text.replaceAll("-", "");
  // `scikitlearn` for `scikit-learn`: hyphens are forgotten more often than letters are mistaken.
  for (const other of pool) if (squeezed(other) === squeezed(name)) names.add(normalizeName(other));
  for (const other of nearest(name, pool)) names.add(normalizeName(other));
  return [...names];
}
