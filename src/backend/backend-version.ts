import { parseVersion } from "#standards/version";

/**
 * The version of `pkm-build`, here and in `python/pkm-build`. It stands in every wheel's `Generator`, so it changes when
 * archives change, not with every pkm.
 */
export const backendVersion = parseVersion("0.1.0");
