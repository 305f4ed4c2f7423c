import { describe, expect, test } from "bun:test";
import type { ProjectFile } from "#repository/listing";
import { parseMarker } from "#standards/marker";
import { normalizeName } from "#standards/name";
import { parseSpecifierSet } from "#standards/specifier-set";
import { parseWheelFilename } from "#standards/wheel-filename";
import type { Verdict } from "./_candidate.ts";
import { Region } from "./_region.ts";
import { Territory } from "./_territory.ts";

function wheel(filename: string, requiresPython: string | undefined): ProjectFile {
  const identity = { kind: "wheel", ...parseWheelFilename(filename) } as const;
  return {
    filename,
    url: `https://index.example/${filename}`,
    identity,
    hashes: {},
    size: undefined,
    requiresPython,
    yanked: false,
    uploadTime: undefined,
    metadataHashes: undefined,
    repository: normalizeName("index"),
  };
}

const plain = (file: ProjectFile): Verdict => ({
  usable: true,
  file,
  isBinary: true,
  yanked: false,
  isForeign: false,
  within: undefined,
});

const territory = (required: readonly string[] = []): Territory =>
  new Territory({
    python: parseSpecifierSet(">=3.9"),
    environments: [],
    required: required.map((text) => parseMarker(text)),
  });

const regionOf = (whole: Territory, marker: string): Region =>
  new Region(whole, whole.condition(parseMarker(marker), undefined), true);

describe("what one region found of a version", () => {
  test.each([
    ["everybody", "demo-1.0-py3-none-any.whl", undefined],
    ["every Python here and there", "demo-1.0-py3-none-any.whl", ">=3.8"],
  ])("is known in another when it is for %s", (_, filename, requiresPython) => {
    const whole = territory();
    const files = [wheel(filename, requiresPython)];
    const verdict = plain(files[0] as ProjectFile);
    regionOf(whole, "python_version >= '3.12'").noteVerdict(files, verdict);
    expect(regionOf(whole, "python_version < '3.12'").knownVerdict(files)).toBe(verdict);
  });

  test.each([
    ["that have Pythons it is not for", "python_version < '3.12'", ">=3.11"],
    ["for which its wheel is not made", "sys_platform == 'linux'", undefined],
  ])("says nothing to those %s", (_, elsewhere, requiresPython) => {
    const whole = territory();
    const files = [wheel("demo-1.0-py3-none-win_amd64.whl", requiresPython)];
    const here = regionOf(whole, "python_version >= '3.12' and sys_platform == 'win32'");
    here.noteVerdict(files, plain(files[0] as ProjectFile));
    expect(here.knownVerdict(files)).toBeDefined();
    expect(regionOf(whole, elsewhere).knownVerdict(files)).toBeUndefined();
  });

  test("is kept to itself where wheels are required, since which are there depends on the place", () => {
    const whole = territory(["sys_platform == 'win32'"]);
    const files = [wheel("demo-1.0-py3-none-any.whl", undefined)];
    const here = regionOf(whole, "sys_platform == 'win32'");
    here.noteVerdict(files, plain(files[0] as ProjectFile));
    expect(here.knownVerdict(files)).toBeUndefined();
  });

  test("is kept to itself when the version is refused, or for a part only", () => {
    const whole = territory();
    const files = [wheel("demo-1.0-py3-none-any.whl", undefined)];
    const here = regionOf(whole, "sys_platform == 'win32'");
    const reason = { kind: "no-compatible-wheel", tags: [] } as const;
    here.noteVerdict(files, { usable: false, reason });
    const foreign = { ...plain(files[0] as ProjectFile), isForeign: true } as Verdict;
    here.noteVerdict(files, foreign);
    expect(here.knownVerdict(files)).toBeUndefined();
  });
});
