import { exit, PkmError } from "#base/errors";
import { formatHash, type Hash } from "#base/hash";
import { withoutCredentials } from "#base/url";
import type { ResolvedPackage } from "#resolver/resolution";

export function hashMismatch(filename: string, demanded: readonly Hash[], sha256: string): PkmError {
  return new PkmError({
    code: "hash-not-demanded",
    what: `Cannot install ${filename}: it has none of the hashes that the requirements demand`,
    why: `found sha256:${sha256}, expected ${demanded.map(formatHash).join(" or ")}`,
    fix: [
      "compare the hashes with those of a source you trust before you change the requirements",
      "pkm pip compile --generate-hashes requirements.in -o requirements.txt",
    ],
  });
}

export function lostForWantOfBuild(found: ResolvedPackage): PkmError {
  return new PkmError({
    code: "needs-build",
    what: `Cannot install ${found.name} ${found.version.text}: it has no wheel for this Python and machine`,
    why: "what it offers is source, and pkm cannot build from source yet",
    fix: [`pkm pip install --only-binary :all: ${found.name}`],
  });
}

export function directNeedsBuild(url: string, reason: string): PkmError {
  return new PkmError({
    code: "needs-build",
    what: `Cannot install ${withoutCredentials(url)}: it has to be built from source`,
    why: reason,
    fix: ["name a wheel instead: a file that ends in `.whl`"],
  });
}

export function unresolvable(explanation: string): PkmError {
  return new PkmError({
    code: "no-solution",
    what: explanation,
    exit: exit.noSolution,
  });
}
