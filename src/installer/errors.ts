import { errnoOf, exit, PkmError } from "#base/errors";
import { plural } from "#base/text";

const shownAtMost = 5;

/** The environment's lock file cannot be made or taken. */
export function cannotLock(root: string, cause: unknown): PkmError {
  return new PkmError({
    code: "environment-not-writable",
    what: `Cannot change the environment \`${root}\``,
    why: `its lock cannot be taken: ${reasonOf(cause)}`,
    fix: ["check who owns the folder, or name another environment with `--python`"],
    cause,
  });
}

/** A write into the environment failed and everything has been put back; the code says which kind of failure. */
export function writeFailed(root: string, cause: unknown): PkmError {
  const undone = "the environment is as it was before";
  const what = `Cannot change the environment \`${root}\``;
  const why = `${reasonOf(cause)}; ${undone}`;
  switch (errnoOf(cause)) {
    case "ENOSPC":
    case "EDQUOT":
      return new PkmError({ code: "disk-full", what, why, fix: ["make room on the disk"], cause });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new PkmError({
        code: "environment-not-writable",
        what,
        why,
        fix: ["check who owns the folder, or name another environment with `--python`"],
        cause,
      });
    case "EXDEV":
      return new PkmError({
        code: "environment-across-disks",
        what,
        why: `${why}; a part of it lies on another file system than \`${root}\``,
        cause,
      });
    default:
      return new PkmError({ code: "environment-write-failed", what, why, cause });
  }
}

/** A write failed, and so did putting things back; the journal stays for the next command. */
export function notPutBack(root: string, cause: unknown): PkmError {
  return new PkmError({
    code: "change-not-undone",
    what: `Cannot put the environment \`${root}\` back as it was`,
    why: `${reasonOf(cause)}; what is left to do is noted in \`${root}/.pkm-transaction\``,
    fix: [
      "remove the cause and run any command that changes the environment: it begins by putting things back",
    ],
    cause,
  });
}

export function journalTooNew(root: string): PkmError {
  return new PkmError({
    code: "journal-too-new",
    what: `Cannot change the environment \`${root}\``,
    why: "a newer pkm left a change unfinished there, and this one cannot read its journal",
    fix: ["use the newer pkm once for this environment"],
  });
}

export function journalAstray(root: string, path: string): PkmError {
  return new PkmError({
    code: "journal-astray",
    what: `Cannot undo the unfinished change of the environment \`${root}\``,
    why: `its journal names \`${path}\`, which is outside of the environment`,
    fix: [`look at \`${root}/.pkm-transaction\`, and make the environment anew if in doubt`],
    exit: exit.refused,
  });
}

/** The plan was made before somebody else changed the environment. */
export function environmentChanged(root: string, name: string): PkmError {
  return new PkmError({
    code: "environment-changed",
    what: `Cannot apply the plan to the environment \`${root}\``,
    why: `\`${name}\` has been changed by somebody else since the plan was made`,
    fix: ["run the command again"],
  });
}

/** Folders are linked into virtual environments only: what lies elsewhere is copied away, or read by other users. */
export function treesNeedEnvironment(root: string): PkmError {
  return new PkmError({
    code: "link-mode-needs-environment",
    what: `Cannot link whole folders into \`${root}\``,
    why: "`--link-mode tree` is for virtual environments: the links lead into the cache of one user",
    fix: ["choose `--link-mode hardlink`", "pkm venv --shared"],
    exit: exit.usage,
  });
}

/** A link of the environment leads nowhere: the cache was removed by hand, or lies elsewhere now. */
export function linkedFolderGone(path: string, target: string): PkmError {
  return new PkmError({
    code: "linked-folder-gone",
    what: `Cannot make a real folder of \`${path}\``,
    why: `it is a link to \`${target}\`, which is no longer there`,
    fix: ["install its distribution again with `--force-reinstall`"],
  });
}

export type Blocked = {
  readonly path: string;
  /** Who wants to put something there. */
  readonly wantedBy: string;
  /** Whose it is; `undefined` when no distribution claims it. */
  readonly heldBy: string | undefined;
};

export function filesInTheWay(root: string, blocked: readonly Blocked[]): PkmError {
  const [first] = blocked;
  const names = [...new Set(blocked.map((entry) => entry.wantedBy))];
  const shown = blocked
    .slice(0, shownAtMost)
    .map((entry) =>
      entry.heldBy === undefined
        ? `\`${entry.path}\` is there and belongs to no distribution`
        : `\`${entry.path}\` is there and belongs to ${entry.heldBy}`,
    );
  if (blocked.length > shownAtMost) shown.push(`and ${blocked.length - shownAtMost} more`);
  return new PkmError({
    code: "file-in-the-way",
    what: `Cannot install ${names.join(", ")} into \`${root}\`: ${plural(blocked.length, "file")} in the way`,
    why: shown.join("; "),
    fix:
      first?.heldBy === undefined
        ? ["move or remove what is in the way, then run the command again"]
        : [`pkm pip uninstall ${first.heldBy.split(" ")[0]}`],
  });
}

