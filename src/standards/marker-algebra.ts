import { busyForSeconds } from "#base/busy-code";
import { fullVersions, inDomain } from "./_marker-domain.ts";
import { NodeTable } from "./_marker-nodes.ts";
import type { Node, Question, RangeVariable } from "./_marker-nodes.ts";
import { smallTerms, termMarker } from "./_marker-terms.ts";
import { hasProperty, meaningOf, versionText } from "./_marker-test.ts";
import type { LenientOptions, Marker, MarkerEnvironment, MarkerVariable } from "./marker.ts";
import { infinityKey, minimumKey } from "./version-key.ts";
import type { VersionKey } from "./version-key.ts";
import { between, emptyRange, fullRange, union } from "./version-range.ts";
import type { VersionRange } from "./version-range.ts";
import { tryParseVersion } from "./version.ts";

/**
 * A marker as a decision diagram: markers that say the same are the same object, within one algebra. Made and
 * combined by {@link MarkerAlgebra} only.
 */
export type MarkerDiagram = Node;

/**
 * Markers under `and`, `or` and `not`, with exact answers about all environments at once (for universal
 * resolution). Comparisons mean what `evaluateMarkerLeniently` takes them for.
 *
 * Three facts about interpreters are built in: `python_version` is the beginning of `python_full_version`; neither
 * it nor `implementation_version` is ever a post-release; and the variables that name the operating system and the
 * implementation agree with each other (`sys_platform == "win32"` is never on `os_name == "posix"`).
 */
export class MarkerAlgebra {
  readonly #nodes = new NodeTable();
  readonly #known = new WeakMap<Marker, MarkerDiagram>();
  #possible: MarkerDiagram | undefined;

  /** True everywhere. */
  readonly always: MarkerDiagram = this.#nodes.yes;
  /** True nowhere. */
  readonly never: MarkerDiagram = this.#nodes.no;

  /**
   * True in the environments that exist: all but those in which two variables contradict each other. Among diagrams that
   * were met with it, equality is identity.
   */
  get possible(): MarkerDiagram {
    return this.#possibleEnvironments();
  }

  /** The diagram of a marker; no marker holds always. Parts without a meaning are false, and reported once. */
  of(marker: Marker | undefined, warn?: LenientOptions["warn"]): MarkerDiagram {
    if (marker === undefined) return this.always;
    let diagram = this.#known.get(marker);
    if (diagram === undefined) this.#known.set(marker, (diagram = this.#read(marker, warn)));
    return diagram;
  }

  /** Holds for the Python versions in the range, as Requires-Python states them. */
  python(range: VersionRange): MarkerDiagram {
    return this.#nodes.range("python_full_version", inDomain(range));
  }

  and(a: MarkerDiagram, b: MarkerDiagram): MarkerDiagram {
    return this.#nodes.and(a, b);
  }

  or(a: MarkerDiagram, b: MarkerDiagram): MarkerDiagram {
    return this.#nodes.or(a, b);
  }

  not(a: MarkerDiagram): MarkerDiagram {
    return this.#nodes.not(a);
  }

  /** No environment satisfies it. */
  isFalse(a: MarkerDiagram): boolean {
    return this.#nodes.and(a, this.#possibleEnvironments()) === this.never;
  }

  /** Every environment satisfies it. */
  isTrue(a: MarkerDiagram): boolean {
    return this.isFalse(this.not(a));
  }

  /** No environment satisfies both. */
  areDisjoint(a: MarkerDiagram, b: MarkerDiagram): boolean {
    return this.isFalse(this.and(a, b));
  }

  /** Every environment that satisfies `a` satisfies `b`. */
  implies(a: MarkerDiagram, b: MarkerDiagram): boolean {
    return this.isFalse(this.and(a, this.not(b)));
  }

  /** The same environments satisfy both. */
  areEqual(a: MarkerDiagram, b: MarkerDiagram): boolean {
    return a === b || (this.implies(a, b) && this.implies(b, a));
  }

