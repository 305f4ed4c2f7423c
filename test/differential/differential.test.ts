import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { debugFamilies } from "#cli/debug-families";
import type { Json } from "#cli/debug-families";
import {
  nameText,
  nastyNames,
  nastySdists,
  nastyWheels,
  sdistName,
  tagCase,
  wheelName,
} from "./file-name-cases.ts";
import { knownDifference } from "./known-differences.ts";
import { metadataText, nastyMetadata } from "./metadata-cases.ts";
import { Random } from "./random.ts";
import {
  markerCase,
  markerTable,
  nastyRequirements,
  requirementText,
} from "./requirement-cases.ts";
import {
  comparePair,
  filterCase,
  nastySpecifierCases,
  nastyVersions,
  specifierCase,
  versionText,
} from "./version-cases.ts";

/** A folder with `bin/python` (or `Scripts/python.exe`) in which `packaging` is installed. */
const peers = process.env["PKM_TEST_PEERS"];
const count = Number(process.env["PKM_DIFFERENTIAL_CASES"] ?? "2000");
const seed = Number(process.env["PKM_DIFFERENTIAL_SEED"] ?? "440");

/** One answer of `tags` is a thousand texts; a tenth of the questions is as good a sample. */
const shares: Readonly<Record<string, number>> = { tags: 0.1 };

type Family = { readonly nasty: readonly Json[]; readonly make: (random: Random) => Json };

const families: Readonly<Record<string, Family>> = {
  version: { nasty: nastyVersions, make: versionText },
  compare: { nasty: [], make: comparePair },
  specifier: { nasty: nastySpecifierCases(), make: specifierCase },
  filter: { nasty: [], make: filterCase },
  requirement: { nasty: nastyRequirements, make: requirementText },
  marker: { nasty: markerTable(), make: markerCase },
  "wheel-filename": { nasty: nastyWheels, make: wheelName },
  "sdist-filename": { nasty: nastySdists, make: sdistName },
  tags: { nasty: [], make: tagCase },
  metadata: { nasty: nastyMetadata, make: metadataText },
  name: { nasty: nastyNames, make: nameText },
};

function pythonOf(folder: string): string {
  const windows = join(folder, "Scripts", "python.exe");
  return existsSync(windows) ? windows : join(folder, "bin", "python");
}

/** One process for all cases of a family. */
function askPackaging(python: string, family: string, cases: readonly Json[]): Json[] {
  const script = join(import.meta.dir, "packaging_oracle.py");
  const lines = cases.map((value) => `${JSON.stringify(value)}\n`).join("");
  const answer = Bun.spawnSync([python, "-I", script, family], {
    stdin: Buffer.from(lines),
    stderr: "pipe",
  });
  if (!answer.success) throw new Error(`the oracle failed: ${answer.stderr.toString()}`);
  return answer.stdout
    .toString()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Json);
}

/** Messages differ, of course: of a refusal only the fact counts. */
function comparable(answer: Json): Json {
  if (typeof answer !== "object" || answer === null || Array.isArray(answer)) return answer;
  const members = answer as { readonly [key: string]: Json };
  return members["ok"] === false || "error" in members || "refused" in members ? "refused" : answer;
}

describe("pkm debug answers as packaging does", () => {
  for (const [name, { nasty, make }] of Object.entries(families)) {
    if (peers === undefined) {
      // Skipped where there is nothing to compare with: `npm test` makes that folder.
      test.skip(`${name}: skipped, PKM_TEST_PEERS names no folder with a Python that has packaging`, () => {});
      continue;
    }
    const length = Math.ceil(count * (shares[name] ?? 1));
    test(`${name}: on every hand-made case and on ${length} made by chance`, () => {
      const random = new Random(seed);
      const cases = [...nasty, ...Array.from({ length }, () => make(random))];
      const theirs = askPackaging(pythonOf(peers), name, cases);
      const family = debugFamilies[name];
      if (family === undefined) throw new Error(`pkm debug has no family ${name}`);
      const different: { input: Json; pkm: Json; packaging: Json }[] = [];
      for (const [i, input] of cases.entries()) {
        const pkm = family(input);
        const packaging = theirs[i] as Json;
        if (Bun.deepEquals(comparable(pkm), comparable(packaging))) continue;
        if (knownDifference(name, input) === undefined) different.push({ input, pkm, packaging });
      }
      expect(different.slice(0, 10)).toEqual([]);
      expect(theirs).toHaveLength(cases.length);
    }, 300_000);
  }
});