/** `strict` was asked for, and two distributions claim one file with different content. */
export function filesCollide(root: string, collisions: readonly string[]): PkmError {
  const shown = collisions.slice(0, shownAtMost);
  if (collisions.length > shownAtMost) shown.push(`and ${collisions.length - shownAtMost} more`);
  return new PkmError({
    code: "files-collide",
    what: `Cannot change the environment \`${root}\`: distributions claim the same files`,
    why: shown.join("; "),
    fix: ["leave out one of the distributions, or `--strict`"],
    exit: exit.refused,
  });
}

/** One wheel says of one path that it is a folder, another that it is a file. */
export function fileAndFolder(path: string, file: string, folder: string): PkmError {
  return new PkmError({
    code: "file-and-folder-collide",
    what: `Cannot install ${file} together with ${folder}`,
    why: `\`${path}\` is a file in the one and a folder in the other`,
  });
}

export function claimedTwice(wheel: string, path: string): PkmError {
  return new PkmError({
    code: "wheel-claims-file-twice",
    what: `Cannot install ${wheel}: it has \`${path}\` twice, with different content`,
    why: "its root and its `.data` folder hold a file for the same place",
    fix: ["tell its publisher"],
  });
}

export function reservedScript(wheel: string, script: string): PkmError {
  return new PkmError({
    code: "script-name-reserved",
    what: `Cannot install ${wheel}: it has a script called \`${script}\``,
    why: "that is the name of the interpreter itself",
    exit: exit.refused,
  });
}

export function scriptOutside(wheel: string, script: string): PkmError {
  return new PkmError({
    code: "script-outside-folder",
    what: `Cannot install ${wheel}: its script \`${script}\` is no plain file name`,
    why: "scripts lie directly in the environment's folder of scripts",
    exit: exit.refused,
  });
}

export function badEntryPoint(wheel: string, script: string, reference: string): PkmError {
  return new PkmError({
    code: "invalid-entry-point",
    what: `Cannot install ${wheel}: its script \`${script}\` refers to \`${reference}\``,
    why: "a script needs a module and a callable in it: `package.module:function`",
    fix: ["tell its publisher"],
  });
}

export function noWindowsLauncher(wheel: string, script: string): PkmError {
  return new PkmError({
    code: "no-windows-launcher",
    what: `Cannot install ${wheel}: its script \`${script}\` needs a launcher for Windows`,
    why: "this build of pkm comes without the launcher programs",
  });
}

/** There is no list of files, so nobody can know what to remove (PEP 627: RECORD is needed to uninstall). */
export function noRecord(distribution: string, installer: string | undefined): PkmError {
  return new PkmError({
    code: "no-record",
    what: `Cannot uninstall ${distribution}: it has no RECORD of its files`,
    why:
      installer === undefined || installer === ""
        ? "nothing says who installed it"
        : `it was installed by \`${installer}\``,
    fix:
      installer === undefined || installer === "" || installer === "pip" || installer === "pkm"
        ? ["remove its files by hand, or make the environment anew"]
        : [`uninstall it with \`${installer}\``],
  });
}

/** A `.egg-info` file of distutils lists nothing; pip refuses as well. */
export function distutilsInstalled(distribution: string, path: string): PkmError {
  return new PkmError({
    code: "distutils-installed",
    what: `Cannot uninstall ${distribution}: distutils installed it`,
    why: `\`${path}\` does not say which files belong to it`,
    fix: ["uninstall it with the tool that installed it, or make the environment anew"],
  });
}

/** `list`: the file that names what is not the distribution's own. */
export function recordOutside(
  distribution: string,
  row: string,
  list: "RECORD" | "installed-files.txt" | "top_level.txt",
): PkmError {
  return new PkmError({
    code: "record-leaves-environment",
    what: `Cannot uninstall ${distribution}: its ${list} names \`${row}\``,
    why:
      list === "top_level.txt"
        ? "that is no name of a module or package"
        : "that is outside of the environment",
    fix: [`remove the line from its ${list} once you know what it is`],
    exit: exit.refused,
  });
}

export function outsideEnvironment(distribution: string, location: string): PkmError {
  return new PkmError({
    code: "outside-environment",
    what: `Cannot uninstall ${distribution}: it is not installed in this environment`,
    why: `it lies in \`${location}\`, which the environment only looks into`,
    fix: ["name the environment it is installed in with `--python`"],
  });
}

/** What the operating system said, in words and with the path it said it of. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = errnoOf(cause);
  const words = code === undefined ? undefined : errnoWords[code];
  if (words === undefined) return cause.message;
  const path = "path" in cause && typeof cause.path === "string" ? ` (\`${cause.path}\`)` : "";
  return `${words}${path}`;
}

const errnoWords: Readonly<Record<string, string>> = {
  ENOSPC: "no space is left on the disk",
  EDQUOT: "the disk quota is used up",
  EACCES: "permission was denied",
  EPERM: "the operation is not permitted",
  EROFS: "the file system is read-only",
  EXDEV: "a file cannot be renamed to another file system",
  ENOTEMPTY: "a folder that should be empty is not",
  EEXIST: "something is already there",
  ENOTDIR: "a file is where a folder should be",
  EISDIR: "a folder is where a file should be",
  ENOENT: "something that was there is gone",
  EMFILE: "too many files are open",
  EIO: "the disk reports an error",
  EBUSY: "a file is in use",
};
