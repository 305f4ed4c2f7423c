import { PkmError } from "#base/errors";
import { shellWord } from "#base/text";
import { editableInvalid, requirementWordInvalid } from "./errors.ts";
import { absolutePath, fileUrl, looksLikePath, pathOfFileUrl } from "./_path.ts";
import { strip } from "./_spaces.ts";
import { parseMarker, type Marker } from "./marker.ts";
import type { NormalizedName } from "./name.ts";
import {
  parseRequirement,
  tryParsePin,
  tryParseRequirement,
  type Requirement,
} from "./requirement.ts";
import { tryParseWheelFilename } from "./wheel-filename.ts";

/** What a word of the command line or an entry of a requirements file asks for. */
export type RequirementWord =
  /** A dependency specifier, `name @ url` included. */
  | { readonly kind: "named"; readonly requirement: Requirement }
  | ({ readonly kind: "url" } & DirectWord)
  /** An existing archive or folder. */
  | ({ readonly kind: "path"; readonly path: string; readonly isFolder: boolean } & DirectWord);

export type DirectWord = {
  /** As written, with its fragment and credentials; the `file:` URL of a path. */
  readonly url: string;
  /** `git`, `hg`, `svn` or `bzr` when the address is one of version control. */
  readonly vcs: string | undefined;
  /** From `#egg=` or the wheel's file name; `undefined` when only opening it can tell. */
  readonly name: NormalizedName | undefined;
  readonly extras: readonly NormalizedName[];
  readonly marker: Marker | undefined;
};

/** What deciding about words asks of the world. */
export type PathProbe = {
  /** Absolute. */
  readonly cwd: string;
  /** What is at an absolute path, links followed. */
  readonly kindOf: (path: string) => "file" | "folder" | undefined;
};

/**
 * Decides as pip does: an address is an address, a word with a slash or a leading dot is a path if a folder is there,
 * a word that ends like an archive is one, and everything else is a dependency specifier.
 *
 * ```ts
 * import { strict as assert } from "node:assert";
 * import { parseRequirementWord } from "#standards/requirement-word";
 *
 * const probe = { cwd: "/here", kindOf: () => undefined };
 * assert.equal(parseRequirementWord("Flask>=3", probe).kind, "named");
 * assert.equal(parseRequirementWord("https://index.example/x.zip#egg=x", probe).kind, "url");
 * ```
 */
export function parseRequirementWord(word: string, probe: PathProbe): RequirementWord {
  // Neither an address nor called like an archive, and without a slash no path.
  const pin = tryParsePin(word);
  if (pin !== undefined) return { kind: "named", requirement: pin };
  const isAddress = isUrl(word);
  // The semicolon of an address needs space behind it, since addresses may have semicolons of their own.
  const semicolon = word.indexOf(isAddress ? "; " : ";");
  const text = strip(semicolon === -1 ? word : word.slice(0, semicolon));
  const readMarker = (): Marker | undefined => {
    const rest = semicolon === -1 ? "" : strip(word.slice(semicolon + 1));
    return rest === "" ? undefined : markerOf(word, rest);
  };
  if (isAddress) return { kind: "url", ...addressOf(word, text, readMarker(), probe.cwd) };

  const [unsettled, extras] = splitExtras(text, word);
  const bare = absolutePath(unsettled, probe.cwd);
  const found = pathOf(bare, text, word, probe);
  if (found === undefined) return named(word, probe);
  const name = tryParseWheelFilename(lastSegment(bare))?.name;
  const direct = { url: fileUrl(bare), vcs: undefined, name, extras, marker: readMarker() };
  return { kind: "path", path: bare, isFolder: found === "folder", ...direct };
}

/**
 * Reads what stands behind `-e`: a folder (with extras), a `file:` address, or an address of version control with a
 * name (PyPUG direct-url, pip's `parse_editable`).
 */
