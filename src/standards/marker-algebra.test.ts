import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { environments, markers, sayableMarkers, selections } from "./_marker-arbitraries.ts";
import { MarkerAlgebra } from "./marker-algebra.ts";
import { evaluateMarkerLeniently, formatMarker, parseMarker } from "./marker.ts";
import type { Marker } from "./marker.ts";
import { parseSpecifierSet } from "./specifier-set.ts";
import { contains } from "./version-range.ts";
import { parseVersion } from "./version.ts";

/** What a shortened marker says, and what its negation says. */
function both(text: string): [string, string] {
  const algebra = new MarkerAlgebra();
  const diagram = algebra.of(parseMarker(text));
  return [spelled(algebra.marker(diagram)), spelled(algebra.marker(algebra.not(diagram)))];
}

function spelled(marker: Marker | "always" | "never"): string {
  return typeof marker === "string" ? marker : formatMarker(marker);
}

describe("MarkerAlgebra.marker() says a diagram in few words, and its negation too", () => {
  test.each([
    [
      "python_version >= '3.8' and python_version < '3.9'",
      'python_version == "3.8"',
      'python_version != "3.8"',
    ],
    ["python_version > '3.8'", 'python_version >= "3.9"', 'python_version < "3.9"'],
    ["python_version >= '3.8.2'", 'python_version >= "3.9"', 'python_version < "3.9"'],
    ["python_version == '3.*'", 'python_full_version == "3.*"', 'python_full_version != "3.*"'],
    ["python_version == '3.8.1'", "never", "always"],
    [
      "python_full_version < '3.8.1'",
      'python_full_version < "3.8.1"',
      'python_full_version >= "3.8.1.dev0"',
    ],
    [
      "python_full_version > '3.8.1'",
      'python_full_version > "3.8.1"',
      'python_full_version <= "3.8.1"',
    ],
    [
      "python_full_version >= '3.8.1'",
      'python_full_version >= "3.8.1"',
      'python_full_version <= "3.8.1" and python_full_version != "3.8.1"',
    ],
    [
      "python_full_version == '3.8.1.*'",
      'python_full_version == "3.8.1.*"',
      'python_full_version != "3.8.1.*"',
    ],
    [
      "python_full_version == '3.9.0rc1'",
      'python_full_version == "3.9.0rc1"',
      'python_full_version != "3.9.0rc1"',
    ],
    [
      "python_version not in '3.8 3.10'",
      'python_version != "3.8" and python_version != "3.10"',
      'python_version == "3.8" or python_version == "3.10"',
    ],
    [
      "python_version < '3.8' or python_version < '3.10' and os_name == 'nt'",
      'python_version < "3.8" or python_version < "3.10" and os_name == "nt"',
      'python_version >= "3.8" and os_name != "nt" or python_version >= "3.10"',
    ],
    [
      "sys_platform == 'win32' and os_name == 'nt'",
      'sys_platform == "win32"',
      'sys_platform != "win32"',
    ],
    ["sys_platform == 'win32' and os_name == 'posix'", "never", "always"],
    ["os_name == 'a' or os_name != 'a'", "always", "never"],
    [
      "platform_machine in 'x86_64 AMD64' or platform_machine == 'AMD64'",
      'platform_machine in "x86_64 AMD64"',
      'platform_machine not in "x86_64 AMD64"',
    ],
    ["'SMP' in platform_version", '"SMP" in platform_version', '"SMP" not in platform_version'],
    ["'dev' in dependency_groups", '"dev" in dependency_groups', '"dev" not in dependency_groups'],
    [
      "extra == 'a' and os_name == 'nt'",
      'os_name == "nt" and extra == "a"',
      'extra != "a" or os_name != "nt"',
    ],
    ["platform_release >= '6'", 'platform_release >= "6"', 'platform_release < "6"'],
    ["os_name > 'a' or os_name == 'nt'", 'os_name == "nt"', 'os_name != "nt"'],
  ])("%s", (text, said, negated) => {
    expect(both(text)).toEqual([said, negated]);
  });

  test("leaves out what Requires-Python promises anyway", () => {
    const algebra = new MarkerAlgebra();
    const promised = algebra.python(parseSpecifierSet(">=3.9").range);
    const simple = (text: string) =>
      spelled(algebra.marker(algebra.of(parseMarker(text)), promised));
    expect(simple("python_version >= '3.8' and sys_platform == 'linux'")).toBe(
      'sys_platform == "linux"',
    );
    expect(simple("python_full_version >= '3.9'")).toBe("always");
    expect(simple("python_version < '3.9'")).toBe("never");
    expect(simple("python_version >= '3.8' and python_version < '3.11'")).toBe(
      'python_version < "3.11"',
    );
  });
});

test("parts without a meaning are reported once, however often the marker is asked for", () => {
  const algebra = new MarkerAlgebra();
  const warnings: string[] = [];
  const marker = parseMarker("os_name > 'a'");
  for (let i = 0; i < 3; i++) algebra.of(marker, (_, why) => void warnings.push(why));
  expect(warnings).toHaveLength(1);
});

test("pythonVersions() is the projection onto Python", () => {
  const algebra = new MarkerAlgebra();
  const range = algebra.pythonVersions(
    algebra.of(
      parseMarker("python_version < '3.8' and os_name == 'nt' or python_version >= '3.10'"),
    ),
  );
  const holds = (text: string) => contains(range, parseVersion(text).key);
  expect(["3.7.9", "3.8.0a1", "3.9.18", "3.10.0a1"].map(holds)).toEqual([true, false, false, true]);
});

