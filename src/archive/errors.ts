import { PkmError } from "#base/errors";

/** The archive is damaged: truncated, a wrong checksum, a structure that does not add up. */
export function archiveCorrupt(archive: string, finding: string, cause?: unknown): PkmError {
  return new PkmError({
    code: "archive-corrupt",
    what: `Cannot read \`${archive}\`: ${finding}`,
    why: "the file is damaged, was cut off on its way, or was made by a faulty tool",
    fix: ["fetch the file again", "tell the publisher if a fresh download fails as well"],
    ...(cause === undefined ? {} : { cause }),
  });
}

/** The archive breaks a rule that keeps archives from meaning different things to different readers, or from doing harm. */
export function archiveUnsafe(archive: string, finding: string, rule: string): PkmError {
  return new PkmError({
    code: "archive-unsafe",
    what: `Cannot trust \`${archive}\`: ${finding}`,
    why: rule,
    fix: ["choose another release, or tell the publisher"],
  });
}
