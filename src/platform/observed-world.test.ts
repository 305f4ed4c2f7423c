import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { errnoOf } from "#base/errors";
import { filesContract } from "#platform/files-contract";
import { MemoryFiles } from "./memory/files.ts";
import { memoryHost } from "./memory/host.ts";
import { memoryWorld } from "./memory/world.ts";
import { ObservedFiles } from "./observed-files.ts";
import { observeWorld } from "./observed-world.ts";
import type { World } from "./ports.ts";
import { SightingNotes } from "./sighting-notes.ts";
import { isAsSeen, type Sightings } from "./sightings.ts";
import { StagingLog } from "./staging-log.ts";

filesContract("ObservedFiles", () => ({
  files: new ObservedFiles(
    new MemoryFiles({ "/here/": "" }),
    new SightingNotes(0),
    new StagingLog(),
  ),
  root: "/here",
}));

/** A machine on which time passes when it is told to. */
class Machine {
  time = 1_700_000_000_123;
  readonly env: Record<string, string | undefined> = { HOME: "/home/ada", PIP_PRE: "1" };
  readonly files: MemoryFiles;
  readonly world: World;

  constructor(tree: Readonly<Record<string, string>>) {
    this.files = new MemoryFiles(tree, { now: () => this.time });
    this.world = memoryWorld({
      files: this.files,
      clock: {
        now: () => this.time,
        isBefore: (moment) => this.time < moment,
        elapsed: () => this.time,
        sleep: () => Promise.resolve(),
      },
      host: memoryHost({ env: this.env }),
    });
  }

  later(milliseconds = 5001): this {
    this.time += milliseconds;
    return this;
  }

  /** What a run saw, as a later process reads it from the disk. */
  run(look: (world: World) => void): Sightings | undefined {
    const observed = observeWorld(this.world);
    look(observed.world);
    const seen = observed.sightings();
    return seen === undefined ? undefined : (JSON.parse(JSON.stringify(seen)) as Sightings);
  }
}

const site = "/env/site-packages";
const tree = {
  [`${site}/one.dist-info/METADATA`]: "Name: one",
  [`${site}/two.dist-info/METADATA`]: "Name: two",
  "/env/pyvenv.cfg": "home = /usr/bin",
};

/** What a list of installed distributions looks at, roughly. */
function listInstalled({ files, host }: World): void {
  void host.env.PKM_PYTHON;
  files.tryReadText("/etc/pip.conf");
  files.readText("/env/pyvenv.cfg");
  for (const { name } of files.list(site)) {
    files.readAt(`${site}/${name}/METADATA`, 0, 100);
    files.tryStat(`${site}/${name}/direct_url.json`);
  }
}

