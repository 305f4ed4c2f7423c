import { describe, expect, test } from "bun:test";
import type { InstalledDistribution } from "#environment/environment";
import type { MarkerEnvironment } from "#standards/marker";
import { parseMetadata } from "#standards/metadata";
import { normalizeName } from "#standards/name";
import { brokenRequirements } from "./broken-requirements.ts";

const markers = { sys_platform: "linux", python_version: "3.12" } as MarkerEnvironment;

function installed(name: string): InstalledDistribution {
  return {
    kind: "dist-info",
    name: normalizeName(name),
    displayName: name,
    version: "1.0",
    metadataPath: `/env/${name}.dist-info`,
    location: "/env",
    hasDirectUrl: false,
    editableLocation: undefined,
  };
}

function ask(requires: readonly string[], changed: Readonly<Record<string, string>>): string[] {
  const text = `Metadata-Version: 2.1\nName: app\nVersion: 1.0\n${requires.map((line) => `Requires-Dist: ${line}\n`).join("")}`;
  return brokenRequirements({
    changed: new Map(Object.entries(changed).map(([name, to]) => [normalizeName(name), to])),
    bystanders: [installed("app")],
    markers,
    readMetadata: () => parseMetadata(text),
  });
}

describe("brokenRequirements()", () => {
  test("names who requires what, and what is there now", () => {
    expect(ask(["lib<2"], { lib: "2.1" })).toEqual([
      "app 1.0 requires `lib<2`, and lib 2.1 is installed now",
    ]);
  });

  test("is silent about what still fits, did not change, or concerns another machine", () => {
    expect(ask(["lib<2"], { lib: "1.9" })).toEqual([]);
    expect(ask(["lib<2"], { other: "2" })).toEqual([]);
    expect(ask(["lib<2; sys_platform == 'win32'"], { lib: "2.1" })).toEqual([]);
  });

  test("asks nobody when nothing came", () => {
    const refuse = (): never => {
      throw new Error("metadata was read");
    };
    const nothing = { changed: new Map(), bystanders: [installed("app")], markers };
    expect(brokenRequirements({ ...nothing, readMetadata: refuse })).toEqual([]);
  });
});
