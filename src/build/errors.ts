import { exit, PkmError } from "#base/errors";
import type { BuildStep } from "#provision/source-builder";
import type { Remedy } from "./remedy.ts";

/** What failed, for messages: a source is shown as a person named it. */
export type FailedBuild = {
  readonly source: string;
  readonly step: BuildStep;
  /** `setuptools.build_meta`. */
  readonly backend: string;
  readonly log: string;
  /** Last lines of the log. */
  readonly tail: string;
};

/** The act, for the beginning of a message. */
const acts: Readonly<Record<BuildStep, string>> = {
  requirements: "ask what the build needs of",
  metadata: "get the metadata of",
  wheel: "build",
  editable: "make an editable wheel of",
  sdist: "make an sdist of",
};

export function sourceInvalid(source: string, why: string): PkmError {
  return new PkmError({
    code: "source-invalid",
    what: `Cannot build ${source}: it is no Python project`,
    why,
    fix: ["name the folder that has `pyproject.toml`, with `#subdirectory=` behind an address"],
  });
}

export function buildSystemInvalid(
  source: string,
  key: string,
  why: string,
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "build-system-invalid",
    what: `Cannot build ${source}: in its pyproject.toml, \`${key}\` ${why}`,
    fix: ['write it as `requires = ["setuptools"]` and `build-backend = "setuptools.build_meta"`'],
    cause,
  });
}

export function buildNotAllowed(source: string, option: string): PkmError {
  return new PkmError({
    code: "build-not-allowed",
    what: `Cannot install ${source}: it has to be built from source`,
    why: `\`${option}\` forbids it`,
    fix: [`leave out \`${option}\`, or choose a version that has a wheel`],
    exit: exit.refused,
  });
}

export function backendMissing(failed: FailedBuild, why: string, remedy: Remedy): PkmError {
  return new PkmError({
    code: "build-backend-missing",
    what: `Cannot ${acts[failed.step]} ${failed.source}: its backend \`${failed.backend}\` cannot be loaded`,
    why,
    ...evidence(failed, remedy),
  });
}

export function buildFailed(failed: FailedBuild, why: string, remedy: Remedy): PkmError {
  return new PkmError({
    code: "build-failed",
    what: `Cannot ${acts[failed.step]} ${failed.source}: its backend \`${failed.backend}\` failed`,
    why: remedy.why === undefined ? why : `${remedy.why} (${why})`,
    ...evidence(failed, remedy),
  });
}

export function buildTimedOut(failed: FailedBuild, milliseconds: number): PkmError {
  return new PkmError({
    code: "build-timed-out",
    what: `Cannot ${acts[failed.step]} ${failed.source}: its backend \`${failed.backend}\` did not come to an end`,
    why: `it was stopped after ${milliseconds / 1000} seconds`,
    ...evidence(failed, { fix: ["give it longer with `--build-time-limit SECONDS`"] }),
  });
}

/** The backend says it is done, and what it has made is not what it should be. */
export function buildResultInvalid(failed: FailedBuild, why: string, cause?: unknown): PkmError {
  return new PkmError({
    code: "build-result-invalid",
    what: `Cannot ${acts[failed.step]} ${failed.source}: what its backend \`${failed.backend}\` made cannot be used`,
    why,
    ...evidence(failed, { fix: ["tell those who wrote the backend"] }),
    cause,
  });
}

/** A source is another project or version than somebody promised. */
export function buildOfAnother(source: string, promised: string, found: string): PkmError {
  return new PkmError({
    code: "build-of-another",
    what: `Cannot install ${source}: it is ${found}`,
    why: `it was to be ${promised}`,
    fix: ["choose another file, or tell the publisher"],
  });
}

export function metadataChanged(failed: FailedBuild, field: string): PkmError {
  return new PkmError({
    code: "build-metadata-changed",
    what: `Cannot ${acts[failed.step]} ${failed.source}: the metadata of the wheel is not what its backend \`${failed.backend}\` had said`,
    why: `\`${field}\` differs, and what was decided rests on what was said before (PEP 517)`,
    ...evidence(failed, { fix: ["tell those who wrote the backend"] }),
  });
}

export function editableUnsupported(source: string, backend: string): PkmError {
  return new PkmError({
    code: "editable-unsupported",
    what: `Cannot install ${source} as editable: its backend \`${backend}\` cannot make editable wheels (PEP 660)`,
    fix: ["leave out `-e`", "with setuptools: ask for `setuptools>=64` in `build-system.requires`"],
  });
}

export function sdistUnsupported(source: string, backend: string, why: string): PkmError {
  return new PkmError({
    code: "sdist-unsupported",
    what: `Cannot make an sdist of ${source}: its backend \`${backend}\` cannot do it here`,
    ...(why === "" ? {} : { why }),
    fix: ["pkm build --wheel"],
  });
}

/** `ring` begins and ends with the same source. */
export function buildCycle(ring: readonly string[]): PkmError {
  return new PkmError({
    code: "build-cycle",
    what: `Cannot build ${ring[0]}: it needs itself to be built`,
    why: ring.join(" needs "),
    fix: ["take a wheel of one of them: `--only-binary NAME`", "leave out `--no-binary :all:`"],
  });
}

export function buildRequirementsUnsolvable(
  source: string,
  requires: readonly string[],
  explanation: string,
): PkmError {
  return new PkmError({
    code: "build-requirements-unsolvable",
    what: `Cannot build ${source}: what its build needs cannot be had together: ${quoted(requires)}`,
    why: explanation,
    fix: ["use what is installed instead: `--no-build-isolation`"],
    exit: exit.noSolution,
  });
}

/** Without isolation nothing is installed for a build: what it needs has to be there. */
export function buildRequirementsMissing(source: string, missing: readonly string[]): PkmError {
  return new PkmError({
    code: "build-requirements-missing",
    what: `Cannot build ${source} without isolation: the environment lacks what the build needs`,
    why: `missing: ${missing.join(", ")}`,
    fix: [`pkm pip install ${missing.map((each) => `'${each.split(" (")[0]}'`).join(" ")}`],
  });
}

function quoted(texts: readonly string[]): string {
  return texts.map((text) => `\`${text}\``).join(", ");
}

function evidence(
  { log, tail }: FailedBuild,
  { fix }: Pick<Remedy, "fix">,
): { readonly fix: readonly string[]; readonly excerpt?: string } {
  const lines = tail === "" ? "" : `last lines of the log:\n${indented(tail)}`;
  return {
    // The backend inside pkm needs no log.
    fix: log === "" ? fix : [...fix, `the whole log: ${log}`],
    ...(lines === "" ? {} : { excerpt: lines }),
  };
}

function indented(text: string): string {
  return text
    .split("\n")
    .map((line) => `  ${line}`)
    .join("\n");
}
