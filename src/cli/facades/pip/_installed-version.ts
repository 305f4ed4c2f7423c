import { PkmError } from "#base/errors";
import type { Invocation } from "#cli/invocation";
import { normalizeName } from "#standards/name";
import { isPrerelease, tryParseVersion } from "#standards/version";
import { readChosen } from "./_reading.ts";

/** The version of a project that is installed where the options point; without an environment there is none. */
export async function installedVersion(
  project: string,
  python: string | undefined,
  invocation: Invocation,
): Promise<string | undefined> {
  try {
    const { distributions } = await readChosen(python === undefined ? {} : { python }, invocation);
    return distributions.find(({ name }) => name === normalizeName(project))?.version;
  } catch (error) {
    if (error instanceof PkmError) return undefined;
    throw error;
  }
}

/** pip's lines about an installed project below those about what an index has. */
export function installedLines(installed: string | undefined, latest: string): string {
  if (installed === undefined) return "";
  const parsed = tryParseVersion(latest);
  const note =
    parsed !== undefined && isPrerelease(parsed)
      ? " (pre-release; install with `pip install --pre`)"
      : "";
  return `  INSTALLED: ${installed}\n  LATEST:    ${latest}${note}\n`;
}
