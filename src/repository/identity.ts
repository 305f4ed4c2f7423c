import { compareText } from "#base/order";
import { withoutCredentials } from "#base/url";
import type { RepositoryConfiguration } from "./configuration.ts";

/** {@link Repositories.identity} of repositories that are configured so, each place for links with its stamp. */
export function identityOf({
  indexes,
  findLinks,
  strategy,
  bindings,
}: Pick<RepositoryConfiguration, "indexes" | "strategy" | "bindings"> & {
  readonly findLinks: readonly (readonly [location: string, stamp: string])[];
}): string {
  return JSON.stringify({
    indexes: indexes.map((settings) => ({ ...settings, url: withoutCredentials(settings.url) })),
    findLinks,
    strategy,
    bindings: [...(bindings ?? [])].sort(([a], [b]) => compareText(a, b)),
  });
}