describe("what was seen", () => {
  test("is as it was while nobody touches it, whatever else happens", () => {
    const machine = new Machine(tree).later();
    const seen = machine.run(listInstalled) as Sightings;
    machine.later().files.write("/env/bin-python", "");
    machine.env.UNRELATED = "changed";
    expect(isAsSeen(seen, machine.world)).toBe(true);
  });

  const changes: Readonly<Record<string, (machine: Machine) => void>> = {
    "a file that was read is written": ({ files }) => files.write("/env/pyvenv.cfg", "home = /opt"),
    "it is written with as many bytes and its old time": ({ files }) => {
      const before = files.tryStat("/env/pyvenv.cfg")?.mtime as number;
      files.write("/env/pyvenv.cfg", "home = /usr/lib");
      files.write("/env/pyvenv.cfg", "home = /usr/bim");
      files.setModified("/env/pyvenv.cfg", before);
    },
    "another file takes its name": ({ files }) => {
      files.write("/env/new", "home = /usr/bin");
      files.rename("/env/new", "/env/pyvenv.cfg");
    },
    "a distribution comes": ({ files }) => files.makeFolder(`${site}/three.dist-info`),
    "a distribution goes": ({ files }) => files.removeTree(`${site}/two.dist-info`),
    "a file comes that was looked for": ({ files }) =>
      files.write(`${site}/two.dist-info/direct_url.json`, "{}"),
    "a configuration comes, folder and all": ({ files }) => {
      files.makeFolder("/etc");
      files.write("/etc/pip.conf", "");
    },
    "what was read goes": ({ files }) => files.remove("/env/pyvenv.cfg"),
    "a mode changes": ({ files }) => files.chmod("/env/pyvenv.cfg", 0o600),
    "a variable comes that was asked for": ({ env }) => {
      env.PKM_PYTHON = "3.12";
    },
    "a folder above is another one": ({ files }) => {
      files.rename("/env", "/old");
      files.makeFolders(site);
      files.write("/env/pyvenv.cfg", "home = /usr/bin");
    },
  };
  for (const [title, change] of Object.entries(changes)) {
    test(`is not as it was when ${title}`, () => {
      const machine = new Machine(tree).later();
      const seen = machine.run(listInstalled) as Sightings;
      change(machine.later());
      expect(isAsSeen(seen, machine.world)).toBe(false);
    });
  }

  test("holds no value of a variable", () => {
    const machine = new Machine(tree).later();
    machine.env.PIP_INDEX_URL = "https://user:secret@index.example/simple";
    const seen = machine.run(({ host }) => void host.env.PIP_INDEX_URL);
    expect(JSON.stringify(seen)).not.toContain("secret");
    machine.env.PIP_INDEX_URL = "https://user:other@index.example/simple";
    expect(isAsSeen(seen as Sightings, machine.world)).toBe(false);
  });

  test("has the names of variables where somebody went through them", () => {
    const machine = new Machine(tree).later();
    const seen = machine.run(({ host }) => void Object.keys(host.env)) as Sightings;
    expect(isAsSeen(seen, machine.world)).toBe(true);
    machine.env.PIP_QUIET = "1";
    expect(isAsSeen(seen, machine.world)).toBe(false);
  });

  test("tells what the kernel says by its text", () => {
    const machine = new Machine({ ...tree, "/proc/sys/kernel/osrelease": "6.1" });
    const seen = machine.run(({ files }) => void files.tryReadText("/proc/sys/kernel/osrelease"));
    expect(isAsSeen(seen as Sightings, machine.world)).toBe(true);
    machine.later().files.write("/proc/sys/kernel/osrelease", "6.2");
    expect(isAsSeen(seen as Sightings, machine.world)).toBe(false);
  });
});

describe("nothing was seen that would hold", () => {
  const spoiling: Readonly<Record<string, (world: World, machine: Machine) => unknown>> = {
    "a file was written": ({ files }) => files.write("/env/x", ""),
    "a lock was taken": ({ files }) => files.lock("/env/.lock", {}),
    "a program was asked": ({ processes }) => processes.run({ argv: ["/bin/true"] }).catch(() => 0),
    "the network was asked": ({ network }) =>
      network.send({ method: "GET", url: "https://index.example", headers: {} }).catch(() => 0),
    "somebody wanted to know the time": ({ clock }) => clock.now(),
    "somebody read what was piped in": ({ host }) => host.input(),
    "a file changed just before": ({ files }, machine) => {
      machine.files.write("/env/pyvenv.cfg", "home = /usr/lib");
      files.readText("/env/pyvenv.cfg");
    },
    "a file went while it was looked at": ({ files }, machine) => {
      files.readText("/env/pyvenv.cfg");
      machine.files.remove("/env/pyvenv.cfg");
    },
    "a file came while it was looked at": ({ files }, machine) => {
      files.tryStat("/env/late");
      machine.files.write("/env/late", "");
      files.tryStat("/env/late");
    },
  };
  for (const [title, spoil] of Object.entries(spoiling)) {
    test(`when ${title}`, () => {
      const machine = new Machine(tree).later();
      expect(machine.run((world) => void spoil(world, machine))).toBeUndefined();
    });
  }
});

