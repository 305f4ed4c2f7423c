import type { Remade } from "./likeness.ts";
import { ObservedFiles } from "./observed-files.ts";
import type { World } from "./ports.ts";
import { SightingNotes } from "./sighting-notes.ts";
import type { Sightings } from "./sightings.ts";
import { StagingLog, type StagedWork } from "./staging-log.ts";

export type Prepared = {
  readonly seen: Sightings;
  readonly staged: StagedWork;
  /** False once something else was done than the change: that would not be done again. */
  readonly isAll: () => boolean;
};

/** A machine that notes what is looked at. */
export type ObservedWorld = {
  readonly world: World;
  /**
   * What was seen, for `isAsSeen`; `undefined` when the run did more than look, asked for what cannot be seen again
   * (the time, another program, the network), or saw what was changing at that moment.
   */
  sightings(): Sightings | undefined;
  /** Nothing is noted any more. */
  forget(): void;
  /**
   * What is laid out in this folder from now on is noted, and not looked at: it is to be put in place by a change of
   * what was seen.
   */
  expectStaging(folder: string): void;
  /**
   * What was seen and what was laid out until now, for a change that is about to be made to a folder; `undefined` when it
   * cannot be made again from that. No look counts any more, and no change in these folders.
   */
  prepared(remade: Remade, ownFolders: readonly string[]): Prepared | undefined;
};

/**
 * A world in front of another one: everything goes through, and what only looks at files and variables is noted. Anything
 * else spoils the notes, so that a new port does so until somebody thinks about it.
 */
export function observeWorld(world: World): ObservedWorld {
  const notes = new SightingNotes(world.clock.now());
  const log = new StagingLog();
  const spoil = (): void => notes.spoil();
  const look = (): void => notes.look();
  const { files, clock, processes, workers, network, host } = world;
  const observed: World = {
    ...world,
    files: new ObservedFiles(files, notes, log),
    clock: {
      now: () => (look(), clock.now()),
      isBefore: (moment) => {
        const isToCome = clock.isBefore(moment);
        if (isToCome) notes.until(moment);
        else look();
        return isToCome;
      },
      // What takes long is waited for by those who do, and nobody learns anything by it.
      elapsed: () => clock.elapsed(),
      sleep: (milliseconds, signal) => clock.sleep(milliseconds, signal),
    },
    processes: { run: (request) => (spoil(), processes.run(request)) },
    workers: {
      get cores() {
        return workers.cores;
      },
      start: (file) => (spoil(), workers.start(file)),
    },
    network: { send: (request) => (spoil(), network.send(request)) },
    host: {
      os: host.os,
      arch: host.arch,
      get home() {
        notes.variable("HOME");
        return host.home;
      },
      get temporaryFolder() {
        look();
        return host.temporaryFolder;
      },
      cwd: host.cwd,
      env: observedVariables(host.env, notes),
      userId: host.userId,
      processId: host.processId,
      input: () => (look(), host.input()),
    },
  };
  return {
    world: observed,
    sightings: () => notes.sightings(world),
    forget: spoil,
    expectStaging: (folder) => log.begin(folder),
    prepared: (remade, ownFolders) => {
      const staged = log.work();
      const seen = staged === undefined ? undefined : notes.sightings(world, remade);
      notes.rest(ownFolders);
      const isAll = (): boolean => !notes.isSpoilt;
      return staged === undefined || seen === undefined ? undefined : { seen, staged, isAll };
    },
  };
}

function observedVariables(env: World["host"]["env"], notes: SightingNotes): World["host"]["env"] {
  return new Proxy(env, {
    get: (target, name) => {
      if (typeof name === "string") notes.variable(name);
      return target[name as string];
    },
    has: (target, name) => {
      if (typeof name === "string") notes.variable(name);
      return name in target;
    },
    getOwnPropertyDescriptor: (target, name) => {
      if (typeof name === "string") notes.variable(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    ownKeys: (target) => {
      notes.allVariables();
      return Reflect.ownKeys(target);
    },
  });
}