  /** A marker that agrees with `a` wherever `assumption` holds, and says as little as possible besides. */
  simplify(a: MarkerDiagram, assumption: MarkerDiagram): MarkerDiagram {
    let result: MarkerDiagram = this.never;
    for (const term of smallTerms(this.#nodes, a, this.#within(assumption)))
      result = this.or(result, term.diagram);
    return result;
  }

  /** What is left of a marker when it is known of some extras or groups whether they were selected. */
  restrictSelection(
    a: MarkerDiagram,
    isSelected: (
      set: "extra" | "extras" | "dependency_groups",
      name: string,
    ) => boolean | undefined,
  ): MarkerDiagram {
    return this.#nodes.answered(a, (test) =>
      test.kind === "selected" ? isSelected(test.set, test.name) : undefined,
    );
  }

  /** {@link restrictSelection} to exactly these extras, by normalised name. */
  restrictExtras(a: MarkerDiagram, extras: ReadonlySet<string>): MarkerDiagram {
    return this.restrictSelection(a, (set, name) =>
      set === "dependency_groups" ? undefined : extras.has(name),
    );
  }

  /** The Python versions for which the marker can hold at all. */
  pythonVersions(a: MarkerDiagram): VersionRange {
    const possible = this.#nodes.and(a, this.#possibleEnvironments());
    if (possible === this.never) return emptyRange;
    if (possible.kind !== "range" || possible.variable !== "python_full_version") return fullRange;
    let range: VersionRange = emptyRange;
    for (const [index, child] of possible.children.entries())
      if (child !== this.never)
        range = union(
          range,
          between(possible.bounds[index - 1] ?? minimumKey, possible.bounds[index] ?? infinityKey),
        );
    return range;
  }

  /** Judges the diagram for one environment, as `evaluateMarkerLeniently` judges the marker. */
  evaluate(
    a: MarkerDiagram,
    environment: MarkerEnvironment,
    options: Omit<LenientOptions, "warn"> = {},
  ): boolean {
    let node = a;
    while (node.kind !== "leaf") {
      switch (node.kind) {
        case "range": {
          const key = tryParseVersion(versionText(environment, node.variable))?.key ?? minimumKey;
          const { bounds } = node;
          let index = 0;
          while (index < bounds.length && (bounds[index] as VersionKey) <= key) index++;
          node = node.children[index] as Node;
          break;
        }
        case "text": {
          const index = node.texts.indexOf(environment[node.variable]);
          node = index === -1 ? node.otherwise : (node.children[index] as Node);
          break;
        }
        default:
          node = isYes(node.test, environment, options) ? node.yes : node.no;
      }
    }
    return node.value;
  }

  /**
   * A short marker that means the diagram wherever `assumption` holds: alternatives of which none can be left out,
   * each without a condition that could be left out. `"always"` and `"never"` have no marker.
   *
   * What no marker can say is the negation of `===`, and of a test on `platform_release`, whose values need not be
   * versions: it is written as the opposite test, or left out where there is none.
   */
  marker(a: MarkerDiagram, assumption: MarkerDiagram = this.always): Marker | "always" | "never" {
    const terms = smallTerms(this.#nodes, a, this.#within(assumption));
    if (terms.length === 0) return "never";
    const parts: Marker[] = [];
    for (const term of terms) {
      const part = termMarker(term);
      if (part === undefined) return "always";
      parts.push(part);
    }
    return parts.length === 1 ? (parts[0] as Marker) : { kind: "or", parts };
  }

  #within(assumption: MarkerDiagram): MarkerDiagram {
    return this.#nodes.and(assumption, this.#possibleEnvironments());
  }

  #possibleEnvironments(): MarkerDiagram {
    if (this.#possible !== undefined) return this.#possible;
    let possible: MarkerDiagram = this.always;
    for (const [variable, text, other, consequence] of consequences) {
      const rule = this.or(
        this.not(this.#nodes.text(variable, text)),
        this.#nodes.text(other, consequence),
      );
      possible = this.and(possible, rule);
    }
    this.#possible = possible;
    return possible;
  }

  #read(marker: Marker, warn: LenientOptions["warn"]): MarkerDiagram {
    switch (marker.kind) {
      case "group":
        return this.of(marker.inner, warn);
      case "and":
        return marker.parts.reduce<MarkerDiagram>(
          (all, part) => this.and(all, this.of(part, warn)),
          this.always,
        );
      case "or":
        return marker.parts.reduce<MarkerDiagram>(
          (any, part) => this.or(any, this.of(part, warn)),
          this.never,
        );
      case "comparison":
        break;
      default:
        return marker satisfies never;
    }
    const test = meaningOf(marker);
    switch (test.kind) {
      case "range":
        return test.variable === "python_version"
          ? this.#nodes.range("python_full_version", fullVersions(test.range))
          : this.#nodes.range(test.variable satisfies RangeVariable, inDomain(test.range));
      case "equals":
        return this.#signed(this.#nodes.text(test.variable, test.text), test.negated);
      case "opaque": {
        const { variable, property } = test;
        return this.#signed(
          this.#nodes.question({ kind: "opaque", variable, property }),
          test.negated,
        );
      }
      case "selected": {
        const { set, name } = test;
        return this.#signed(this.#nodes.question({ kind: "selected", set, name }), test.negated);
      }
      case "meaningless":
        warn?.(marker, test.why);
        return this.never;
      default:
        return test satisfies never;
    }
  }

  #signed(node: MarkerDiagram, negated: boolean): MarkerDiagram {
    return negated ? this.not(node) : node;
  }
}

function isYes(
  test: Question,
  environment: MarkerEnvironment,
  { extras, dependencyGroups }: LenientOptions,
): boolean {
  if (test.kind === "opaque") return hasProperty(test.property, environment[test.variable]);
  const selected = test.set === "dependency_groups" ? dependencyGroups : extras;
  return selected?.includes(test.name) ?? false;
}

/** When the first variable has the first value, the second has the second: on every interpreter there is. */
const consequences: readonly (readonly [MarkerVariable, string, MarkerVariable, string])[] = [
  ["sys_platform", "win32", "os_name", "nt"],
  ["sys_platform", "win32", "platform_system", "Windows"],
  ["sys_platform", "linux", "os_name", "posix"],
  ["sys_platform", "linux", "platform_system", "Linux"],
  ["sys_platform", "darwin", "os_name", "posix"],
  ["sys_platform", "darwin", "platform_system", "Darwin"],
  ["sys_platform", "cygwin", "os_name", "posix"],
  ["sys_platform", "android", "os_name", "posix"],
  ["sys_platform", "android", "platform_system", "Android"],
  ["sys_platform", "ios", "os_name", "posix"],
  ["sys_platform", "emscripten", "os_name", "posix"],
  ["sys_platform", "emscripten", "platform_system", "Emscripten"],
  ["platform_system", "Windows", "os_name", "nt"],
  ["platform_system", "Linux", "os_name", "posix"],
  ["platform_system", "Darwin", "os_name", "posix"],
  ["os_name", "nt", "platform_system", "Windows"],
  ["implementation_name", "cpython", "platform_python_implementation", "CPython"],
  ["implementation_name", "pypy", "platform_python_implementation", "PyPy"],
  ["platform_python_implementation", "PyPy", "implementation_name", "pypy"],
];

busyForSeconds(MarkerAlgebra);
