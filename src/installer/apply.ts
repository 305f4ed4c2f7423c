import { mapLimited } from "#base/concurrency";
import { errnoOf } from "#base/errors";
import { compareText } from "#base/order";
import { nextTurn } from "#base/turn";
import type { InstalledDistribution, PythonEnvironment } from "#environment/environment";
import { normalizeName } from "#standards/name";
import { formatRecord, parseRecord } from "#standards/record";
import type { StoredWheel } from "#store/wheel-manifest";
import type { BytecodeSource } from "./bytecode.ts";
import { describeCollisions } from "./collisions.ts";
import { CommonStaging } from "./common-staging.ts";
import { recordDigest } from "./digest.ts";
import { type EnvironmentLock, lockEnvironment } from "./environment-lock.ts";
import { environmentChanged, filesCollide, filesInTheWay, writeFailed } from "./errors.ts";
import { type FileOwner, InstalledFiles } from "./installed-files.ts";
import { isUnfinished, removeTransaction } from "./recovery.ts";
import { treesFor } from "./linked-folders.ts";
import type { Change, ChangeEntry, LinkWay, Plan, TreeSource, WheelSource } from "./plan-types.ts";
import { isOwn, nameOf, parentOf, type Places, resolvePath } from "./places.ts";
import { launcherFor } from "./scripts.ts";
import { stageWheel } from "./stage-wheel.ts";
import type { StagedPart } from "./staged-part.ts";
import { deriveSwitch, type Switch } from "./switch-steps.ts";
import { TakenPaths } from "./taken-paths.ts";
import { asideFolder, openTransaction, stagingFolder, switchOver } from "./transaction.ts";
import { type Belongings, belongingsOf } from "./uninstall.ts";
import type { InstallerWorld } from "./world.ts";

export type ApplyOptions = {
  /** Refuse when two distributions claim one file with different content, instead of warning. */
  readonly strict?: boolean;
  /** Take over files in the way that no distribution claims, instead of refusing. */
  readonly overwrite?: boolean;
  /** When left out, hard links, and whole folders in an environment that was made so. */
  readonly linkMode?: LinkWay;
  /** Keeps the folders that are linked whole. */
  readonly trees?: TreeSource;
  /** Compiled modules to put beside the sources; none are when left out. */
  readonly bytecode?: BytecodeSource;
  /** Finds the unpacked wheel of something installed, to give a file back that another one had covered. */
  readonly survivors?: SurvivorSource;
  /** The environment's lock, when the caller already holds it ({@link lockEnvironment}). */
  readonly lock?: EnvironmentLock;
  /** What waiting processes are told about this one. */
  readonly holder?: string;
};

export interface SurvivorSource {
  installedWheel(name: string, version: string): StoredWheel | undefined;
}

/** Wheels asked for at a time; a source that downloads keeps stricter limits of its own. */
const wheelsAtOnce = 512;

/**
 * Brings an environment to a plan, whole or not at all. Wheels are asked for side by side and each is staged as
 * it arrives; nothing that Python can see is touched before all are there and every collision is known. A
 * failure puts everything back, and leaves nothing but the lock file.
 */
export async function apply(
  plan: Plan,
  environment: PythonEnvironment,
  wheels: WheelSource,
  world: InstallerWorld,
  options: ApplyOptions = {},
): Promise<Change> {
  const marks = withoutRequested(plan, world);
  if (plan.installs.length + plan.removals.length + marks.length === 0)
    return { entries: [], warnings: [] };
  const lock = options.lock ?? (await lockEnvironment(environment, world, options));
  try {
    const application = new Application(plan, environment, lock.places, world, options);
    const warnings = await application.run(wheels, marks);
    return { entries: entriesOf(plan), warnings };
  } finally {
    if (options.lock === undefined) lock.release();
  }
}

class Application {
  readonly #plan: Plan;
  readonly #environment: PythonEnvironment;
  readonly #places: Places;
  readonly #world: InstallerWorld;
  readonly #options: ApplyOptions;
  readonly #parts: StagedPart[] = [];
  #restored = 0;

  constructor(
    plan: Plan,
    environment: PythonEnvironment,
    places: Places,
    world: InstallerWorld,
    options: ApplyOptions,
  ) {
    this.#plan = plan;
    this.#environment = environment;
    this.#places = places;
    this.#world = world;
    this.#options = options;
  }