export function parseEditableWord(word: string, probe: PathProbe): RequirementWord {
  const requirement = tryParseRequirement(word);
  if (requirement?.url !== undefined) {
    if (vcsOf(requirement.url) === undefined && !isFileUrl(requirement.url))
      throw notEditable(word);
    return { kind: "named", requirement };
  }
  const [bare, extras] = splitExtras(word, word);
  const path = absolutePath(bare, probe.cwd);
  if (probe.kindOf(path) === "folder") return editableFolder(path, extras);
  if (isFileUrl(bare)) {
    const local = pathOfFileUrl(bare, probe.cwd);
    if (local === undefined) throw editableInvalid(word, "it lies on another machine");
    if (probe.kindOf(local) !== "folder")
      throw editableInvalid(word, `there is no folder \`${local}\``);
    return editableFolder(local, extras);
  }
  const shorthand = /^(?:git|hg|svn|bzr):/i.exec(word);
  const url = shorthand === null ? word : `${shorthand[0].slice(0, -1)}+${word}`;
  const vcs = vcsOf(url);
  if (vcs === undefined) throw notEditable(word);
  const address = addressOf(word, url, undefined, probe.cwd);
  if (address.name === undefined)
    throw editableInvalid(word, "its address does not say which project it is", [
      `write it as \`NAME @ ${url}\``,
    ]);
  return { kind: "url", ...address };
}

function editableFolder(path: string, extras: readonly NormalizedName[]): RequirementWord {
  const direct = { url: fileUrl(path), vcs: undefined, name: undefined, extras, marker: undefined };
  return { kind: "path", path, isFolder: true, ...direct };
}

function notEditable(word: string): PkmError {
  return editableInvalid(
    word,
    "it is neither an existing folder nor an address of version control",
    ["name a folder with a `pyproject.toml`, or an address such as `git+https://…#egg=NAME`"],
  );
}

const vcsSchemes: Readonly<Record<string, readonly string[]>> = {
  git: ["http", "https", "ssh", "git", "file"],
  hg: ["file", "http", "https", "ssh", "static-http"],
  svn: ["ssh", "http", "https", "svn", "file"],
  bzr: ["http", "https", "ssh", "sftp", "ftp", "lp", "file"],
};

const plainSchemes = ["http", "https", "file", "ftp"];

function isUrl(text: string): boolean {
  const scheme = schemeOf(text);
  return scheme !== undefined && (plainSchemes.includes(scheme) || vcsOf(text) !== undefined);
}

function isFileUrl(text: string): boolean {
  return schemeOf(text) === "file";
}

function schemeOf(text: string): string | undefined {
  return /^([a-zA-Z][a-zA-Z0-9+.-]*):/.exec(strip(text))?.[1]?.toLowerCase();
}

/** Which version control an address of the form `git+https:` belongs to. */
export function vcsOf(url: string): string | undefined {
  const [vcs = "", transport = ""] = schemeOf(url)?.split("+") ?? [];
  return Object.hasOwn(vcsSchemes, vcs) && vcsSchemes[vcs]?.includes(transport) ? vcs : undefined;
}

