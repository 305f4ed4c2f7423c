import { isCompiled } from "./bytecode.ts";
import { type Collision, labelOf, strongest } from "./collisions.ts";
import { fileAndFolder } from "./errors.ts";
import { nameOf } from "./places.ts";
import type { StagedFile, StagedPart } from "./staged-part.ts";

/** One file or folder of a staged part; `file` is known where the claim comes from a look into a folder. */
export type Claim = {
  readonly part: StagedPart;
  readonly path: string;
  readonly file?: StagedFile;
};

/** The claims on what lies directly in a claimed folder. */
export function* claimsBelow({ part, path }: Claim): Generator<Claim> {
  const start = path.length + 1;
  const seen = new Set<string>();
  for (const file of part.files()) {
    if (file.path[start - 1] !== "/" || !file.path.startsWith(path)) continue;
    const slash = file.path.indexOf("/", start);
    const child = slash === -1 ? file.path : file.path.slice(0, slash);
    if (seen.has(child)) continue;
    seen.add(child);
    yield slash === -1 ? { part, path: child, file } : { part, path: child };
  }
}

/** Of several claims on one file the one that gets it; the others are noted as collisions where their content differs. */
export function winnerOf(path: string, claims: readonly Claim[], collisions: Collision[]): Claim {
  const [only, ...others] = claims as readonly [Claim, ...Claim[]];
  if (others.length === 0) return only;
  const part = strongest(claims.map((claim) => claim.part)) as StagedPart;
  const winner = claims.findLast((claim) => claim.part === part) as Claim;
  const content = fileOf(winner);
  for (const claim of claims) {
    const other = fileOf(claim);
    if ((other === undefined) !== (content === undefined)) {
      const [file, folder] = content === undefined ? [claim, winner] : [winner, claim];
      throw fileAndFolder(path, labelOf(file.part), labelOf(folder.part));
    }
    const isSame = other?.sha256 === content?.sha256 && nameOf(claim.path) === nameOf(winner.path);
    if (claim.part !== part && !isSame && !isCompiled(path))
      collisions.push({ path, winner: part, loser: claim.part });
  }
  return winner;
}

/** The claimed file; `undefined` for a folder. */
export function fileOf({ part, path, file }: Claim): StagedFile | undefined {
  return file ?? part.files().find((candidate) => candidate.path === path);
}
