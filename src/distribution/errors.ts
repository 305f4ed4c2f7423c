import { PkmError } from "#base/errors";

/** A wheel that breaks the rules of its format (PyPUG binary-distribution-format). */
export function wheelInvalid(
  wheel: string,
  finding: string,
  rule: string,
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "wheel-invalid",
    what: `Cannot use \`${wheel}\`: ${finding}`,
    why: rule,
    fix: ["choose another release, or tell the publisher"],
    ...(cause === undefined ? {} : { cause }),
  });
}

/** A file of a wheel is not what the wheel's RECORD promises, or is not promised, or is promised and absent. */
export function recordMismatch(wheel: string, path: string, why: string): PkmError {
  return new PkmError({
    code: "record-mismatch",
    what: `Cannot use \`${wheel}\`: \`${path}\` does not match its RECORD`,
    why,
    fix: ["tell the publisher if a fresh download fails as well"],
  });
}

/** The metadata inside a distribution is of another name or version than its file name says. */
export function otherIdentity(file: string, wanted: string, found: string): PkmError {
  return new PkmError({
    code: "metadata-of-another",
    what: `Cannot use \`${file}\`: its metadata is that of another distribution`,
    why: `the file name says \`${wanted}\`, the metadata says \`${found}\``,
    fix: ["choose another release, or tell the publisher"],
  });
}

/** An sdist whose archive is not laid out as one (PyPUG source-distribution-format). */
export function sdistInvalid(
  sdist: string,
  finding: string,
  rule: string,
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "sdist-invalid",
    what: `Cannot use \`${sdist}\`: ${finding}`,
    why: rule,
    fix: ["choose another release, or tell the publisher"],
    ...(cause === undefined ? {} : { cause }),
  });
}
