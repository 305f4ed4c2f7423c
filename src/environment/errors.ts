import { errnoOf, exit, PkmError } from "#base/errors";
import { shellWord } from "#base/text";
import type { InstalledDistribution } from "./environment.ts";

/** A virtual environment is already where a new one shall be. */
export function environmentExists(path: string): PkmError {
  return new PkmError({
    code: "environment-exists",
    what: `Cannot create an environment at \`${path}\`: there is one already`,
    why: "replacing it would lose what is installed in it",
    fix: [`pkm venv --clear ${shellWord(path)}`, `pkm venv --allow-existing ${shellWord(path)}`],
  });
}

/** Something that is no environment lies where one shall be. */
export function folderIsForeign(path: string, why: string, mayKeep: boolean): PkmError {
  return new PkmError({
    code: "environment-folder-foreign",
    what: `Cannot create an environment at \`${path}\``,
    why,
    fix: mayKeep
      ? ["choose another folder", `pkm venv --allow-existing ${shellWord(path)}`]
      : ["choose another folder"],
  });
}

/** No environment can work in such a folder. */
export function folderIsUnusable(path: string, why: string): PkmError {
  return new PkmError({
    code: "environment-folder-unusable",
    what: `Cannot create an environment at ${JSON.stringify(path)}`,
    why,
    fix: ["choose another folder"],
  });
}

/** The system refused to write; everything begun has been taken back. */
export function environmentNotWritten(path: string, cause: unknown): PkmError {
  const errno = errnoOf(cause) ?? "unknown error";
  const reasons: Readonly<Record<string, string>> = {
    EACCES: "permission is denied",
    EPERM: "the operation is not permitted",
    EROFS: "the file system is read-only",
    ENOSPC: "the disk is full",
    EDQUOT: "the disk quota is used up",
    ENOTDIR: "a part of the path is no folder",
    ENAMETOOLONG: "the path is too long",
    EBUSY: "the folder is in use",
  };
  return new PkmError({
    code: "environment-not-written",
    what: `Cannot create an environment at \`${path}\`: ${reasons[errno] ?? errno}`,
    why: `the system answered ${errno}; nothing is left behind`,
    fix: ["choose another folder, or make room for this one"],
    cause,
  });
}

/** The new environment is in place; what it replaced could not be deleted. */
export function environmentLeftover(path: string, leftover: string, cause: unknown): PkmError {
  return new PkmError({
    code: "environment-leftover",
    what: `Cannot delete what the environment \`${path}\` has replaced`,
    why: `the new environment is complete; \`${leftover}\` is what is left of the old one`,
    fix: [`rm -r ${shellWord(leftover)}`],
    cause,
  });
}

/** The interpreter lacks a file without which an environment of it cannot start. */
export function launcherMissing(executable: string, launcher: string): PkmError {
  return new PkmError({
    code: "environment-launcher-missing",
    what: `Cannot create an environment of \`${executable}\``,
    why: `its installation has no \`${launcher}\``,
    fix: ["repair that installation", "name another interpreter with `--python`"],
  });
}

/** What was named is neither an environment nor an interpreter. */
export function notAnEnvironment(path: string, why: string): PkmError {
  return new PkmError({
    code: "environment-not-found",
    what: `Cannot use \`${path}\` as an environment`,
    why,
    fix: [`pkm venv ${shellWord(path)}`],
  });
}

/** An active environment that is not there any more. */
export function activeEnvironmentGone(variable: string, path: string): PkmError {
  return new PkmError({
    code: "environment-broken",
    what: `Cannot use the active environment \`${path}\``,
    why: `${variable} names it, but there is no environment`,
    fix: [`pkm venv ${shellWord(path)}`, `unset ${variable}`],
  });
}

/** PEP 668: the system's package manager owns this Python, and says so in its own words. */
export function externallyManaged(prefix: string, message: string | undefined): PkmError {
  return new PkmError({
    code: "externally-managed",
    what: `Cannot change \`${prefix}\`: it is managed by the system, not by pkm`,
    why: message ?? "its EXTERNALLY-MANAGED file forbids changes by other tools",
    fix: ["pkm venv", "`--break-system-packages` overrides this, at the system's risk"],
    exit: exit.refused,
  });
}

/** An environment keeps no user site, or the interpreter has none. */
export function noUserSite(prefix: string): PkmError {
  return new PkmError({
    code: "environment-no-user-site",
    what: `Cannot install for the user with \`${prefix}\``,
    why: "a virtual environment sees the user's packages only if it was made with `--system-site-packages`, and some interpreters have no such folder",
    fix: ["leave out `--user`"],
  });
}

/** Python would go on to import what comes first. */
export function behindAnother(
  wanted: string,
  folder: string,
  { displayName, version, location }: InstalledDistribution,
): PkmError {
  return new PkmError({
    code: "environment-hides-user-site",
    what: `Cannot install ${wanted} for the user: ${displayName} ${version} of the environment comes first`,
    why: `Python looks into ${location} before ${folder}`,
    fix: ["leave out `--user`", `pkm pip uninstall ${displayName}`],
  });
}
