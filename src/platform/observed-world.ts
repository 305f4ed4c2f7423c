import { ObservedFiles } from "./observed-files.ts";
import type { World } from "./ports.ts";
import { SightingNotes } from "./sighting-notes.ts";
import type { Sightings } from "./sightings.ts";

/** A machine that notes what is looked at. */
export type ObservedWorld = {
  readonly world: World;
  /**
   * What was seen, for `isAsSeen`; `undefined` when the run did more than look, asked for what cannot be seen again
   * (the time, another program, the network), or saw what was changing at that moment.
   */
  sightings(): Sightings | undefined;
};

/**
 * A world in front of another one: everything goes through, and what only looks at files and variables is noted. Anything
 * else spoils the notes, so that a new port does so until somebody thinks about it.
 */
export function observeWorld(world: World): ObservedWorld {
  const notes = new SightingNotes(world.clock.now());
  const spoil = (): void => notes.spoil();
  const { files, clock, processes, workers, network, host } = world;
  const observed: World = {
    ...world,
    files: new ObservedFiles(files, notes),
    clock: {
      now: () => (spoil(), clock.now()),
      sleep: (milliseconds, signal) => (spoil(), clock.sleep(milliseconds, signal)),
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
        spoil();
        return host.temporaryFolder;
      },
      cwd: host.cwd,
      env: observedVariables(host.env, notes),
      userId: host.userId,
      processId: host.processId,
      input: () => (spoil(), host.input()),
    },
  };
  return { world: observed, sightings: () => notes.sightings(world) };
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
