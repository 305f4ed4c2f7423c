import { errnoOf } from "#base/errors";

/**
 * What a look finds; nothing where a folder on the way may not be entered or read. A search goes through places that other
 * users may have closed, and passes over them as over empty ones.
 */
export function reachable<T>(look: () => T | undefined): T | undefined {
  try {
    return look();
  } catch (error) {
    if (errnoOf(error) !== "EACCES") throw error;
    return undefined;
  }
}
