import { describe, expect, test } from "bun:test";
import type { ProjectListing } from "#repository/listing";
import type { NoListing, Repositories } from "#repository/repositories";
import type { ResolveRequest } from "#resolver/request";
import type { NormalizedName } from "#standards/name";
import { parseRequirement } from "#standards/requirement";
import { publicVersion, type Version } from "#standards/version";
import { ImaginedMachine, questionOf } from "./_imagined-index.ts";
import { resolveRequirements } from "./resolve-requirements.ts";

const { policy } = questionOf([]);
const alone: Partial<ResolveRequest> = {
  policy: { ...policy, followDependencies: false, purpose: "install" },
};

/** Answers who names a pin with nothing else, and notes the names of which more was wanted. */
function narrow(repositories: Repositories, wholly: string[]): Repositories {
  const listing = async (
    name: NormalizedName,
    pin?: Version,
  ): Promise<ProjectListing | NoListing> => {
    const whole = await repositories.listing(name);
    if (pin === undefined) wholly.push(name);
    if (pin === undefined || "kind" in whole) return whole;
    const releases = whole.releases.filter(
      ({ version }) => publicVersion(version) === publicVersion(pin),
    );
    return { ...whole, releases };
  };
  return new Proxy(repositories, {
    get: (target, key) => {
      if (key === "listing") return listing;
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}

async function resolve(
  roots: readonly string[],
  more: Partial<ResolveRequest> = {},
): Promise<{ readonly found: unknown; readonly wholly: readonly string[] }> {
  const machine = new ImaginedMachine({
    a: { "1": ["b"], "2": [] },
    b: { "1": [], "1+local": [], "2": [] },
    c: { "1": [], "2": [] },
  });
  const world = machine.world();
  const wholly: string[] = [];
  const repositories = narrow(world.repositories, wholly);
  const request = questionOf(roots, { ...alone, ...more });
  const outcome = await machine.finish(resolveRequirements(request, { ...world, repositories }));
  const found =
    outcome.kind === "unsolvable"
      ? outcome.failure.explanation
      : outcome.resolution.packages.map(({ name, version }) => `${name} ${version.text}`);
  return { found, wholly };
}

describe("a list of pins without their dependencies", () => {
  test("asks for nothing but those versions", async () => {
    const { found, wholly } = await resolve(["a==1", "b==1", "c>=1"]);
    expect(found).toEqual(["a 1", "b 1+local", "c 2"]);
    expect(wholly).toEqual(["c"]);
  });

  test("that names a version nobody has is explained with the versions there are", async () => {
    const { found, wholly } = await resolve(["a==1", "c==3"]);
    const plain = await resolve(["c==3"], { policy: { ...policy, purpose: "install" } });
    expect(found).toEqual(plain.found);
    expect([...wholly].sort()).toEqual(["a", "c"]);
  });

  test.each<[string, readonly string[], Partial<ResolveRequest>]>([
    ["its pin holds elsewhere only", ["c==1 ; sys_platform == 'win32'", "c"], {}],
    ["its pin may be overridden", ["c==1"], { overrides: overriding("c==2") }],
    ["it is one of many", ["c==1.*"], {}],
    ["dependencies count", ["c==1"], { policy: { ...policy, purpose: "install" } }],
    ["more is to be found out", ["c==1"], { policy: { ...policy, followDependencies: false } }],
  ])("wants all versions of a name where %s", async (_, roots, more) => {
    const { found, wholly } = await resolve(roots, more);
    expect(found).toBeArray();
    expect(wholly).toContain("c");
  });
});

function overriding(text: string): ResolveRequest["overrides"] {
  return [{ requirement: parseRequirement(text), origin: "overrides.txt", hashes: [] }];
}