describe("what was seen before a change", () => {
  const remade = { root: "/env", passing: ["/env/.lock", "/env/.work"] };

  /** Looks at an environment, takes its lock, lays something out, and is about to put it in place. */
  function prepare(machine: Machine, more: (world: World, machine: Machine) => void = () => {}) {
    const observed = observeWorld(machine.world);
    const { files, clock } = observed.world;
    listInstalled(observed.world);
    files.tryLstat("/env/.work");
    files.list("/env");
    clock.isBefore(machine.time + 60_000);
    void files.lock("/env/.lock", {});
    observed.expectStaging("/env/.work");
    files.makeFolder("/env/.work");
    files.tryStat("/env/.work/new");
    more(observed.world, machine);
    const found = observed.prepared(remade, ["/env"]);
    return found === undefined ? undefined : (JSON.parse(JSON.stringify(found)) as typeof found);
  }

  /** Removes the environment and makes it again. */
  function makeAnew({ files }: Machine): void {
    files.removeTree("/env");
    for (const [path, content] of Object.entries(tree)) {
      files.makeFolders(path.slice(0, path.lastIndexOf("/")));
      files.write(path, content);
    }
  }

  test("is so in an environment made anew, and what was laid out is known", () => {
    const machine = new Machine(tree).later();
    const found = prepare(machine);
    expect(found?.staged).toEqual([{ kind: "folder", path: "/env/.work" }]);
    makeAnew(machine.later());
    expect(isAsSeen(found?.seen as Sightings, machine.world)).toBe(true);
    machine.files.write("/env/.lock", "");
    expect(isAsSeen(found?.seen as Sightings, machine.world)).toBe(true);
  });

  const differences: Readonly<Record<string, (machine: Machine) => void>> = {
    "a file has another content": ({ files }) => files.write("/env/pyvenv.cfg", "home = /opt/bin"),
    "a file has another mode": ({ files }) => files.chmod("/env/pyvenv.cfg", 0o600),
    "something more is there": ({ files }) => files.write("/env/more", ""),
    "something is a link": ({ files }) => {
      files.rename(site, "/env/elsewhere");
      files.symlink("/env/elsewhere", site);
    },
    "the time has passed until which it holds": (machine) => void machine.later(60_000),
    "a file outside was changed": ({ files }) => {
      files.makeFolder("/etc");
      files.write("/etc/pip.conf", "");
    },
  };
  for (const [title, change] of Object.entries(differences))
    test(`is not so when ${title}`, () => {
      const machine = new Machine(tree).later();
      const found = prepare(machine);
      makeAnew(machine);
      change(machine);
      expect(isAsSeen(found?.seen as Sightings, machine.world)).toBe(false);
    });

  const spoiling: Readonly<Record<string, (world: World, machine: Machine) => void>> = {
    "something was written by hand where things are laid out": ({ files }) =>
      files.write("/env/.work/x", ""),
    "something was written elsewhere": ({ files }) => files.write("/env/x", ""),
    "somebody changed meanwhile what was read": (_, machine) =>
      machine.later(1).files.write("/env/pyvenv.cfg", "home = /opt"),
    "a file that was read is too large to compare, and new": ({ files }) =>
      void files.read("/env/new.bin"),
    "more was laid out than it pays to note": ({ files }) =>
      files.assemble({
        to: "/env/.work",
        folders: Array.from({ length: 4001 }, (_, at) => `f${at}`),
        writes: [],
        trees: [],
        links: [],
        targets: [],
        mode: "hardlink",
      }),
  };
  test("is not all there is to do when something else is changed after it", () => {
    const machine = new Machine(tree).later();
    const observed = observeWorld(machine.world);
    const { files, clock } = observed.world;
    listInstalled(observed.world);
    observed.expectStaging("/env/.work");
    files.makeFolder("/env/.work");
    const found = observed.prepared(remade, ["/env"]);
    files.makeFolder("/env/.work/old");
    files.rename("/env/.work/old", `${site}/three`);
    clock.now();
    expect(found?.isAll()).toBe(true);
    expect(found?.staged).toHaveLength(1);
    files.write("/report.json", "{}");
    expect(found?.isAll()).toBe(false);
  });

  for (const [title, spoil] of Object.entries(spoiling))
    test(`is of no use when ${title}`, () => {
      const machine = new Machine(tree).later();
      machine.files.write("/env/new.bin", "x".repeat(70_000));
      expect(prepare(machine, spoil)).toBeUndefined();
    });

  test("is so of a large file as long as nobody touches it", () => {
    const machine = new Machine({ ...tree, "/env/large.bin": "x".repeat(70_000) }).later();
    const found = prepare(machine, ({ files }) => void files.read("/env/large.bin"));
    expect(isAsSeen(found?.seen as Sightings, machine.world)).toBe(true);
    machine.later().files.write("/env/large.bin", "x".repeat(70_000));
    expect(isAsSeen(found?.seen as Sightings, machine.world)).toBe(false);
  });
});

