import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { identityOf } from "#repository/compact-page";
import type { ProjectFile, Release } from "#repository/listing";
import { normalizeName } from "#standards/name";
import { parseVersion } from "#standards/version";
import { fullRange } from "#standards/version-range";
import { candidateOf, eligibleFiles, type Verdict, verdictOf } from "./_candidate.ts";
import { OneMachine } from "./_environs.ts";
import { Policy } from "./_policy.ts";
import { Project } from "./_project.ts";
import { bestFile } from "./resolution.ts";
import { requestOf } from "./_scenario.ts";

const demo = normalizeName("demo");
const request = requestOf({ tells: "", ask: ["demo"], projects: {}, expect: { packages: [] } });
const python = request.target.python.release.slice(0, 2);

function fileOf(filename: string, more: Partial<ProjectFile>): ProjectFile {
  return {
    filename,
    url: `https://index.example/${filename}`,
    identity: identityOf(filename, demo) as NonNullable<ReturnType<typeof identityOf>>,
    hashes: {},
    size: undefined,
    requiresPython: undefined,
    yanked: false,
    uploadTime: undefined,
    metadataHashes: undefined,
    repository: "main",
    ...more,
  };
}

const file = fc
  .tuple(
    fc.constantFrom(
      "demo-1.0-py3-none-any.whl",
      "demo-1.0-2-py3-none-any.whl",
      `demo-1.0-cp${python.join("")}-none-any.whl`,
      "demo-1.0-cp27-cp27m-win32.whl",
      "demo-1.0-py3-none-win_arm64.whl",
      "demo-1.0.0-py2.py3-none-any.whl",
      "demo-1.0.tar.gz",
      "demo-1.0.zip",
    ),
    fc.record({
      requiresPython: fc.constantFrom(undefined, ">=3", "<3"),
      yanked: fc.constantFrom<false | string>(false, false, "broken"),
      uploadTime: fc.constantFrom(undefined, 1, 3),
    }),
  )
  .map(([filename, more]) => fileOf(filename, more));

const policies = fc
  .record({
    purpose: fc.constantFrom("install" as const, "compile" as const),
    mayBuild: fc.boolean(),
    excludeNewer: fc.constantFrom(undefined, undefined, 2),
  })
  .map(
    ({ excludeNewer, ...rest }) =>
      new Policy(
        {
          ...request,
          policy: {
            ...request.policy,
            ...rest,
            ...(excludeNewer === undefined ? {} : { excludeNewer }),
          },
        },
        new OneMachine(request.target),
      ),
  );

describe("a version of which files with other tags are not read", () => {
  const version = parseVersion("1.0");
  const project = new Project(demo, undefined, { pins: new Map(), distrusted: new Map() });
  const sparing = (files: readonly ProjectFile[]): Release => ({
    version,
    files,
    filesWhere: (isWanted) => {
      const some = files.filter(({ filename }) => isWanted(filename));
      return some.length === files.length ? files : some;
    },
  });

  test("is judged as if all were, and the best of its files is the same", () => {
    fc.assert(
      fc.property(fc.array(file, { maxLength: 8 }), policies, (files, policy) => {
        const whole = candidateOf(project, { version, files }, fullRange);
        const spared = candidateOf(project, sparing(files), fullRange);
        const verdict = verdictOf(spared, policy);
        expect(verdict).toEqual(verdictOf(whole, policy));
        if (!verdict.usable || !verdict.isBinary || verdict.yanked !== false) return;
        expect(verdict.file).toEqual(eligibleFiles(whole, policy)[0] as ProjectFile);
      }),
    );
  });

  test("has them read only where none that fits may be taken", () => {
    const policy = new Policy(request, new OneMachine(request.target));
    let reads = 0;
    const judged = (files: readonly ProjectFile[]): Verdict => {
      const whole = sparing(files);
      const release: Release = {
        version,
        get files() {
          reads++;
          return files;
        },
        filesWhere: (isWanted) => whole.filesWhere?.(isWanted) ?? files,
      };
      return verdictOf(candidateOf(project, release, fullRange), policy);
    };
    const foreign = fileOf("demo-1.0-cp27-cp27m-win32.whl", {});
    expect(judged([foreign, fileOf("demo-1.0-py3-none-any.whl", {})]).usable).toBe(true);
    expect(reads).toBe(0);
    expect(judged([foreign])).toMatchObject({
      reason: { kind: "no-compatible-wheel", tags: ["cp27-cp27m-win32"] },
    });
    expect(reads).toBeGreaterThan(0);
  });
});

test("the best file of an answer is the first, where nobody knows it sooner", () => {
  const [first, second] = ["demo-1.0-py3-none-any.whl", "demo-1.0.zip"].map((name) =>
    fileOf(name, {}),
  );
  const files = [first, second] as ProjectFile[];
  const source = { kind: "repository", repository: "main", files } as const;
  expect(bestFile(source)).toBe(first as ProjectFile);
  expect(bestFile({ ...source, best: second })).toBe(second as ProjectFile);
});