test("restrictExtras() leaves a marker without extras", () => {
  const algebra = new MarkerAlgebra();
  const diagram = algebra.of(parseMarker("extra == 'a' and os_name == 'nt' or extra == 'b'"));
  const restricted = (...extras: string[]) =>
    spelled(algebra.marker(algebra.restrictExtras(diagram, new Set(extras))));
  expect([restricted(), restricted("a"), restricted("b")]).toEqual([
    "never",
    'os_name == "nt"',
    "always",
  ]);
});

describe("the algebra agrees with evaluation in every environment", () => {
  const sample = fc.array(fc.tuple(environments, selections), { minLength: 20, maxLength: 20 });
  /** Asserts a fact about each sampled environment; `holds` judges a marker there. */
  type Judge = (marker: Marker) => boolean;
  function everywhere(
    points: readonly (typeof sample extends fc.Arbitrary<(infer T)[]> ? T : never)[],
    check: (holds: Judge) => void,
  ): void {
    for (const [environment, selected] of points)
      check((marker) => evaluateMarkerLeniently(marker, environment, selected));
  }

  test("a diagram decides as its marker does, and so do not, and, or", () => {
    fc.assert(
      fc.property(markers, markers, sample, (left, right, points) => {
        const algebra = new MarkerAlgebra();
        const a = algebra.of(left);
        const b = algebra.of(right);
        for (const [environment, selected] of points) {
          const judge = (diagram: typeof a) => algebra.evaluate(diagram, environment, selected);
          const isA = evaluateMarkerLeniently(left, environment, selected);
          const isB = evaluateMarkerLeniently(right, environment, selected);
          expect(judge(a)).toBe(isA);
          expect(judge(algebra.not(a))).toBe(!isA);
          expect(judge(algebra.and(a, b))).toBe(isA && isB);
          expect(judge(algebra.or(a, b))).toBe(isA || isB);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("what is called false, true, disjoint, implied or equal is so wherever one looks", () => {
    fc.assert(
      fc.property(markers, markers, sample, (left, right, points) => {
        const algebra = new MarkerAlgebra();
        const a = algebra.of(left);
        const b = algebra.of(right);
        const facts = {
          isFalse: algebra.isFalse(a),
          isTrue: algebra.isTrue(a),
          areDisjoint: algebra.areDisjoint(a, b),
          implies: algebra.implies(a, b),
          areEqual: algebra.areEqual(a, b),
        };
        everywhere(points, (holds) => {
          if (facts.isFalse) expect(holds(left)).toBe(false);
          if (facts.isTrue) expect(holds(left)).toBe(true);
          if (facts.areDisjoint) expect(holds(left) && holds(right)).toBe(false);
          if (facts.implies) expect(!holds(left) || holds(right)).toBe(true);
          if (facts.areEqual) expect(holds(left)).toBe(holds(right));
        });
      }),
      { numRuns: 400 },
    );
  });

  test("the laws of Boolean algebra hold as identity of diagrams", () => {
    fc.assert(
      fc.property(markers, markers, markers, (x, y, z) => {
        const algebra = new MarkerAlgebra();
        const [a, b, c] = [algebra.of(x), algebra.of(y), algebra.of(z)];
        expect(algebra.not(algebra.not(a))).toBe(a);
        expect(algebra.and(a, b)).toBe(algebra.and(b, a));
        expect(algebra.and(a, algebra.and(b, c))).toBe(algebra.and(algebra.and(a, b), c));
        expect(algebra.and(a, algebra.or(b, c))).toBe(
          algebra.or(algebra.and(a, b), algebra.and(a, c)),
        );
        expect(algebra.or(a, algebra.and(a, b))).toBe(a);
        expect(algebra.and(a, algebra.not(a))).toBe(algebra.never);
        expect(algebra.or(a, algebra.not(a))).toBe(algebra.always);
      }),
      { numRuns: 400 },
    );
  });

  test("a printed marker, read again, is equal to the diagram", () => {
    fc.assert(
      fc.property(sayableMarkers, (marker) => {
        const algebra = new MarkerAlgebra();
        const diagram = algebra.of(marker);
        for (const each of [diagram, algebra.not(diagram)]) {
          const said = algebra.marker(each);
          if (said === "always") expect(algebra.isTrue(each)).toBe(true);
          else if (said === "never") expect(algebra.isFalse(each)).toBe(true);
          else
            expect(algebra.areEqual(algebra.of(parseMarker(formatMarker(said))), each)).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  test("simplify() and marker() agree with the diagram wherever the assumption holds", () => {
    fc.assert(
      fc.property(sayableMarkers, sayableMarkers, (marker, promise) => {
        const algebra = new MarkerAlgebra();
        const diagram = algebra.of(marker);
        const assumption = algebra.of(promise);
        const said = algebra.marker(diagram, assumption);
        const again =
          said === "always" ? algebra.always : said === "never" ? algebra.never : algebra.of(said);
        for (const simple of [algebra.simplify(diagram, assumption), again])
          expect(
            algebra.areEqual(algebra.and(simple, assumption), algebra.and(diagram, assumption)),
          ).toBe(true);
      }),
      { numRuns: 400 },
    );
  });

  test("restrictSelection() answers the questions it is told to answer", () => {
    fc.assert(
      fc.property(markers, environments, selections, (marker, environment, selected) => {
        const algebra = new MarkerAlgebra();
        const diagram = algebra.of(marker);
        const restricted = algebra.restrictSelection(diagram, (set, name) =>
          (set === "dependency_groups" ? selected.dependencyGroups : selected.extras).includes(
            name,
          ),
        );
        expect(algebra.evaluate(restricted, environment)).toBe(
          evaluateMarkerLeniently(marker, environment, selected),
        );
      }),
      { numRuns: 400 },
    );
  });
});
