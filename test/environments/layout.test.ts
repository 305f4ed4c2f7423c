import { describe, expect, test } from "bun:test";
import { createEnvironment, type CreateRequest } from "#environment/create";
import { openEnvironment } from "#environment/open";
import { openForReading } from "#environment/open-for-reading";
import { probeInterpreter } from "#interpreter/probe";
import { pythons, realWorld, run, temporaryFolder } from "./_machine.ts";

const folder = temporaryFolder();
const world = realWorld();
let count = 0;

async function make(python: string, changes: Partial<CreateRequest> = {}) {
  const path = `${folder}/e${count++}`;
  return createEnvironment(
    { path, interpreter: await probeInterpreter(python, world), creator: "0", ...changes },
    world,
  );
}

const question = `
import json, site, sys, sysconfig
print(json.dumps([sys.prefix, sys.exec_prefix, sys.base_prefix, sys.path[1:], sysconfig.get_paths(),
                  site.PREFIXES, site.ENABLE_USER_SITE, site.getsitepackages(), sys.executable]))`;

/** What Python says in an environment, with the environment's own folder taken out. */
function answerIn(root: string): unknown {
  const { stdout, stderr, status } = run([`${root}/bin/python`, "-c", question]);
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout.replaceAll(root, "[ENV]"));
}

for (const python of pythons)
  describe(`createEnvironment() with ${python}`, () => {
    for (const system of [false, true])
      test(`makes what Python cannot tell from its own venv${system ? ", with the system's packages" : ""}`, async () => {
        const ours = await make(python, { systemSitePackages: system });
        const theirs = `${folder}/e${count++}`;
        const options = system ? ["--system-site-packages"] : [];
        // Debian cuts venv out of some of its packages.
        if (run([python, "-m", "venv", "--without-pip", ...options, theirs]).status !== 0) return;
        expect(answerIn(ours.root)).toEqual(answerIn(theirs));
      });

    test("answers the paths that Python then has", async () => {
      const ours = await make(python);
      const said = answerIn(ours.root) as [
        string,
        string,
        string,
        string[],
        Record<string, string>,
      ];
      const paths = Object.fromEntries(
        Object.entries(ours.paths).map(([key, path]) => [key, path.replace(ours.root, "[ENV]")]),
      );
      expect(said[4]).toMatchObject(paths);
      expect(said[3]).toContain("[ENV]" + ours.sitePackages[0]?.slice(ours.root.length));
    });

    test("is opened again as the same environment, by folder and by executable", async () => {
      const ours = await make(python, { relocatable: true });
      const opened = await openEnvironment(ours.root, world);
      const strip = (each: typeof ours) => ({
        ...each,
        interpreter: { ...each.interpreter, source: "" },
      });
      expect(strip(opened)).toEqual(strip(ours));
      expect(strip(await openEnvironment(`${ours.root}/bin/python`, world))).toEqual(strip(ours));
      const reading = openForReading(ours.root, world);
      const there = ours.sitePackages.filter((each) => world.files.tryStat(each) !== undefined);
      if (reading !== undefined) expect(reading.sitePackages).toEqual(there);
    });

    test("works in a folder with every letter that a name may have", async () => {
      const ours = await make(python, {
        path: `${folder}/${count++} it's "$HOME" \`x\`\\ %d !é\n`,
      });
      expect(
        run([`${ours.root}/bin/python`, "-c", "import sys; print(sys.prefix, end='')"]).stdout,
      ).toBe(ours.root);
    });
  });
