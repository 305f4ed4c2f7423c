import { errnoOf, PkmError } from "#base/errors";
import type { Report } from "#base/report";
import { withoutCredentials } from "#base/url";
import type { HttpClient } from "#http/client";
import { isDistributionFilename } from "./direct-file.ts";
import type { NormalizedName } from "#standards/name";
import { parseSimpleHtml, parseSimplePage, type SimpleLink } from "#standards/simple-page";
import { identityOf } from "./compact-page.ts";
import { unsupportedLocation } from "./errors.ts";
import type { RepositoryEvent } from "./events.ts";
import type { ProjectFile, ProjectListing, Release } from "./listing.ts";
import { pathOfUrl, readLocalPage, urlOfPath, type LocalWorld } from "./local-files.ts";
import { pageLimit } from "./simple.ts";

/**
 * One `--find-links` location, as pip takes it: a folder with distributions, a page with links (a local file or on the
 * network), or a distribution itself. A location that is not there is reported and holds nothing.
 */
export class FindLinks {
  readonly location: string;
  readonly #source: string;
  readonly #client: HttpClient;
  readonly #world: LocalWorld;
  readonly #report: Report<RepositoryEvent>;
  #links: readonly SimpleLink[] | Promise<readonly SimpleLink[]> | undefined;
  #freshUntil = Number.POSITIVE_INFINITY;
  readonly #files = new Map<NormalizedName, readonly ProjectFile[]>();

  constructor(
    location: string,
    client: HttpClient,
    world: LocalWorld,
    report: Report<RepositoryEvent>,
  ) {
    this.location = withoutCredentials(location);
    this.#client = client;
    this.#world = world;
    this.#report = report;
    this.#source = location;
  }

  /** Until when all answers so far may be used again without asking; 0 when one of them may not. */
  get freshUntil(): number {
    return this.#freshUntil;
  }

  /** What a folder of distributions holds right now, as a text that changes with it; empty for anything else. */
  get stamp(): string {
    const path = this.#localPath();
    const { files } = this.#world;
    const stampOf = (file: string): string => {
      const stat = files.tryStat(file);
      return stat === undefined ? "" : `${stat.size} ${stat.mtime} ${stat.ino}`;
    };
    if (path === undefined) return "";
    try {
      const entries = files.tryList(path);
      if (entries === undefined) return stampOf(path);
      const names = entries.map((entry) => entry.name).filter(isDistributionFilename);
      return names
        .sort()
        .map((name) => `${name} ${stampOf(`${path}/${name}`)}`)
        .join("\n");
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return "";
    }
  }

