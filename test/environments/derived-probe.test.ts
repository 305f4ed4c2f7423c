import { describe, expect, test } from "bun:test";
import { createEnvironment } from "#environment/create";
import type { Interpreter } from "#interpreter/interpreter";
import { probeInterpreter, runProbe } from "#interpreter/probe";
import { onPath, pythons, realWorld, run, temporaryFolder } from "./_machine.ts";

// The claim behind all of this: what pkm works out for a virtual environment from its base's answer and pyvenv.cfg
// is what the environment's own interpreter says when it is asked.

const folder = temporaryFolder();
const world = realWorld();
let count = 0;

type Maker = {
  readonly name: string;
  readonly program: string | undefined;
  readonly make: (python: string, path: string) => Promise<boolean> | boolean;
};

const virtualenv = onPath("virtualenv");
const uv = onPath("uv");

const makers: readonly Maker[] = [
  {
    name: "pkm",
    program: "pkm",
    make: async (python, path) => {
      createEnvironment(
        { path, interpreter: await probeInterpreter(python, world), creator: "0" },
        world,
      );
      return true;
    },
  },
  {
    name: "pkm with the system's packages",
    program: "pkm",
    make: async (python, path) => {
      const interpreter = await probeInterpreter(python, world);
      createEnvironment({ path, interpreter, creator: "0", systemSitePackages: true }, world);
      return true;
    },
  },
  { name: "venv", program: "venv", make: (python, path) => module(python, [path]) },
  {
    name: "venv with copies",
    program: "venv",
    make: (python, path) => module(python, ["--copies", path]),
  },
  {
    name: "venv with the system's packages",
    program: "venv",
    make: (python, path) => module(python, ["--system-site-packages", path]),
  },
  {
    name: "virtualenv",
    program: virtualenv,
    make: (python, path) =>
      run([virtualenv as string, "--no-seed", "--no-periodic-update", "-q", "-p", python, path])
        .status === 0,
  },
  {
    name: "uv",
    program: uv,
    make: (python, path) =>
      run([uv as string, "venv", "-q", "--offline", "--python", python, path]).status === 0,
  },
];

function module(python: string, words: readonly string[]): boolean {
  return run([python, "-m", "venv", "--without-pip", ...words]).status === 0;
}

for (const python of pythons)
  describe(`an environment of ${python}`, () => {
    for (const { name, program, make } of makers)
      test.skipIf(program === undefined)(`made by ${name} is known without being run`, async () => {
        const path = `${folder}/${count++}`;
        // A tool may have given up this version of Python, or Debian may have cut venv out of it.
        if (!(await make(python, path))) return;
        const executable = `${path}/bin/python`;
        const derived = await probeInterpreter(executable, world);
        expect(comparable(derived)).toEqual(comparable(await runProbe(executable, world)));
        expect(derived.prefix).not.toBe(derived.basePrefix);
        expect(derived.baseExecutable).toStartWith(derived.basePrefix);
      });

    test("is asked once and never again until its file changes", async () => {
      const path = `${folder}/${count++}`;
      let runs = 0;
      const counting = {
        ...world,
        answers: realWorld().answers,
        processes: {
          run: (request: Parameters<typeof world.processes.run>[0]) => {
            runs++;
            return world.processes.run(request);
          },
        },
      };
      const interpreter = await probeInterpreter(python, counting);
      createEnvironment({ path, interpreter, creator: "0" }, world);
      await probeInterpreter(`${path}/bin/python`, counting);
      await probeInterpreter(python, counting);
      expect(runs).toBe(1);
    });
  });

/** Before 3.11 a copied executable takes itself for its base; what it was copied from is checked by itself. */
function comparable({ source: _source, baseExecutable: _base, ...rest }: Interpreter): unknown {
  return rest;
}
