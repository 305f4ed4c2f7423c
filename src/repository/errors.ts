import { PkmError } from "#base/errors";
import type { Hash } from "#base/hash";
import { nearest } from "#base/text";
import { withoutCredentials } from "#base/url";

export function hashMismatch(filename: string, url: string, wanted: Hash, found: string): PkmError {
  return new PkmError({
    code: "hash-mismatch",
    what: `Cannot use ${filename}: what was downloaded is not what the index promised`,
    why: `found ${wanted.algorithm} ${found}, needs ${wanted.hex}, from \`${withoutCredentials(url)}\``,
    fix: [
      "try again; if it stays, the file was replaced or tampered with: tell whoever runs the index",
    ],
  });
}

export function sizeMismatch(
  filename: string,
  url: string,
  wanted: number,
  found: number,
): PkmError {
  const more = found > wanted ? "at least " : "";
  return new PkmError({
    code: "size-mismatch",
    what: `Cannot use ${filename}: it has another size than the index promised`,
    why: `found ${more}${found} bytes, needs ${wanted}, from \`${withoutCredentials(url)}\``,
    fix: ["try again; if it stays, tell whoever runs the index"],
  });
}

export function metadataTooLarge(filename: string, size: number, limit: number): PkmError {
  return new PkmError({
    code: "metadata-too-large",
    what: `Cannot read the metadata of ${filename}`,
    why: `METADATA unpacks to ${size} bytes, pkm reads at most ${limit}`,
    fix: ["choose another version, and tell the publisher"],
  });
}

/** A `file:` URL or a find-links file that cannot be read. */
export function fileUnreadable(
  filename: string,
  path: string,
  why: string,
  cause?: unknown,
): PkmError {
  return new PkmError({
    code: "file-unreadable",
    what: `Cannot read ${filename} at \`${path}\``,
    why,
    fix: ["check the path and its permissions"],
    cause,
  });
}

/** The cache was cleaned, or the page replaced, between reading its table and reading its entries. */
export function pageChanged(name: string, url: string): PkmError {
  return new PkmError({
    code: "page-changed",
    what: `Cannot read the cached page of ${name} from \`${withoutCredentials(url)}\``,
    why: "the cache was changed by another program, or its disk is damaged",
    fix: ["run the command again: the page is fetched anew"],
  });
}

export function unsupportedLocation(location: string, why: string): PkmError {
  return new PkmError({
    code: "unsupported-location",
    what: `Cannot use \`${withoutCredentials(location)}\` as a source of packages`,
    why,
    fix: ["use a folder, or a URL that begins with `https://`, `http://` or `file://`"],
  });
}

/** A URL requirement whose file name is neither a wheel's nor an sdist's. */
export function notADistribution(url: string, why: string): PkmError {
  return new PkmError({
    code: "not-a-distribution",
    what: `Cannot use \`${withoutCredentials(url)}\` as a distribution`,
    why,
    fix: ["name a file that ends in `.whl`, `.tar.gz` or `.zip`"],
  });
}

export function unknownIndex(name: string, wanted: string, known: readonly string[]): PkmError {
  return new PkmError({
    code: "unknown-index",
    what: `Cannot look for ${name}: it is bound to the index \`${wanted}\`, which is not configured`,
    why:
      known.length === 0
        ? "no index is configured"
        : `configured are ${known.map((k) => `\`${k}\``).join(", ")}`,
  });
}

/** An address of version control that cannot be read as one of git. */
export function gitAddressInvalid(url: string, why: string): PkmError {
  return new PkmError({
    code: "git-address-invalid",
    what: `Cannot read \`${withoutCredentials(url)}\` as the address of a git repository`,
    why,
    fix: ["write it as `git+https://HOST/PATH.git@REVISION#subdirectory=FOLDER`"],
  });
}

export function vcsUnsupported(vcs: string, url: string): PkmError {
  const name = { hg: "Mercurial", svn: "Subversion", bzr: "Bazaar" }[vcs] ?? vcs;
  return new PkmError({
    code: "vcs-unsupported",
    what: `Cannot install from \`${withoutCredentials(url)}\``,
    why: `it is a repository of ${name}, and pkm fetches from git alone`,
    fix: ["check it out yourself and name the folder", "name an archive of the revision"],
  });
}

export function gitMissing(remote: string, cause: unknown): PkmError {
  return new PkmError({
    code: "git-missing",
    what: `Cannot fetch from \`${withoutCredentials(remote)}\`: there is no \`git\``,
    why: "pkm fetches repositories with the program `git`, and none is on the PATH",
    fix: ["install git", "name an archive of the revision in place of the repository"],
    cause,
  });
}

/** A remote that wants a user or a key; nobody is asked, since builds run where nobody could answer. */
export function gitLoginNeeded(remote: string, said: string): PkmError {
  return new PkmError({
    code: "git-login-needed",
    what: `Cannot fetch from \`${withoutCredentials(remote)}\`: it wants to know who asks`,
    why: said,
    fix: [
      "check the address: hosts ask for a password as well where there is no such repository",
      "let git know the password: `git config --global credential.helper …`",
      "use `git+ssh://` with a key that ssh-agent holds",
    ],
  });
}

export function gitFailed(act: string, remote: string, said: string): PkmError {
  return new PkmError({
    code: "git-failed",
    what: `Cannot ${act} \`${withoutCredentials(remote)}\``,
    why: said,
    fix: ["check the address and the connection: `git ls-remote ADDRESS` asks the same"],
  });
}

export function gitRevisionUnknown(
  remote: string,
  revision: string,
  known: readonly string[],
): PkmError {
  const near = nearest(revision, known);
  const newest = known.slice(0, 3);
  const shown = (names: readonly string[]): string => names.map((n) => `\`${n}\``).join(", ");
  return new PkmError({
    code: "git-revision-unknown",
    what: `Cannot find \`${revision}\` in \`${withoutCredentials(remote)}\``,
    why: "no branch, tag or commit there is called so",
    fix:
      near.length > 0
        ? [`did you mean ${shown(near)}?`]
        : newest.length > 0
          ? [`the newest tags and branches are ${shown(newest)}`]
          : [],
  });
}

export function gitRevisionAmbiguous(remote: string, revision: string): PkmError {
  return new PkmError({
    code: "git-revision-ambiguous",
    what: `Cannot tell which commit of \`${withoutCredentials(remote)}\` is meant by \`${revision}\``,
    why: "several begin with these digits",
    fix: ["write more of the digits"],
  });
}

export function gitNotCached(remote: string, revision: string | undefined): PkmError {
  const which = revision === undefined ? "its default branch" : `\`${revision}\``;
  return new PkmError({
    code: "git-not-cached",
    what: `Cannot fetch from \`${withoutCredentials(remote)}\` offline`,
    why: `pkm works offline, and the cache does not hold ${which}`,
    fix: ["run once without `--offline`"],
  });
}
