import type { Files, Hashing } from "#platform/ports";
import type { NormalizedName } from "#standards/name";
import { cacheFolder, isCompiled, sourceOf } from "./bytecode.ts";
import { type Claim, claimsBelow, fileOf, winnerOf } from "./claims.ts";
import { type Claimant, type Collision, labelOf, strongest } from "./collisions.ts";
import { recordDigest } from "./digest.ts";
import type { Blocked } from "./errors.ts";
import { FolderVisits, type Visit } from "./folder-visits.ts";
import { GoingFolders, type Listing } from "./going-folders.ts";
import type { FileOwner, InstalledFiles } from "./installed-files.ts";
import type { Step } from "./journal.ts";
import { append } from "./multimap.ts";
import { nameOf, parentOf, type Places } from "./places.ts";
import type { StagedPart } from "./staged-part.ts";
import { stagedWhole } from "./staged-whole.ts";
import { StepOrder } from "./step-order.ts";
import type { TakenFolder, TakenPaths } from "./taken-paths.ts";
import { Unfolding } from "./unfolding.ts";

export type SwitchRequest = {
  readonly parts: readonly StagedPart[];
  /** What goes. */
  readonly taken: TakenPaths;
  /** Files of what goes that another distribution lists as well: they stay. */
  readonly shared: ReadonlyMap<string, FileOwner>;
  readonly installed: InstalledFiles;
  readonly places: Places;
  /** Folder for what is laid out anew. */
  readonly staging: string;
  /** Folder for what is moved aside. */
  readonly aside: string;
  /** Take over files that no distribution claims, instead of refusing. */
  readonly overwrite: boolean;
  /** Exchange an empty folder of modules whole, in place of putting everything into it. */
  readonly exchangesSites: boolean;
  /** Stages a file as its owner was installed with it; `undefined` when it cannot be had any more. */
  readonly restore: (owner: FileOwner, path: string) => string | undefined;
};

export type Switch = {
  readonly steps: readonly Step[];
  readonly hasExchangedSite: boolean;
  readonly collisions: readonly Collision[];
  readonly blocked: readonly Blocked[];
  /** Files that keep the content of a distribution that goes, although their owner had another. */
  readonly spoilt: readonly { readonly path: string; readonly owner: FileOwner }[];
};

/**
 * Works out how the environment gets from what goes to what comes, in as few renames as possible, and touches
 * only what is staged. Folder by folder from above: what is free is placed whole; what goes whole is exchanged whole; only
 * where a folder holds something else as well are its entries looked at one by one.
 */
export function deriveSwitch(
  request: SwitchRequest,
  world: { readonly files: Files; readonly hashing: Hashing },
): Switch {
  return new Derivation(request, world.files, world.hashing).run();
}

class Derivation {
  readonly #request: SwitchRequest;
  readonly #files: Files;
  readonly #hashing: Hashing;
  readonly #key: (path: string) => string;
  readonly #order = new StepOrder();
  readonly #visits: FolderVisits;
  readonly #listings = new Map<string, Listing>();
  /** Folders that a step will have made by then. */
  readonly #made = new Set<string>();
  /** Folders seen to be there. */
  readonly #present = new Set<string>();
  readonly #going: GoingFolders;
  readonly #sharedIn = new Map<string, string[]>();
  readonly #unfolding: Unfolding;
  readonly #collisions: Collision[] = [];
  readonly #blocked: Blocked[] = [];
  readonly #spoilt: { readonly path: string; readonly owner: FileOwner }[] = [];
  #asides = 0;
  #hasExchangedSite = false;