  async run(wheels: WheelSource, marks: readonly InstalledDistribution[]): Promise<string[]> {
    const places = this.#places;
    const { files, report } = this.#world;
    this.#refuseStale();
    const leaving = this.#leaving();
    // The switch itself is made in one go: a signal is heard before it, or when it is done.
    const forget = this.#world.interrupts?.before(() => this.#clearAfter(undefined));
    try {
      openTransaction(places, files);
      await this.#stage(wheels);
      this.#stageEdits(leaving);
      this.#stageMarks(marks);
      const { taken, shared, installed } = this.#taken(leaving, marks);
      const derive = (exchangesSites: boolean): Switch =>
        deriveSwitch(
          {
            parts: this.#parts,
            taken,
            shared,
            installed,
            places,
            staging: stagingFolder(places),
            aside: asideFolder(places),
            overwrite: this.#options.overwrite === true,
            exchangesSites,
            restore: (owner, path) => this.#restore(owner, path),
          },
          this.#world,
        );
      const change = derive(this.#environment.kind === "virtual");
      const warnings = this.#judge(change);
      this.#switchOver(change, derive);
      const left = this.#clear();
      report?.({ type: "environment-switched", root: places.root, steps: change.steps.length });
      return [...warnings, ...left];
    } catch (failure) {
      this.#clearAfter(failure);
      throw errnoOf(failure) === undefined ? failure : writeFailed(places.root, failure);
    } finally {
      forget?.();
    }
  }

  #switchOver(change: Switch, derive: (exchangesSites: boolean) => Switch): void {
    try {
      switchOver(change.steps, this.#places, this.#world.files);
    } catch (error) {
      // A folder that something is mounted on takes what is put into it, and cannot be exchanged.
      if (!change.hasExchangedSite || errnoOf(error) !== "EBUSY") throw error;
      switchOver(derive(false).steps, this.#places, this.#world.files);
    }
  }

  /** Two that plan at once: the second finds the environment other than it saw it. */
  #refuseStale(): void {
    const { installs, removals } = this.#plan;
    const { files } = this.#world;
    for (const distribution of [...installs.map((install) => install.replaces), ...removals])
      if (distribution !== undefined && files.tryLstat(distribution.metadataPath) === undefined)
        throw environmentChanged(this.#places.root, distribution.name);
    const fresh = new Set<string>();
    for (const install of installs)
      if (install.replaces === undefined) fresh.add(install.wanted.name);
    for (const metadata of this.#metadataFolders(fresh))
      if (files.tryLstat(`${metadata}/METADATA`) !== undefined)
        throw environmentChanged(this.#places.root, distributionName(metadata));
  }

  /** Dist-info folders of these names in the environment's own folders. */
  #metadataFolders(names: ReadonlySet<string>): string[] {
    const found: string[] = [];
    if (names.size === 0) return found;
    for (const site of sitesOf(this.#places))
      for (const entry of this.#world.files.tryList(site) ?? [])
        if (entry.name.endsWith(".dist-info") && names.has(distributionName(entry.name)))
          found.push(`${site}/${entry.name}`);
    return found;
  }

  /** What goes: all that is removed or replaced, with what it lists. Read before anything is fetched. */
  #leaving(): Belongings[] {
    const { installs, removals } = this.#plan;
    const found: Belongings[] = [];
    const add = (distribution: InstalledDistribution): void =>
      void found.push(belongingsOf(distribution, this.#places, this.#environment, this.#world));
    for (const distribution of removals) add(distribution);
    const replaced = new Set<string>();
    for (const { replaces } of installs) {
      // What a system's Python brings is hidden by the new one, not removed.
      if (replaces === undefined || !this.#isHere(replaces)) continue;
      add(replaces);
      if (replaces.kind === "dist-info") replaced.add(replaces.name);
    }
    // A broken installer may have left older metadata of the same name: it goes with the one that counts.
    const known = new Set(found.flatMap((belongings) => belongings.folders));
    for (const metadata of this.#metadataFolders(replaced))
      if (!known.has(metadata)) found.push(this.#ghost(metadata));
    return found;
  }

  #ghost(metadata: string): Belongings {
    const name = normalizeName(distributionName(metadata));
    return { name, label: name, files: [], folders: [metadata], edits: [] };
  }

  #isHere({ kind, location, metadataPath }: InstalledDistribution): boolean {
    // The metadata of an egg-link lies in the source tree; the link itself is what counts.
    const at = kind === "egg-link" ? location : metadataPath;
    return isOwn(this.#places, resolvePath(at, this.#world.files));
  }

  async #stage(wheels: WheelSource): Promise<void> {
    const { bytecode, linkMode } = this.#options;
    const { interpreter } = this.#environment;
    const launcher = launcherFor(this.#world.host);
    const staging = stagingFolder(this.#places);
    const trees = this.#trees(linkMode);
    const key = this.#key();
    const { files } = this.#world;
    const common = {
      root: new CommonStaging(`${staging}/site`, files, key),
      scripts: new CommonStaging(`${staging}/scripts`, files, key),
      data: new CommonStaging(`${staging}/data`, files, key),
    };
    const prefixes = new Map<string, string>();
    let laying: Promise<void> | undefined;
    /** What arrives in the same turn is laid in one go. */
    const lay = (): Promise<void> =>
      (laying ??= nextTurn().then(() => {
        laying = undefined;
        common.root.lay(way);
        common.data.lay(way);
        common.scripts.lay(way);
      }));
    const way = linkMode === undefined || linkMode === "tree" ? "hardlink" : linkMode;
    const staged = await mapLimited(
      this.#plan.installs,
      wheelsAtOnce,
      async (install, position) => {
        const wheel = await wheels.wheel(install.wanted);
        if (wheel.manifest.name !== install.wanted.name)
          throw new Error(`asked for ${install.wanted.name} and got ${wheel.manifest.name}`);
        const compiled = (await bytecode?.bytecode(wheel, interpreter)) ?? [];
        const request = {
          install,
          wheel,
          bytecode: compiled,
          folder: `${staging}/${position}`,
          common,
          prefixes,
          linkMode: way,
          tree: trees?.tree(wheel, compiled),
          places: this.#places,
          environment: this.#environment,
          launcher,
        };
        const parts = stageWheel(request, this.#world);
        await lay();
        const { name, version } = wheel.manifest;
        this.#world.report?.({ type: "wheel-staged", name, version });
        return parts;
      },
    );
    for (const parts of staged) for (const part of parts) this.#parts.push(part);
  }

  #trees(linkMode: LinkWay | undefined): TreeSource | undefined {
    if (this.#plan.installs.length === 0) return undefined;
    const probe = `${stagingFolder(this.#places)}/link`;
    const { trees } = this.#options;
    const found = treesFor(linkMode, this.#environment, trees, probe, this.#world);
    found?.register(this.#places.root);
    return found;
  }

  /** Shared files of old installers without the lines of what goes. */
  #stageEdits(leaving: readonly Belongings[]): void {
    for (const { name, edits } of leaving)
      for (const { path, content } of edits)
        if (content.trim() !== "")
          this.#stageFile({ name, version: "" }, parentOf(path), nameOf(path), content);
  }

  /** REQUESTED, and RECORD with its row, for what a person has now named. */
  #stageMarks(marks: readonly InstalledDistribution[]): void {
    const { files, hashing } = this.#world;
    for (const distribution of marks) {
      const metadata = resolvePath(distribution.metadataPath, files);
      const text = files.tryReadText(`${metadata}/RECORD`);
      if (text === undefined || !isOwn(this.#places, metadata)) continue;
      const path = `${nameOf(metadata)}/REQUESTED`;
      const hash = { algorithm: "sha256", digest: recordDigest("", hashing) };
      const rows = [...parseRecord(text), { path, hash, size: 0 }];
      rows.sort((a, b) => compareText(a.path, b.path));
      this.#stageFile(distribution, metadata, "REQUESTED", "");
      this.#stageFile(distribution, metadata, "RECORD", formatRecord(rows));
    }
  }

  #stageFile(
    owner: Pick<StagedPart, "name" | "version">,
    to: string,
    name: string,
    content: string,
  ): void {
    const { files, hashing } = this.#world;
    const from = files.makeTemporaryFolder(stagingFolder(this.#places), "edit-");
    files.write(`${from}/${name}`, content);
    const staged = { path: name, sha256: recordDigest(content, hashing) };
    const { name: distribution, version } = owner;
    this.#parts.push({
      name: distribution,
      version,
      from,
      to,
      tops: [name],
      files: () => [staged],
    });
  }

  #taken(
    leaving: readonly Belongings[],
    marks: readonly InstalledDistribution[],
  ): { taken: TakenPaths; shared: Map<string, FileOwner>; installed: InstalledFiles } {
    const { files, host } = this.#world;
    const key = this.#key();
    const installed = new InstalledFiles({
      sites: sitesOf(this.#places),
      leaving: new Set(leaving.flatMap((belongings) => belongings.folders)),
      key,
      files,
      windows: host.os === "windows",
    });
    const taken = new TakenPaths(key);
    const shared = new Map<string, FileOwner>();
    for (const { name, files: listed, folders, edits } of leaving) {
      for (const path of folders) taken.addWhole(path, name);
      for (const { path } of edits) taken.add(path, name);
      for (const path of listed) {
        const owner = installed.ownersOf(path).at(-1);
        if (owner === undefined) taken.add(path, name);
        else shared.set(path, owner);
      }
    }
    for (const distribution of marks)
      taken.add(`${resolvePath(distribution.metadataPath, files)}/RECORD`, distribution.name);
    return { taken, shared, installed };
  }

  /** The spelling under which this file system finds names: macOS and Windows mostly take `A` and `a` for one. */
  #key(): (path: string) => string {
    const { transaction } = this.#places;
    const other = `${parentOf(transaction)}/${nameOf(transaction).toUpperCase()}`;
    return this.#world.files.tryLstat(other) === undefined
      ? (path) => path
      : (path) => path.normalize("NFC").toLowerCase();
  }

  /** A file of a survivor from the store, as it was installed. */
  #restore(owner: FileOwner, path: string): string | undefined {
    const wheel = this.#options.survivors?.installedWheel(owner.name, owner.version);
    if (wheel === undefined) return undefined;
    const name = nameOf(path);
    for (const part of wheel.manifest.parts)
      for (const file of part.files) {
        if (file.sha256 !== owner.sha256 || nameOf(file.path) !== name) continue;
        const staged = `${stagingFolder(this.#places)}/restored-${this.#restored++}`;
        this.#world.files.copy(`${wheel.root}/${part.folder}/${file.path}`, staged);
        return staged;
      }
    return undefined;
  }

  /** Everything that was found is said, or refused, before the first touch. */
  #judge(change: Switch): string[] {
    const { root } = this.#places;
    if (change.blocked.length > 0) throw filesInTheWay(root, change.blocked);
    const collisions = describeCollisions(change.collisions, root);
    if (this.#options.strict === true && collisions.length > 0)
      throw filesCollide(root, collisions);
    const warnings = [...collisions];
    for (const { path, owner } of change.spoilt)
      warnings.push(
        `${owner.name} ${owner.version} is left with another distribution's content in \`${path}\`: install it again to have its own`,
      );
    for (const warning of warnings) this.#world.report?.({ type: "files-collided", warning });
    return warnings;
  }

  /** The change stands; what cannot be cleared away now is cleared by the next command. */
  #clear(): string[] {
    try {
      // Most were moved out whole: one call for each is less than looking into all of them.
      for (const from of new Set(this.#parts.map((part) => part.from))) this.#removeIfEmpty(from);
      removeTransaction(this.#places, this.#world.files);
      return [];
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
      return [
        `what was replaced still lies in \`${this.#places.transaction}\`; the next change removes it`,
      ];
    }
  }

  #removeIfEmpty(folder: string): void {
    try {
      this.#world.files.removeEmptyFolder(folder);
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  }

  /** After a failure: the journal stays where undoing did not succeed, everything else goes. */
  #clearAfter(failure: unknown): void {
    const { files } = this.#world;
    try {
      if (!isUnfinished(this.#places, files)) removeTransaction(this.#places, files);
    } catch (error) {
      // The first failure is the one to tell; the next command clears up.
      if (errnoOf(error) === undefined && errnoOf(failure) === undefined) throw error;
    }
  }
}

function sitesOf(places: Places): string[] {
  return places.purelib === places.platlib ? [places.purelib] : [places.purelib, places.platlib];
}

function distributionName(metadata: string): string {
  const stem = nameOf(metadata).replace(/\.dist-info$/, "");
  return normalizeName(stem.split("-", 1)[0] ?? stem);
}

function withoutRequested(plan: Plan, { files }: InstallerWorld): InstalledDistribution[] {
  return plan.markRequested.filter(
    ({ metadataPath }) =>
      files.tryLstat(`${metadataPath}/REQUESTED`) === undefined &&
      files.tryLstat(`${metadataPath}/RECORD`) !== undefined,
  );
}

function entriesOf(plan: Plan): ChangeEntry[] {
  const entries: ChangeEntry[] = [
    ...plan.installs.map(({ wanted, replaces }): ChangeEntry =>
      replaces === undefined
        ? { kind: "installed", name: wanted.name, to: wanted.version }
        : { kind: "replaced", name: wanted.name, from: replaces.version, to: wanted.version },
    ),
    ...plan.removals.map(({ name, version }): ChangeEntry => ({
      kind: "removed",
      name,
      from: version,
    })),
  ];
  return entries.sort((a, b) => compareText(a.name, b.name));
}
