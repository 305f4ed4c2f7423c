import { invalidDirectUrl } from "./errors.ts";

/** Where an installed distribution came from, when not from an index (PEP 610, PyPUG direct-url). */
export type DirectUrl = {
  readonly url: string;
  /** Folder of the project inside what the URL leads to. */
  readonly subdirectory?: string | undefined;
  readonly source: DirectUrlSource;
};

export type DirectUrlSource =
  | {
      readonly kind: "vcs";
      /** `git`, `hg`, `bzr`, `svn`. */
      readonly vcs: string;
      readonly commitId: string;
      readonly requestedRevision?: string | undefined;
    }
  /** Algorithm to hexadecimal digits; empty when none is known. */
  | { readonly kind: "archive"; readonly hashes: Readonly<Record<string, string>> }
  | { readonly kind: "directory"; readonly editable: boolean };

/** The object that stands in `direct_url.json` and, as `download_info`, in pip's reports. */
export type DirectUrlJson = {
  readonly url: string;
  readonly subdirectory?: string;
  readonly vcs_info?: {
    readonly commit_id: string;
    readonly requested_revision?: string;
    readonly vcs: string;
  };
  readonly archive_info?: {
    readonly hash?: string;
    readonly hashes?: Readonly<Record<string, string>>;
  };
  readonly dir_info?: { readonly editable?: true };
};

/** Reads `direct_url.json`; exactly one of `vcs_info`, `archive_info` and `dir_info` must be there. */
export function parseDirectUrl(text: string): DirectUrl {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalidDirectUrl("it is not JSON", cause);
  }
  if (!isObject(json)) throw invalidDirectUrl("it is not a JSON object");
  const url = requiredText(json, "url");
  const subdirectory = optionalText(json, "subdirectory");
  const sources = [vcsSource(json), archiveSource(json), directorySource(json)].filter(
    (source) => source !== undefined,
  );
  const [source] = sources;
  if (source === undefined || sources.length > 1)
    throw invalidDirectUrl("it must have exactly one of `vcs_info`, `archive_info`, `dir_info`");
  if (source.kind === "directory" && !/^file:(?:\/\/[^/]*)?\//i.test(url))
    throw invalidDirectUrl("a `dir_info` needs an absolute `file:` URL");
  return subdirectory === undefined ? { url, source } : { url, subdirectory, source };
}

/** The JSON object, credentials taken out of the URL. */
export function directUrlJson(directUrl: DirectUrl): DirectUrlJson {
  const { source, subdirectory } = directUrl;
  const url = withoutSecrets(directUrl.url);
  const common = subdirectory === undefined ? { url } : { subdirectory, url };
  switch (source.kind) {
    case "vcs": {
      const { commitId: commit_id, requestedRevision: requested_revision, vcs } = source;
      const vcs_info =
        requested_revision === undefined
          ? { commit_id, vcs }
          : { commit_id, requested_revision, vcs };
      return { ...common, vcs_info };
    }
    case "archive": {
      const [first] = Object.entries(source.hashes);
      if (first === undefined) return { archive_info: {}, ...common };
      // Readers from before 2023 know only the single `hash`; pip still writes both.
      const hash = `${first[0]}=${first[1]}`;
      return { archive_info: { hash, hashes: source.hashes }, ...common };
    }
    case "directory":
      return { dir_info: source.editable ? { editable: true } : {}, ...common };
    default:
      return source satisfies never;
  }
}

/** The text of `direct_url.json`, byte for byte as pip writes it: keys sorted, ASCII only, credentials taken out. */
export function formatDirectUrl(directUrl: DirectUrl): string {
  return pythonJson(directUrlJson(directUrl));
}

/**
 * PEP 610: user and password must not be written down, unless they are references to environment variables
 * (`${USER}:${PASSWORD}`) or the user `git` of ssh addresses, which is no secret.
 */
export function withoutSecrets(url: string): string {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)@/i.exec(url);
  if (parts === null) return url;
  const [all, scheme = "", user = ""] = parts;
  if (user === "git" || /^\$\{[A-Za-z0-9_-]+\}(?::\$\{[A-Za-z0-9_-]+\})?$/.test(user)) return url;
  return scheme + url.slice(all.length);
}

type JsonObject = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function optionalObject(json: JsonObject, key: string): JsonObject | undefined {
  const value = json[key] ?? undefined;
  if (value === undefined || isObject(value)) return value;
  throw invalidDirectUrl(`\`${key}\` is not an object`);
}

function optionalText(json: JsonObject, key: string): string | undefined {
  const value = json[key] ?? undefined;
  if (value === undefined || typeof value === "string") return value;
  throw invalidDirectUrl(`\`${key}\` is not a string`);
}

function requiredText(json: JsonObject, key: string): string {
  const value = optionalText(json, key);
  if (value === undefined) throw invalidDirectUrl(`it has no \`${key}\``);
  return value;
}

function vcsSource(json: JsonObject): DirectUrlSource | undefined {
  const info = optionalObject(json, "vcs_info");
  if (info === undefined) return undefined;
  const vcs = requiredText(info, "vcs");
  const commitId = requiredText(info, "commit_id");
  const requestedRevision = optionalText(info, "requested_revision");
  return requestedRevision === undefined
    ? { kind: "vcs", vcs, commitId }
    : { kind: "vcs", vcs, commitId, requestedRevision };
}

function archiveSource(json: JsonObject): DirectUrlSource | undefined {
  const info = optionalObject(json, "archive_info");
  if (info === undefined) return undefined;
  const stated = optionalObject(info, "hashes");
  const hashes: [string, string][] = [];
  for (const [algorithm, digest] of Object.entries(stated ?? {})) {
    if (typeof digest !== "string") throw invalidDirectUrl("a digest in `hashes` is not a string");
    hashes.push([algorithm, digest]);
  }
  const legacy = optionalText(info, "hash");
  if (legacy !== undefined) {
    const equals = legacy.indexOf("=");
    if (equals === -1) throw invalidDirectUrl("`hash` is not of the form `algorithm=digest`");
    const algorithm = legacy.slice(0, equals);
    const digest = legacy.slice(equals + 1);
    if (stated === undefined) hashes.push([algorithm, digest]);
    else if (stated[algorithm] !== digest)
      throw invalidDirectUrl("`hash` and `hashes` contradict each other");
  }
  return { kind: "archive", hashes: Object.fromEntries(hashes) };
}

function directorySource(json: JsonObject): DirectUrlSource | undefined {
  const info = optionalObject(json, "dir_info");
  if (info === undefined) return undefined;
  const editable = info["editable"] ?? false;
  if (typeof editable !== "boolean") throw invalidDirectUrl("`editable` is not a boolean");
  return { kind: "directory", editable };
}

/** JSON as Python's `json.dumps(…, sort_keys=True)` spells it. */
function pythonJson(value: unknown): string {
  if (!isObject(value)) return asciiJson(JSON.stringify(value));
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, member]) => `${asciiJson(JSON.stringify(key))}: ${pythonJson(member)}`);
  return `{${members.join(", ")}}`;
}

function asciiJson(json: string): string {
  return json.replaceAll(
    /[\x80-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