  constructor(request: SwitchRequest, files: Files, hashing: Hashing) {
    this.#request = request;
    this.#files = files;
    this.#hashing = hashing;
    this.#key = request.taken.key;
    this.#visits = new FolderVisits(this.#key);
    this.#unfolding = new Unfolding(request.staging, request.installed, files);
    this.#going = new GoingFolders(request.taken, request.places.kept, (path) =>
      this.#listing(path),
    );
  }

  run(): Switch {
    const { parts, taken, shared, places } = this.#request;
    for (const part of parts) this.#going.keep(part.to);
    for (const part of parts) {
      if (!this.#prepare(part)) continue;
      const visit = this.#visits.to(part.to);
      for (const top of part.tops) append(visit.claims, this.#key(top), { part, path: top });
    }
    for (const path of shared.keys())
      if (this.#isWithin(parentOf(path))) append(this.#sharedIn, this.#key(parentOf(path)), path);
    for (const anchor of places.anchors)
      if (taken.folder(anchor) !== undefined || shared.size > 0) this.#visits.to(anchor);
    for (const [path] of shared)
      if (this.#isWithin(parentOf(path))) this.#visits.to(parentOf(path));
    for (const visit of this.#visits.fromAbove()) this.#settleFolder(visit);
    this.#replaceRecords();
    return {
      steps: this.#order.steps(),
      hasExchangedSite: this.#hasExchangedSite,
      collisions: this.#collisions,
      blocked: this.#blocked,
      spoilt: this.#spoilt,
    };
  }

  /** Sees to it that the folder which receives a part exists by then. */
  #prepare(part: StagedPart): boolean {
    const missing: string[] = [];
    let at = part.to;
    for (; !this.#made.has(at) && !this.#present.has(at); at = parentOf(at)) {
      const there = this.#files.tryStat(at);
      if (there?.kind === "folder") {
        this.#present.add(at);
        break;
      }
      if (there !== undefined) {
        this.#block(at, part, undefined);
        return false;
      }
      missing.push(at);
    }
    for (const path of missing.reverse()) this.#make(path);
    return true;
  }

  #make(path: string): void {
    this.#made.add(path);
    this.#order.add(undefined, path, { kind: "folder", path });
  }

  #listing(path: string): Listing {
    const known = this.#listings.get(path);
    if (known !== undefined) return known;
    const at = this.#unfolding.staged(path) ?? path;
    const entries = this.#made.has(path) ? [] : (this.#files.tryList(at) ?? []);
    const listing = new Map(entries.map((entry) => [this.#key(entry.name), entry]));
    this.#listings.set(path, listing);
    return listing;
  }

  #settleFolder({ path, claims }: Visit): void {
    const { taken } = this.#request;
    const listing = this.#listing(path);
    if (listing.size === 0 && this.#exchangeSite(path, claims)) return;
    const sources = new Set<string>();
    for (const [name, claimed] of claims)
      if (name !== cacheFolder) this.#settle(path, name, claimed, listing, sources);
    for (const shared of this.#sharedIn.get(this.#key(path)) ?? [])
      if (!claims.has(this.#key(nameOf(shared)))) this.#restore(shared, sources);
    this.#takeCompiled(path, listing, sources);
    const caches = claims.get(cacheFolder);
    if (caches !== undefined) this.#settle(path, cacheFolder, caches, listing, sources);
    const leaving = taken.folder(path);
    if (leaving !== undefined) this.#takeRest(path, leaving, claims, listing);
  }

  /** {@link stagedWhole} as one step. */
  #exchangeSite(path: string, claims: Visit["claims"]): boolean {
    const { exchangesSites, places } = this.#request;
    const isSite = path === places.purelib || path === places.platlib;
    if (!exchangesSites || !isSite || places.anchors.includes(path)) return false;
    const from = stagedWhole(path, claims.values(), claims.size, this.#files);
    if (from === undefined) return false;
    this.#exchange(path, from, undefined);
    this.#hasExchangedSite = true;
    return true;
  }

  /** What goes and is not replaced. */
  #takeRest(path: string, leaving: TakenFolder, claims: Visit["claims"], listing: Listing): void {
    for (const [name, owner] of leaving.files) {
      const entry = claims.has(name) ? undefined : listing.get(name);
      if (entry !== undefined && entry.kind !== "folder")
        this.#take(`${path}/${entry.name}`, owner);
    }
    for (const name of leaving.folders) {
      const entry = claims.has(name) ? undefined : listing.get(name);
      if (entry?.kind !== "folder") continue;
      const child = `${path}/${entry.name}`;
      const folder = this.#request.taken.folder(child);
      if (this.#going.isWhole(child)) this.#take(child, folder?.owner ?? leaving.owner);
      else this.#visits.to(child);
    }
  }

  /** Marks the compiled modules of sources that go: Python would believe them at the same size and time. */
  #takeCompiled(path: string, listing: Listing, sources: ReadonlySet<string>): void {
    const caches = listing.get(cacheFolder);
    if (caches?.kind !== "folder") return;
    const leaving = this.#request.taken.folder(path);
    let owner = leaving?.owner;
    const goes = (source: string): boolean => {
      owner = leaving?.files.get(source) ?? owner;
      return sources.has(source) || leaving?.files.has(source) === true;
    };
    if (sources.size === 0 && leaving === undefined) return;
    const folder = `${path}/${cacheFolder}`;
    for (const entry of this.#listing(folder).values())
      if (goes(this.#key(sourceOf(entry.name))))
        this.#request.taken.add(`${folder}/${entry.name}`, owner ?? ("" as NormalizedName));
  }

  #settle(
    folder: string,
    name: string,
    claims: readonly Claim[],
    listing: Listing,
    sources: Set<string>,
  ): void {
    const entry = listing.get(name);
    const [first] = claims as readonly [Claim];
    const path = `${folder}/${nameOf(first.path)}`;
    if (entry === undefined) return this.#settleFree(path, claims);
    const present = `${folder}/${entry.name}`;
    const foldersOnly = claims.every((claim) => fileOf(claim) === undefined);
    if (entry.kind === "folder") {
      const only =
        claims.length === 1 || !foldersOnly ? winnerOf(path, claims, this.#collisions) : undefined;
      const isLeaving = this.#request.taken.folder(present) !== undefined;
      if (only !== undefined && isLeaving && this.#going.isWhole(present))
        return this.#replace(present, path, only);
      if (foldersOnly) return this.#descend(present, claims);
      return this.#block(present, first.part, undefined);
    }
    if (this.#request.taken.has(present)) {
      sources.add(name);
      if (foldersOnly && claims.length > 1) {
        // Before the folder that comes in its place.
        this.#take(present, undefined);
        return this.#settleFree(path, claims);
      }
      return this.#replace(present, path, winnerOf(path, claims, this.#collisions));
    }
    if (foldersOnly) {
      if (entry.kind === "link" && (this.#unfold(present) || this.#staysInside(present)))
        return this.#descend(present, claims);
      return this.#block(present, first.part, strongest(this.#request.installed.ownersOf(present)));
    }
    this.#settleOccupied(present, path, winnerOf(path, claims, this.#collisions), sources);
  }

  /** Makes a real folder of an installed distribution's linked one; `false` for other links. */
  #unfold(link: string): boolean {
    if (!this.#unfolding.isLinked(link)) return false;
    const from = this.#unfolding.unfold(link);
    if (from !== undefined) this.#exchange(link, from, undefined);
    return true;
  }

  /** The owners of unfolded folders no longer have the links that their RECORDs name. */
  #replaceRecords(): void {
    const { parts, staging } = this.#request;
    // What gets a mark has its RECORD staged already.
    const stagedFor = (path: string): string | undefined => {
      const part = parts.find(({ to, tops }) => tops[0] === "RECORD" && `${to}/RECORD` === path);
      return part === undefined ? undefined : `${part.from}/RECORD`;
    };
    const read = (path: string): string => this.#files.readText(stagedFor(path) ?? path);
    for (const [path, text] of this.#unfolding.records(read, this.#hashing)) {
      const known = stagedFor(path);
      const staged = known ?? `${this.#files.makeTemporaryFolder(staging, "edit-")}/RECORD`;
      this.#files.write(staged, text);
      if (known === undefined) this.#exchange(path, staged, undefined);
    }
  }

  /** True for a link to a folder of the environment itself: nothing is written through one that leads out. */
  #staysInside(link: string): boolean {
    return this.#files.tryStat(link)?.kind === "folder" && this.#isWithin(link);
  }

  #isWithin(path: string): boolean {
    if (this.#files.tryStat(path) === undefined) return false;
    const { root, anchors } = this.#request.places;
    const target = this.#files.realPath(path);
    return [root, ...anchors].some((place) => target === place || target.startsWith(`${place}/`));
  }

  #settleFree(path: string, claims: readonly Claim[]): void {
    if (claims.length === 1) return this.#place(path, claims[0] as Claim);
    const [first] = claims as readonly [Claim];
    // Staged side by side: nobody else has anything in it.
    if (
      claims.every(
        ({ part, path: within }) => part.from === first.part.from && within === first.path,
      )
    )
      return this.#order.add(undefined, path, {
        kind: "place",
        from: `${first.part.from}/${first.path}`,
        to: path,
      });
    if (claims.some((claim) => fileOf(claim) !== undefined))
      return this.#place(path, winnerOf(path, claims, this.#collisions));
    this.#make(path);
    this.#descend(path, claims);
  }

  /** A file of an installed distribution that stays, or of nobody, stands where another one shall go. */
  #settleOccupied(present: string, path: string, claim: Claim, sources: Set<string>): void {
    const { installed, overwrite } = this.#request;
    const file = fileOf(claim);
    const owner = strongest(installed.ownersOf(present));
    const source = (): void => void sources.add(this.#key(nameOf(present)));
    if (isCompiled(present)) return this.#replace(present, path, claim);
    const same = file !== undefined && this.#digest(present) === file.sha256;
    if (same) return;
    if (owner === undefined) {
      if (!overwrite) return this.#block(present, claim.part, undefined);
      source();
      return this.#replace(present, path, claim);
    }
    if (strongest([owner, claim.part]) === owner && owner.name !== claim.part.name) {
      this.#collisions.push({ path: present, winner: owner, loser: claim.part });
      return;
    }
    if (owner.name !== claim.part.name)
      this.#collisions.push({ path: present, winner: claim.part, loser: owner });
    source();
    this.#replace(present, path, claim);
  }

  #descend(path: string, claims: readonly Claim[]): void {
    const visit = this.#visits.to(path);
    for (const claim of claims) {
      claim.part.open?.(claim.path);
      for (const child of claimsBelow(claim))
        append(visit.claims, this.#key(nameOf(child.path)), child);
    }
  }

  /** A shared file stays; when it holds the content of what goes, its other owner gets his back. */
  #restore(path: string, sources: Set<string>): void {
    const owner = this.#request.shared.get(path);
    if (owner?.sha256 === undefined || this.#files.tryLstat(path)?.kind !== "file") return;
    if (this.#digest(path) === owner.sha256) return;
    const staged = this.#request.restore(owner, path);
    if (staged === undefined) {
      this.#spoilt.push({ path, owner });
      return;
    }
    sources.add(this.#key(nameOf(path)));
    this.#exchange(path, staged, owner.name);
  }

  #place(path: string, { part, path: within }: Claim): void {
    this.#order.add(part.name, path, { kind: "place", from: `${part.from}/${within}`, to: path });
  }

  #take(path: string, owner: NormalizedName | undefined): void {
    this.#order.add(owner, path, { kind: "take", path, aside: this.#nextAside() });
  }

  #replace(present: string, path: string, claim: Claim): void {
    // Another spelling of the name, on a file system that takes them for one: exchanging would keep the old.
    if (present !== path) {
      this.#take(present, claim.part.name);
      return this.#place(path, claim);
    }
    this.#exchange(path, `${claim.part.from}/${claim.path}`, claim.part.name);
  }

  #exchange(path: string, from: string, owner: NormalizedName | undefined): void {
    const was = this.#files.tryLstat(this.#unfolding.whereIs(path))?.ino ?? 0;
    const becomes = this.#files.tryLstat(from)?.ino ?? 0;
    const aside = this.#nextAside();
    this.#order.add(owner, path, { kind: "replace", from, to: path, aside, was, becomes });
  }

  #block(path: string, part: Claimant, holder: Claimant | undefined): void {
    this.#blocked.push({
      path,
      wantedBy: labelOf(part),
      heldBy: holder === undefined ? undefined : labelOf(holder),
    });
  }

  #nextAside(): string {
    return `${this.#request.aside}/${this.#asides++}`;
  }

  #digest(path: string): string | undefined {
    const content = this.#files.tryStat(path)?.kind === "file" ? this.#files.read(path) : undefined;
    return content === undefined ? undefined : recordDigest(content, this.#hashing);
  }
}
