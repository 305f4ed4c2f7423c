import type { Node, NodeTable, Question, RangeVariable } from "./_marker-nodes.ts";
import { domainKey } from "./_marker-domain.ts";
import type {
  Marker,
  MarkerComparison,
  MarkerOperator,
  MarkerVariable,
  SelectionVariable,
} from "./marker.ts";
import { afterLocals, decodeKey, infinityKey, minimumKey, successor } from "./version-key.ts";
import type { DecodedKey, VersionKey, VersionParts } from "./version-key.ts";
import { complement } from "./version-range.ts";
import type { VersionRange } from "./version-range.ts";
import { formatVersion } from "./version.ts";

/** One condition of a term. */
type Literal =
  | { readonly kind: "from" | "before"; readonly variable: RangeVariable; readonly key: VersionKey }
  | {
      readonly kind: "outside";
      readonly variable: RangeVariable;
      readonly from: VersionKey;
      readonly to: VersionKey;
    }
  | {
      readonly kind: "equals";
      readonly variable: MarkerVariable;
      readonly text: string;
      readonly negated: boolean;
    }
  | { readonly kind: "question"; readonly test: Question; readonly negated: boolean };

/** Conditions that all have to hold. */
export type Term = { readonly literals: readonly Literal[]; readonly diagram: Node };

/**
 * Terms whose union agrees with the diagram wherever `care` holds; no literal and no term of them can be left out.
 * The result depends on nothing but the two diagrams.
 */
export function smallTerms(nodes: NodeTable, diagram: Node, care: Node): Term[] {
  const wanted = nodes.and(diagram, care);
  // Outside of `care` anything goes: what must not be covered is only this.
  const forbidden = nodes.and(nodes.not(diagram), care);
  if (wanted === nodes.no) return [];
  if (forbidden === nodes.no) return [{ literals: [], diagram: nodes.yes }];
  const terms: Term[] = [];
  let covered: Node = nodes.no;
  for (const path of paths(diagram)) {
    if (nodes.and(meet(nodes, path), care) === nodes.no) continue;
    const term = prime(nodes, path, forbidden);
    if (terms.some((other) => other.diagram === term.diagram)) continue;
    terms.push(term);
    covered = nodes.or(covered, term.diagram);
  }
  return irredundant(nodes, terms, wanted);
}

/** The term as a marker; `undefined` when nothing remains to be said. */
export function termMarker(term: Term): Marker | undefined {
  const parts = comparisons(term.literals);
  if (parts.length === 0) return undefined;
  return parts.length === 1 ? parts[0] : { kind: "and", parts };
}

/** Every way from the root to "yes", as the conditions met on it. */
function* paths(node: Node): Generator<Literal[]> {
  if (node.kind === "leaf") {
    if (node.value) yield [];
    return;
  }
  for (const [literals, child] of branches(node))
    for (const rest of paths(child)) yield [...literals, ...rest];
}

/** The ways out of a node: conditions, and where they lead. Ways to the same child are taken together. */
function branches(
  node: Exclude<Node, { kind: "leaf" }>,
): (readonly [literals: Literal[], child: Node])[] {
  switch (node.kind) {
    case "range": {
      const ranges = new Map<Node, VersionKey[]>();
      for (const [index, child] of node.children.entries()) {
        const range = ranges.get(child) ?? [];
        const from = node.bounds[index - 1] ?? minimumKey;
        range.push(from, node.bounds[index] ?? infinityKey);
        ranges.set(child, range);
      }
      return [...ranges].flatMap(([child, range]) =>
        rangeLiterals(node.variable, range).map((literals) => [literals, child] as const),
      );
    }
    case "text": {
      const { variable, texts } = node;
      const found = texts.map((text, index): readonly [Literal[], Node] => [
        [{ kind: "equals", variable, text, negated: false }],
        node.children[index] as Node,
      ]);
      const none = texts.map((text): Literal => ({
        kind: "equals",
        variable,
        text,
        negated: true,
      }));
      return [...found, [none, node.otherwise]];
    }
    case "test":
      return [
        [[{ kind: "question", test: node.test, negated: false }], node.yes],
        [[{ kind: "question", test: node.test, negated: true }], node.no],
      ];
    default:
      return node satisfies never;
  }
}