  /** Files of a project, in the order of the folder or page. Without a promise once the location has been read. */
  files(name: NormalizedName): readonly ProjectFile[] | Promise<readonly ProjectFile[]> {
    this.#links ??= this.#read();
    if (this.#links instanceof Promise)
      return this.#links.then((links) => {
        this.#links = links;
        return this.#select(links, name);
      });
    return this.#select(this.#links, name);
  }

  #select(links: readonly SimpleLink[], name: NormalizedName): readonly ProjectFile[] {
    let files = this.#files.get(name);
    if (files === undefined) {
      files = links.flatMap((link): ProjectFile[] => {
        const identity = identityOf(link.filename, name);
        if (identity === undefined) return [];
        return [
          {
            filename: link.filename,
            url: link.url,
            identity,
            hashes: link.hashes,
            size: link.size,
            requiresPython: link.requiresPython,
            yanked: link.yanked,
            uploadTime: link.uploadTime,
            metadataHashes: link.metadataHashes,
            repository: this.location,
          },
        ];
      });
      this.#files.set(name, files);
    }
    return files;
  }

  #read(): readonly SimpleLink[] | Promise<readonly SimpleLink[]> {
    const source = this.#source;
    if (/^https?:/i.test(source)) return this.#readPage(source);
    const path = this.#localPath();
    if (path === undefined) throw unsupportedLocation(source, "its scheme is none that pkm reads");
    return this.#readPath(path);
  }

  #localPath(): string | undefined {
    const source = this.#source;
    if (/^file:/i.test(source)) return pathOfUrl(source, this.#world);
    return /^[a-z][a-z0-9+.-]+:/i.test(source) ? undefined : source;
  }

  async #readPage(url: string): Promise<readonly SimpleLink[]> {
    const filename = lastSegment(url);
    if (isDistributionFilename(filename)) return [bareLink(filename, url)];
    try {
      const answer = await this.#client.get(url, {
        accept: "text/html",
        cache: "page",
        limit: pageLimit,
      });
      this.#freshUntil = answer.freshUntil;
      if (answer.status === 200)
        return parseSimplePage(answer.body, answer.contentType, answer.url).links;
      this.#missing(`the server answered ${answer.status}`);
    } catch (error) {
      // Its absence is a warning with pip as well; a refusal or a broken page is not to be overlooked.
      if (
        !(error instanceof PkmError) ||
        (error.code !== "index-unreachable" && error.code !== "offline")
      )
        throw error;
      this.#freshUntil = 0;
      this.#missing(error.why ?? error.what);
    }
    return [];
  }

  #readPath(path: string): readonly SimpleLink[] {
    const { files } = this.#world;
    try {
      const stat = files.tryStat(path);
      if (stat === undefined) {
        this.#freshUntil = 0;
        this.#missing("it is not there");
        return [];
      }
      if (stat.kind === "folder") return this.#readFolder(path);
      const filename = path.slice(path.lastIndexOf("/") + 1);
      const url = urlOfPath(path);
      if (isDistributionFilename(filename)) return [bareLink(filename, url)];
      // What pages lead to has no stamp.
      this.#freshUntil = 0;
      return parseSimpleHtml(readLocalPage(url, this.#world) ?? new Uint8Array(0), url).links;
    } catch (error) {
      const errno = errnoOf(error);
      if (errno === undefined) throw error;
      this.#freshUntil = 0;
      this.#missing(`the system says ${errno}`);
      return [];
    }
  }

  #readFolder(path: string): readonly SimpleLink[] {
    const folder = path.endsWith("/") ? path : `${path}/`;
    const links: SimpleLink[] = [];
    // Folders list their files in any order; answers must not depend on it.
    const names = this.#world.files
      .list(path)
      .filter((entry) => entry.kind !== "folder")
      .map((entry) => entry.name)
      .sort();
    for (const name of names) {
      const url = urlOfPath(folder + name);
      if (isDistributionFilename(name)) links.push(bareLink(name, url));
      else if (/\.html?$/i.test(name)) {
        this.#freshUntil = 0;
        links.push(
          ...parseSimpleHtml(readLocalPage(url, this.#world) ?? new Uint8Array(0), url).links,
        );
      }
    }
    return links;
  }

  #missing(reason: string): void {
    this.#report({ type: "find-links-missing", location: this.location, reason });
  }
}

/** Adds files to a listing: the newest version stays first, and a file that both have comes from `files`. */
export function mergeFiles(listing: ProjectListing, files: readonly ProjectFile[]): ProjectListing {
  if (files.length === 0) return listing;
  const added = releasesOf(files);
  const releases: Release[] = [];
  let at = 0;
  for (const release of listing.releases) {
    const { version } = release;
    while (at < added.length && (added[at] as Release).version.key > version.key)
      releases.push(added[at++] as Release);
    const same = added[at];
    if (same?.version.key === version.key) {
      releases.push(joined(same, release));
      at++;
    } else releases.push(release);
  }
  releases.push(...added.slice(at));
  return { ...listing, releases };
}

/** Files sorted into releases, newest first. */
export function releasesOf(files: readonly ProjectFile[]): Release[] {
  const byKey = new Map<string, { version: Release["version"]; files: ProjectFile[] }>();
  for (const file of files) {
    const { version } = file.identity;
    const release = byKey.get(version.key);
    if (release === undefined) byKey.set(version.key, { version, files: [file] });
    else release.files.push(file);
  }
  return [...byKey.values()].sort((a, b) => (a.version.key < b.version.key ? 1 : -1));
}

/** Two releases of one version; of two files with one name the first's counts. */
export function joined(first: Release, second: Release): Release {
  let files: readonly ProjectFile[] | undefined;
  return {
    version: first.version,
    get files() {
      if (files === undefined) {
        const names = new Set(first.files.map((file) => file.filename));
        files = [...first.files, ...second.files.filter((file) => !names.has(file.filename))];
      }
      return files;
    },
  };
}

function bareLink(filename: string, url: string): SimpleLink {
  const hash = url.indexOf("#");
  return {
    filename,
    url: hash === -1 ? url : url.slice(0, hash),
    hashes: {},
    size: undefined,
    requiresPython: undefined,
    yanked: false,
    uploadTime: undefined,
    metadataHashes: undefined,
  };
}

function lastSegment(url: string): string {
  const path = url.split(/[?#]/, 1)[0] ?? "";
  const segment = path.slice(path.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
