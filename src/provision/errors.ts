import { exit, PkmError } from "#base/errors";
import { formatHash, type Hash } from "#base/hash";
import { withoutCredentials } from "#base/url";
import type { ResolvedPackage } from "#resolver/resolution";
import { describeChoice, type ProjectChoice } from "#standards/project-choice";
import { formatRequirement, type Requirement } from "#standards/requirement";

export function hashMismatch(
  filename: string,
  demanded: readonly Hash[],
  sha256: string,
): PkmError {
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

export function hashWithoutPin(requirement: Requirement, origin: string): PkmError {
  return new PkmError({
    code: "hash-without-pin",
    what: `Cannot install \`${formatRequirement(requirement)}\` of ${origin}: it has a hash and no version`,
    why: "where hashes are required, every requirement is pinned with `==` or has an address",
    fix: ["pkm pip compile --generate-hashes requirements.in -o requirements.txt"],
  });
}

export function lostForWantOfBuild(found: ResolvedPackage): PkmError {
  return new PkmError({
    code: "needs-build",
    what: `Cannot install ${found.name} ${found.version.text}: it has no wheel for this Python and machine`,
    why: "what it offers is source, and nothing may be built here",
    fix: [`pkm pip install --only-binary :all: ${found.name}`],
  });
}

/** A folder or a checkout has no bytes of which a digest could be taken. */
export function hashesUnchecked(name: string, hashes: readonly string[]): PkmError {
  return new PkmError({
    code: "hash-of-tree",
    what: `Cannot install ${name}: the hashes that the requirements demand cannot be checked`,
    why: `it comes from a folder or a checkout, and ${hashes.join(", ")} is the digest of a file`,
    fix: ["name an archive instead, or a full commit without a hash"],
  });
}

/** `said` and `found` are what one field says beside the wheel and in it. */
export function sidecarContradicts(
  filename: string,
  sidecar: string,
  { field, said, found }: { readonly field: string; readonly said: string; readonly found: string },
): PkmError {
  return new PkmError({
    code: "sidecar-contradicts-wheel",
    what: `Cannot use ${filename}: its index describes it otherwise than the wheel itself does`,
    why: `\`${field}\` is ${said} in ${withoutCredentials(sidecar)}, and ${found} in the METADATA of the wheel`,
    fix: [
      "run the command again: what the wheel says counts from now on",
      "tell those who run the index",
    ],
  });
}

export function sourceNeedsPython(
  { name, version }: ResolvedPackage,
  needs: string,
  target: string,
): PkmError {
  return new PkmError({
    code: "source-needs-python",
    what: `Cannot install ${name} ${version.text}: it is written for another Python`,
    why: `found ${target}, needs ${needs}`,
    fix: [`choose another version of \`${name}\``, "`--ignore-requires-python`"],
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

/** A file that somebody named by its address is not what it should be. */
export function directUnusable(url: string, reason: string): PkmError {
  return new PkmError({
    code: "direct-unusable",
    what: `Cannot install ${withoutCredentials(url)}`,
    why: reason,
    fix: ["choose another file, or tell the publisher"],
  });
}

export function constraintRefused(text: string, origin: string, why: string): PkmError {
  return new PkmError({
    code: "constraint-refused",
    what: `Cannot use \`${text}\` of ${origin} as a constraint`,
    why: `${why}; a constraint is a name with versions, or a name with a URL`,
    fix: ["move the line into a requirements file"],
  });
}

export function projectFileMissing(file: string): PkmError {
  return new PkmError({
    code: "project-file-missing",
    what: `Cannot read ${file}: there is no such file`,
    fix: ["run the command in the project's folder, or name the file with its path"],
  });
}

export function noProjectTable(file: string): PkmError {
  return new PkmError({
    code: "no-project-table",
    what: `Cannot read requirements from ${file}: it has no [project] table`,
    fix: ["name a requirements file instead, or a dependency group with `--group`"],
  });
}

export function noScriptMetadata(file: string): PkmError {
  return new PkmError({
    code: "no-script-metadata",
    what: `Cannot read requirements from ${file}: it has no block of metadata`,
    why: "a script tells what it needs between the lines `# /// script` and `# ///` (PEP 723)",
  });
}

export function scriptNeedsPython(file: string, wanted: string, found: string): PkmError {
  return new PkmError({
    code: "script-needs-python",
    what: `Cannot use ${file}: it is written for another Python`,
    why: `found ${found}, needs ${wanted}`,
    fix: ["choose another interpreter with `--python`", "`--ignore-requires-python`"],
  });
}

export function unknownExtra(name: string, file: string, known: readonly string[]): PkmError {
  return new PkmError({
    code: "unknown-extra",
    what: `Cannot resolve ${file}: the project has no extra \`${name}\``,
    why:
      known.length === 0
        ? "it has none at all"
        : `it has ${known.map((extra) => `\`${extra}\``).join(", ")}`,
  });
}

/** Extras and groups chosen together, or by way of `all`, that a project declares to exclude each other. */
export function conflictingChoices(
  file: string,
  declaration: string,
  choices: readonly ProjectChoice[],
  all?: ProjectChoice,
): PkmError {
  const named = choices.map(describeChoice).join(" and ");
  return new PkmError({
    code: "conflicting-choices",
    what:
      all === undefined
        ? `Cannot resolve ${file} with ${named} together`
        : `Cannot resolve ${file}: ${describeChoice(all)} is made of ${named}`,
    why: `\`${declaration}\` declares that they exclude each other`,
    fix: all === undefined ? ["resolve once with each of them, into files of their own"] : [],
    exit: exit.usage,
  });
}

/** The same error, with the file and the line that it was found in. */
export function foundAt(origin: string, cause: PkmError): PkmError {
  const { code, what, why, fix, excerpt, exit } = cause;
  return new PkmError({
    code,
    what: `${what}, found in ${origin}`,
    ...(why === undefined ? {} : { why }),
    fix,
    ...(excerpt === undefined ? {} : { excerpt }),
    exit,
    cause,
  });
}
