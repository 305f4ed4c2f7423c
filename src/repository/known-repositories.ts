import type { IndexConfiguration } from "./configuration.ts";

/** The one table of repositories that pkm knows by name. An address is made of the registry's name and its domain. */
const registries = { pypi: { registry: "pypi", domain: "org", path: "simple" } } as const;

export type KnownRepository = keyof typeof registries;

/** PyPI, which is asked where nobody names another index. */
export function knownRepository(name: KnownRepository): IndexConfiguration {
  const { registry, domain, path } = registries[name];
  return { name, url: `https://${registry}.${domain}/${path}/` };
}