/** A range as alternatives. A gap that `!=` can say makes no new one, unless `==` says both sides of it. */
function rangeLiterals(variable: RangeVariable, range: VersionRange): Literal[][] {
  const alternatives: Literal[][] = [];
  let current: Literal[] | undefined;
  for (let i = 0; i < range.length; i += 2) {
    const from = range[i] as VersionKey;
    const to = range[i + 1] as VersionKey;
    const last = range[i - 1];
    const isGap = last !== undefined && blockOf(variable, last, from) !== undefined;
    const areBlocks =
      last !== undefined &&
      blockOf(variable, range[i - 2] as VersionKey, last) !== undefined &&
      blockOf(variable, from, to) !== undefined;
    if (current !== undefined && last !== undefined && isGap && !areBlocks) {
      current.pop();
      current.push({ kind: "outside", variable, from: last, to: from });
    } else {
      current = [{ kind: "from", variable, key: from }];
      alternatives.push(current);
    }
    current.push({ kind: "before", variable, key: to });
  }
  // What begins at the minimum, or never ends, says nothing by it.
  return alternatives.map((literals) =>
    literals.filter(
      (literal) =>
        !(literal.kind === "from" && literal.key === minimumKey) &&
        !(literal.kind === "before" && literal.key === infinityKey),
    ),
  );
}

function diagramOf(nodes: NodeTable, literal: Literal): Node {
  switch (literal.kind) {
    case "from":
      return nodes.range(literal.variable, [literal.key, infinityKey]);
    case "before":
      return nodes.range(literal.variable, [minimumKey, literal.key]);
    case "outside":
      return nodes.range(literal.variable, complement([literal.from, literal.to]));
    case "equals":
      return signed(nodes, nodes.text(literal.variable, literal.text), literal.negated);
    case "question":
      return signed(nodes, nodes.question(literal.test), literal.negated);
    default:
      return literal satisfies never;
  }
}

function signed(nodes: NodeTable, node: Node, negated: boolean): Node {
  return negated ? nodes.not(node) : node;
}

function meet(nodes: NodeTable, literals: readonly Literal[]): Node {
  return literals.reduce<Node>(
    (all, literal) => nodes.and(all, diagramOf(nodes, literal)),
    nodes.yes,
  );
}

/** Leaves out one literal after the other, as long as nothing forbidden comes in: negations first, then in order. */
function prime(nodes: NodeTable, path: readonly Literal[], forbidden: Node): Term {
  let kept = [...path];
  const order = [...path.filter(isNegative), ...path.filter((literal) => !isNegative(literal))];
  for (const literal of order) {
    const rest = kept.filter((other) => other !== literal);
    if (nodes.and(meet(nodes, rest), forbidden) === nodes.no) kept = rest;
  }
  return { literals: kept, diagram: meet(nodes, kept) };
}

function isNegative(literal: Literal): boolean {
  return literal.kind === "outside" || ("negated" in literal && literal.negated);
}

/** Leaves out terms that the others cover, the longest first. */
function irredundant(nodes: NodeTable, terms: readonly Term[], wanted: Node): Term[] {
  let kept = [...terms];
  const order = terms.toReversed().sort((a, b) => b.literals.length - a.literals.length);
  for (const term of order) {
    const rest = kept.filter((other) => other !== term);
    const covered = rest.reduce<Node>((any, other) => nodes.or(any, other.diagram), nodes.no);
    if (nodes.and(wanted, nodes.not(covered)) === nodes.no) kept = rest;
  }
  return kept;
}

function comparisons(literals: readonly Literal[]): MarkerComparison[] {
  const written: MarkerComparison[] = [];
  for (const [index, literal] of literals.entries()) {
    const next = literals[index + 1];
    const last = literals[index - 1];
    switch (literal.kind) {
      case "from": {
        const block =
          next?.kind === "before" && next.variable === literal.variable
            ? blockOf(literal.variable, literal.key, next.key)
            : undefined;
        written.push(
          block === undefined
            ? lowerBound(literal.variable, literal.key)
            : compare(block.variable, "==", block.text),
        );
        break;
      }
      case "before":
        if (
          last?.kind !== "from" ||
          last.variable !== literal.variable ||
          blockOf(literal.variable, last.key, literal.key) === undefined
        )
          written.push(...upperBound(literal.variable, literal.key));
        break;
      case "outside": {
        const block = blockOf(literal.variable, literal.from, literal.to);
        if (block !== undefined) written.push(compare(block.variable, "!=", block.text));
        break;
      }
      case "equals":
        written.push(compare(literal.variable, literal.negated ? "!=" : "==", literal.text));
        break;
      case "question":
        written.push(...questionComparison(literal.test, literal.negated));
        break;
      default:
        literal satisfies never;
    }
  }
  return written;
}

function compare(
  variable: MarkerVariable | SelectionVariable,
  operator: MarkerOperator,
  text: string,
): MarkerComparison {
  return {
    kind: "comparison",
    left: { kind: "variable", name: variable },
    operator,
    right: { kind: "value", text },
  };
}