function addressOf(word: string, url: string, marker: Marker | undefined, cwd: string): DirectWord {
  const hash = url.indexOf("#");
  const bare = hash === -1 ? url : url.slice(0, hash);
  const egg = hash === -1 ? undefined : /(?:^|&)egg=([^&]*)/.exec(url.slice(hash + 1))?.[1];
  const vcs = vcsOf(url);
  let resolved = url;
  // A relative `file:` address starts in the current folder.
  if (isFileUrl(url) && !/^file:\/\//i.test(url)) resolved = new URL(url, `${fileUrl(cwd)}/`).href;
  const query = bare.indexOf("?");
  const filename = decodedOnce(lastSegment(query === -1 ? bare : bare.slice(0, query)));
  const wheel = tryParseWheelFilename(filename);
  if (wheel !== undefined || egg === undefined || egg === "")
    return { url: resolved, vcs, name: wheel?.name, extras: [], marker };
  const requirement = tryParseRequirement(decodedOnce(egg));
  if (
    requirement === undefined ||
    requirement.url !== undefined ||
    requirement.specifier.text !== ""
  )
    throw requirementWordInvalid(word, `\`egg=${egg}\` is no name of a project`, [
      "write it as `NAME[EXTRA] @ URL`",
    ]);
  return { url: resolved, vcs, name: requirement.name, extras: requirement.extras, marker };
}

/** `dir[a,b]` in two; what is in the brackets must be extras. */
function splitExtras(text: string, word: string): [string, readonly NormalizedName[]] {
  const open = text.endsWith("]") ? text.lastIndexOf("[") : -1;
  if (open <= 0 || open === text.length - 2) return [text, []];
  const requirement = tryParseRequirement(`name${text.slice(open)}`);
  if (requirement === undefined)
    throw requirementWordInvalid(word, `\`${text.slice(open)}\` is no list of extras`);
  return [text.slice(0, open).trimEnd(), requirement.extras];
}

// As pip has them, and zstd: everything that installs from one file.
const archiveEnding = /\.(?:whl|zip|tar|tgz|tbz2?|txz|tlz|tar\.(?:gz|bz2|xz|lz|lzma|zst))$/i;

function pathOf(
  path: string,
  text: string,
  word: string,
  probe: PathProbe,
): "file" | "folder" | undefined {
  if (looksLikePath(text, probe.cwd) && probe.kindOf(path) === "folder") {
    const isProject = ["pyproject.toml", "setup.py"].some(
      (name) => probe.kindOf(absolutePath(`${path}/${name}`, probe.cwd)) === "file",
    );
    if (isProject) return "folder";
    throw requirementWordInvalid(word, "the folder has neither `pyproject.toml` nor `setup.py`");
  }
  if (!archiveEnding.test(path)) return undefined;
  if (probe.kindOf(path) === "file") return "file";
  const at = text.indexOf("@");
  if (at !== -1 && !looksLikePath(text.slice(0, at), probe.cwd)) return undefined;
  throw requirementWordInvalid(
    word,
    `it is called like an archive, and there is no file \`${path}\``,
  );
}

function named(word: string, probe: PathProbe): RequirementWord {
  if (isRequirementsFile(word, probe))
    throw requirementWordInvalid(word, "it is called like a file of requirements", [
      `pkm pip install -r ${shellWord(word)}`,
    ]);
  try {
    return { kind: "named", requirement: parseRequirement(word) };
  } catch (cause) {
    if (!(cause instanceof PkmError)) throw cause;
    const path = absolutePath(word, probe.cwd);
    if (isMeantAsPath(word))
      throw probe.kindOf(path) === undefined
        ? requirementWordInvalid(word, `there is no file or folder \`${path}\``)
        : requirementWordInvalid(word, "it is no file of a distribution", adviceFor(word, probe));
    throw requirementWordInvalid(word, cause.why ?? cause.what, adviceFor(word, probe), cause);
  }
}

// It would be a name, and somebody might have registered that for those who forget the option.
function isRequirementsFile(word: string, { kindOf, cwd }: PathProbe): boolean {
  if (!/^[\w.-]+\.(?:txt|in|toml)$/.test(word)) return false;
  return (
    /^(?:requirements|pyproject\.|pylock\.)/.test(word) ||
    kindOf(absolutePath(word, cwd)) === "file"
  );
}

/** No name of a project begins like this, however it goes on. */
function isMeantAsPath(word: string): boolean {
  return /^(?:~?|\.\.?|[A-Za-z]:)[\\/]/.test(word);
}

function adviceFor(word: string, probe: PathProbe): string[] {
  const kind = probe.kindOf(absolutePath(word, probe.cwd));
  if (kind === "file") return [`pkm pip install -r ${shellWord(word)}`];
  if (kind === "folder") return [`pkm pip install ${shellWord(`./${word}`)}`];
  if (looksLikePath(word, probe.cwd)) return [`check the path: there is no \`${word}\``];
  const [mistaken, turned] = /(?<![~=!<>])=([<>~!]?)(?!=)/.exec(word) ?? [];
  if (mistaken === undefined) return [];
  const meant = turned === "" ? "==" : `${turned}=`;
  return [`\`${mistaken}\` is no operator, did you mean \`${meant}\`?`];
}

function markerOf(word: string, text: string): Marker {
  try {
    return parseMarker(text);
  } catch (cause) {
    if (!(cause instanceof PkmError)) throw cause;
    throw requirementWordInvalid(word, cause.why ?? cause.what, [], cause);
  }
}

function lastSegment(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

function decodedOnce(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