test("whoever sees the same gets the same answers, whatever happened in between", () => {
  const paths = ["/a", "/a/x", "/a/y", "/b", "/b/x", "/l", "/l/x"];
  const path = fc.constantFrom(...paths);
  const look = fc.record({
    how: fc.constantFrom(
      "tryStat",
      "tryLstat",
      "list",
      "read",
      "tryReadText",
      "readLink",
      "realPath",
      "env",
    ),
    path,
  });
  const change = fc.record({
    what: fc.constantFrom(
      "write",
      "remove",
      "folder",
      "link",
      "rename",
      "chmod",
      "hardlink",
      "touch",
      "env",
      "none",
    ),
    path,
    other: path,
    text: fc.constantFrom("1", "2"),
    wait: fc.boolean(),
  });
  const answersOf = (
    looks: readonly { how: string; path: string }[],
    { files, host }: World,
  ): unknown =>
    looks.map(({ how, path: at }) => {
      try {
        if (how === "env") return host.env[at] ?? null;
        const found = files[how as "tryStat"](at);
        if (how === "list")
          return (found as unknown as { name: string }[]).map((one) => ({ ...one }));
        return how.endsWith("tat") ? { ...found, nlink: 0 } : String(found);
      } catch (error) {
        // Both say that nothing is there.
        return errnoOf(error)?.replace("ENOTDIR", "ENOENT");
      }
    });
  const apply = (
    { files, env }: Machine,
    one: { what: string; path: string; other: string; text: string },
  ): void => {
    try {
      switch (one.what) {
        case "write":
          return files.write(one.path, one.text);
        case "remove":
          return files.removeTree(one.path);
        case "folder":
          return files.makeFolder(one.path);
        case "link":
          return files.symlink(one.other, one.path);
        case "hardlink":
          return files.link(one.other, one.path);
        case "rename":
          return files.rename(one.path, one.other);
        case "chmod":
          return files.chmod(one.path, one.text === "1" ? 0o600 : 0o644);
        case "touch":
          return files.setModified(one.path, 1_700_000_000_123);
        case "env":
          env[one.path] = one.text;
          return;
        default:
          return;
      }
    } catch (error) {
      if (errnoOf(error) === undefined) throw error;
    }
  };
  let held = 0;
  fc.assert(
    fc.property(
      fc.array(change, { maxLength: 6 }),
      fc.array(look, { minLength: 1, maxLength: 6 }),
      fc.array(change, { maxLength: 3 }),
      (before, looks, after) => {
        const machine = new Machine({ "/a/x": "1", "/b/": "" });
        for (const one of before) apply(machine, one);
        machine.later();
        let first: unknown;
        const seen = machine.run((world) => {
          first = answersOf(looks, world);
        });
        for (const one of after) {
          if (one.wait) machine.later();
          apply(machine, one);
        }
        if (seen === undefined || !isAsSeen(seen, machine.world)) return;
        held += 1;
        expect(answersOf(looks, machine.world)).toEqual(first);
      },
    ),
    { numRuns: Number(process.env.PKM_PROPERTY_RUNS ?? 2000) },
  );
  expect(held).toBeGreaterThan(100);
});