/** A stretch of versions with a name: `3.8` of python_version, one version, or `3.8.1.*`. */
type Block = { readonly variable: MarkerVariable; readonly text: string };

function blockOf(variable: RangeVariable, from: VersionKey, to: VersionKey): Block | undefined {
  if (from === minimumKey || to === infinityKey) return undefined;
  const start = decodeKey(from);
  if (start.place === "at" && start.local === undefined && domainKey(afterLocals(start)) === to)
    return { variable, text: versionText(start) };
  const end = decodeKey(to);
  if (!isStart(start) || !isStart(end) || start.epoch != end.epoch) return undefined;
  const { length } = end.release;
  if (start.release.length > length) return undefined;
  const release = [...start.release, ...Array<number>(length - start.release.length).fill(0)];
  const bumped = release.map((n, index) => (index === length - 1 ? successor(n) : n));
  if (!bumped.every((n, index) => n == end.release[index])) return undefined;
  const text = formatVersion({ ...start, release, dev: undefined });
  return variable === "python_full_version" && length === 2 && start.epoch == 0
    ? { variable: "python_version", text }
    : { variable, text: `${text}.*` };
}

/** The place of `X.dev0`, where everything of a release begins. */
function isStart(place: DecodedKey): boolean {
  return (
    place.dev == 0 && place.pre === undefined && place.post === undefined && place.place === "at"
  );
}

/** The place where a new `X.Y` of python_version begins. */
function isMinorStart(variable: RangeVariable, place: DecodedKey): boolean {
  return (
    variable === "python_full_version" &&
    isStart(place) &&
    place.epoch == 0 &&
    place.release.length <= 2
  );
}

/** The place behind a final version and its local versions. */
function isBehindFinal(place: DecodedKey): boolean {
  return place.post == 0 && place.dev == 0 && place.pre === undefined;
}

function minorText({ release: [major = 0, minor = 0] }: DecodedKey): string {
  return `${major}.${minor}`;
}

function lowerBound(variable: RangeVariable, key: VersionKey): MarkerComparison {
  const place = decodeKey(key);
  if (isMinorStart(variable, place)) return compare("python_version", ">=", minorText(place));
  if (isBehindFinal(place))
    return compare(variable, ">", versionText({ ...place, post: undefined, dev: undefined }));
  return compare(variable, ">=", versionText(place));
}

function upperBound(variable: RangeVariable, key: VersionKey): MarkerComparison[] {
  const place = decodeKey(key);
  if (isMinorStart(variable, place)) return [compare("python_version", "<", minorText(place))];
  if (isStart(place)) return [compare(variable, "<", versionText({ ...place, dev: undefined }))];
  const text = versionText(place);
  if (isBehindFinal(place))
    return [compare(variable, "<=", versionText({ ...place, post: undefined, dev: undefined }))];
  if (place.pre !== undefined || place.dev !== undefined) return [compare(variable, "<", text)];
  // PEP 440: "<3.9.1" leaves out 3.9.1rc1 too; everything below 3.9.1 itself takes two clauses.
  return [compare(variable, "<=", text), compare(variable, "!=", text)];
}

/** Keys lose trailing zeros; versions of Python are written with three numbers. */
function versionText(parts: VersionParts): string {
  const missing = Math.max(0, 3 - parts.release.length);
  return formatVersion({
    ...parts,
    release: [...parts.release, ...Array<number>(missing).fill(0)],
  });
}

/** What a test without order turns into when it must not pass. */
const opposite: Readonly<Partial<Record<MarkerOperator, MarkerOperator>>> = {
  "==": "!=",
  "!=": "==",
  ">=": "<",
  "<": ">=",
  ">": "<=",
  "<=": ">",
  "===": "!=",
};

function questionComparison(test: Question, negated: boolean): MarkerComparison[] {
  if (test.kind === "selected") {
    if (test.set === "extra") return [compare("extra", negated ? "!=" : "==", test.name)];
    return [
      contained({ kind: "value", text: test.name }, negated, { kind: "variable", name: test.set }),
    ];
  }
  const { variable, property } = test;
  const value = { kind: "value", text: property.text } as const;
  const name = { kind: "variable", name: variable } as const;
  if (property.kind === "within") return [contained(name, negated, value)];
  if (property.kind === "holds") return [contained(value, negated, name)];
  const operator = negated ? opposite[property.operator] : property.operator;
  return operator === undefined ? [] : [compare(variable, operator, property.text)];
}

function contained(
  left: MarkerComparison["left"],
  negated: boolean,
  right: MarkerComparison["right"],
): MarkerComparison {
  return { kind: "comparison", left, operator: negated ? "not in" : "in", right };
}
