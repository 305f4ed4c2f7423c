import fc from "fast-check";
import { parseMarker } from "./marker.ts";
import type { Marker, MarkerEnvironment, MarkerVariable } from "./marker.ts";

/** Values that contradict nobody: the operating system speaks with one voice, and so does the implementation. */
const systems = [
  ["posix", "linux", "Linux", "#1 SMP x"],
  ["posix", "darwin", "Darwin", "Darwin Kernel Version 23"],
  ["nt", "win32", "Windows", "10.0.22631"],
  ["posix", "cygwin", "CYGWIN_NT-10.0", ""],
  ["posix", "freebsd14", "FreeBSD", "FreeBSD 14.0"],
  ["java", "java17", "Java", ""],
] as const;

const implementations = [
  ["cpython", "CPython"],
  ["pypy", "PyPy"],
  ["graalpy", "GraalVM"],
] as const;

const pythons = [
  "2.7.18",
  "3.0.0",
  "3.7.0a1",
  "3.7.9",
  "3.8.0.dev0",
  "3.8.0",
  "3.8.1rc1",
  "3.8.1",
  "3.8.2",
  "3.9.0b4",
  "3.9.0",
  "3.9.0+",
  "3.10.0",
  "3.11.7",
  "3.12.0rc2",
  "4.0.0",
] as const;

/** Environments that can exist. */
export const environments: fc.Arbitrary<MarkerEnvironment> = fc
  .record({
    system: fc.constantFrom(...systems),
    implementation: fc.constantFrom(...implementations),
    python: fc.constantFrom(...pythons),
    implementation_version: fc.constantFrom("3.8.1", "3.9.0c1", "7.3.13", "7.3.14"),
    platform_machine: fc.constantFrom("x86_64", "AMD64", "arm64", "arm", ""),
    platform_release: fc.constantFrom("6.1.0", "6", "23.1.0", "6.1.0-18-amd64", ""),
  })
  .map(({ system, implementation, python, ...others }) => ({
    os_name: system[0],
    sys_platform: system[1],
    platform_system: system[2],
    platform_version: system[3],
    implementation_name: implementation[0],
    platform_python_implementation: implementation[1],
    python_full_version: python,
    python_version: python.split(".").slice(0, 2).join("."),
    ...others,
  }));

export const selections: fc.Arbitrary<{ extras: string[]; dependencyGroups: string[] }> = fc.record(
  {
    extras: fc.subarray(["a", "b", "c"]),
    dependencyGroups: fc.subarray(["dev", "docs"]),
  },
);

const versionTexts = [
  "3",
  "3.8",
  "3.8.*",
  "3.8.1",
  "3.8.1rc1",
  "3.9",
  "3.9.0",
  "3.10",
  "3.8.1.dev0",
  "3.8.0.post1",
  "4",
];

const texts: Readonly<Partial<Record<MarkerVariable, readonly string[]>>> = {
  os_name: ["posix", "nt", "java", "posix nt"],
  sys_platform: ["linux", "win32", "darwin", "linux darwin", "win"],
  platform_system: ["Linux", "Windows", "Darwin", "Linux Darwin"],
  platform_machine: ["x86_64", "AMD64", "x86_64 AMD64 arm64", "arm", ""],
  platform_version: ["SMP", "#1 SMP x"],
  implementation_name: ["cpython", "pypy", "cpython pypy"],
  platform_python_implementation: ["CPython", "PyPy"],
};

const orders = ["<", "<=", "!=", "==", ">=", ">", "~="] as const;

const versionComparison = fc
  .record({
    variable: fc.constantFrom("python_version", "python_full_version", "implementation_version"),
    operator: fc.constantFrom(...orders),
    text: fc.constantFrom(...versionTexts),
    reversed: fc.boolean(),
  })
  .map(({ variable, operator, text, reversed }) =>
    reversed ? `"${text}" ${operator} ${variable}` : `${variable} ${operator} "${text}"`,
  );

const listComparison = fc
  .record({
    operator: fc.constantFrom("in", "not in"),
    list: fc.subarray(["2.7", "3.8", "3.9", "3.10"], { minLength: 1 }),
  })
  .map(({ operator, list }) => `python_version ${operator} "${list.join(" ")}"`);

const textComparison = fc
  .constantFrom(...(Object.keys(texts) as MarkerVariable[]))
  .chain((variable) =>
    fc.record({
      variable: fc.constant(variable),
      operator: fc.constantFrom("==", "==", "!=", "in", "not in", ">=", ">"),
      text: fc.constantFrom(...(texts[variable] as readonly string[])),
      reversed: fc.boolean(),
    }),
  )
  .map(({ variable, operator, text, reversed }) =>
    reversed ? `"${text}" ${operator} ${variable}` : `${variable} ${operator} "${text}"`,
  );

const oneWayComparison = fc
  .record({
    variable: fc.constantFrom("platform_release", "python_full_version"),
    operator: fc.constantFrom(...orders, "==="),
    text: fc.constantFrom("6", "6.1", "23.*", "6.1.0-18-amd64", "3.9.0+local", "3.8.1"),
  })
  .map(({ variable, operator, text }) => `${variable} ${operator} "${text}"`);

const selection = fc.oneof(
  fc
    .record({ operator: fc.constantFrom("==", "!="), name: fc.constantFrom("a", "b", "c") })
    .map(({ operator, name }) => `extra ${operator} "${name}"`),
  fc
    .record({ operator: fc.constantFrom("in", "not in"), name: fc.constantFrom("dev", "docs") })
    .map(({ operator, name }) => `"${name}" ${operator} dependency_groups`),
);

function markersOver(comparison: fc.Arbitrary<string>): fc.Arbitrary<Marker> {
  const { tree } = fc.letrec<{ tree: string; both: string }>((tie) => ({
    tree: fc.oneof({ maxDepth: 3, withCrossShrink: true }, comparison, tie("both")),
    both: fc
      .record({ left: tie("tree"), word: fc.constantFrom("and", "or"), right: tie("tree") })
      .map(({ left, word, right }) => `(${left} ${word} ${right})`),
  }));
  return tree.map((text) => parseMarker(text));
}

/** Markers over everything that a diagram can say in both directions. */
export const sayableMarkers = markersOver(
  fc.oneof(versionComparison, listComparison, textComparison, textComparison, selection),
);

/** All markers, those on `platform_release` and with `===` included, whose negations no marker can say. */
export const markers = markersOver(
  fc.oneof(versionComparison, listComparison, textComparison, oneWayComparison, selection),
);
