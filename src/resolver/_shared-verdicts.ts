import { busyForSeconds } from "#base/busy-code";
import type { ProjectFile } from "#repository/listing";
import type { Verdict } from "./_candidate.ts";
import type { Region } from "./_region.ts";

type Shared = {
  readonly verdict: Extract<Verdict, { usable: true }>;
  /** Every Requires-Python among the files. */
  readonly pythons: readonly string[];
};

/**
 * What regions found of versions that nothing about a region speaks against: all its Pythons may have every file, and the file
 * that speaks for the version fits there. Wherever that is so as well, the same is found.
 */
export class SharedVerdicts {
  private readonly known = new Map<readonly ProjectFile[], Shared>();

  get(files: readonly ProjectFile[], region: Region): Verdict | undefined {
    const known = this.known.get(files);
    if (known === undefined || !isPlain(known, region)) return undefined;
    return known.verdict;
  }

  note(files: readonly ProjectFile[], verdict: Verdict, region: Region): void {
    if (!verdict.usable || verdict.isForeign || verdict.within !== undefined) return;
    const pythons: string[] = [];
    for (const { requiresPython } of files)
      if (requiresPython !== undefined && !pythons.includes(requiresPython))
        pythons.push(requiresPython);
    const shared = { verdict, pythons };
    if (isPlain(shared, region)) this.known.set(files, shared);
  }
}

function isPlain({ verdict: { file }, pythons }: Shared, region: Region): boolean {
  if (region.asksForWheels) return false;
  for (const python of pythons) if (!region.isOfEveryPython(python)) return false;
  return file.identity.kind === "sdist" || region.isAtHome(file.identity);
}

busyForSeconds(SharedVerdicts, isPlain);
