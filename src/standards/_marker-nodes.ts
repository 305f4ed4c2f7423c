import { busyForSeconds } from "#base/busy-code";
import { compareText } from "#base/order";
import { hasProperty } from "./_marker-test.ts";
import type { OpaqueProperty, VersionVariable } from "./_marker-test.ts";
import { markerVariables } from "./marker.ts";
import type { MarkerVariable, SelectionVariable } from "./marker.ts";
import { infinityKey, minimumKey } from "./version-key.ts";
import type { VersionKey } from "./version-key.ts";
import type { VersionRange } from "./version-range.ts";

/**
 * A node of a reduced ordered decision diagram. Nodes are interned: within one {@link NodeTable} two nodes that
 * decide alike over their variables are the same object, so that equality is `===`.
 *
 * On every path the variables come in one order, and each at most once in each of its three forms: ranges of
 * versions, texts, opaque properties.
 */
export type Node = Leaf | RangeNode | TextNode | TestNode;

export type Leaf = { readonly kind: "leaf"; readonly id: number; readonly value: boolean };

/** Splits the line of versions at `bounds`; `children[i]` holds from `bounds[i - 1]` up to, without, `bounds[i]`. */
export type RangeNode = {
  readonly kind: "range";
  readonly id: number;
  readonly order: Order;
  readonly variable: RangeVariable;
  readonly bounds: readonly VersionKey[];
  readonly children: readonly Node[];
};

/** Distinguishes some values of a text variable; every other one goes to `otherwise`. */
export type TextNode = {
  readonly kind: "text";
  readonly id: number;
  readonly order: Order;
  readonly variable: MarkerVariable;
  /** Sorted. */
  readonly texts: readonly string[];
  readonly children: readonly Node[];
  readonly otherwise: Node;
};

/** Yes or no: a property of a value about which nothing else is known, or whether a name is selected. */
export type TestNode = {
  readonly kind: "test";
  readonly id: number;
  readonly order: Order;
  readonly test: Question;
  readonly yes: Node;
  readonly no: Node;
};

export type Question =
  | {
      readonly kind: "opaque";
      readonly variable: MarkerVariable;
      readonly property: OpaqueProperty;
    }
  | { readonly kind: "selected"; readonly set: SelectionVariable; readonly name: string };

/** `python_version` is a function of `python_full_version`, and has no ranges of its own. */
export type RangeVariable = Exclude<VersionVariable, "python_version">;

/** The place of a node's variable: first by number, then by text. */
export type Order = { readonly rank: number; readonly text: string };

/** Variables in the order of the diagrams, which is also the order in which printed markers name them. */
const variableOrder: readonly MarkerVariable[] = [
  "python_full_version",
  "python_version",
  ...markerVariables.filter((name) => !name.startsWith("python_")),
];

const ranks = new Map<string, number>(variableOrder.map((name, index) => [name, 3 * index]));
const selectionRank = 3 * variableOrder.length;

export function rangeOrder(variable: MarkerVariable): Order {
  return { rank: ranks.get(variable) as number, text: "" };
}

export function textOrder(variable: MarkerVariable): Order {
  return { rank: (ranks.get(variable) as number) + 1, text: "" };
}

export function questionOrder(question: Question): Order {
  if (question.kind === "selected")
    return { rank: selectionRank, text: `${question.set}\0${question.name}` };
  const { variable, property } = question;
  const operator = property.kind === "specifier" ? property.operator : "";
  return {
    rank: (ranks.get(variable) as number) + 2,
    text: `${property.kind}\0${operator}\0${property.text}`,
  };
}

function compareOrder(a: Order, b: Order): number {
  return a.rank - b.rank || compareText(a.text, b.text);
}

/** All nodes of one algebra, each once, with what was computed about them. */
export class NodeTable {
  readonly yes: Leaf = { kind: "leaf", id: 0, value: true };
  readonly no: Leaf = { kind: "leaf", id: 1, value: false };
  readonly #nodes = new Map<string, Node>();
  readonly #conjunctions = new Map<number, Map<number, Node>>();
  readonly #negations = new Map<number, Node>();
  #next = 2;

  leaf(value: boolean): Leaf {
    return value ? this.yes : this.no;
  }

  /** The diagram of `value of variable lies in range`. */
  range(variable: RangeVariable, range: VersionRange): Node {
    const bounds: VersionKey[] = [];
    const children: Node[] = [];
    let inside = range[0] === minimumKey;
    children.push(this.leaf(inside));
    for (const bound of range) {
      if (bound === minimumKey || bound === infinityKey) continue;
      inside = !inside;
      bounds.push(bound);
      children.push(this.leaf(inside));
    }
    return this.#rangeNode(variable, bounds, children);
  }

  /** The diagram of `value of variable is text`. */
  text(variable: MarkerVariable, text: string): Node {
    return this.#textNode(variable, [text], [this.yes], this.no);
  }

  question(test: Question): Node {
    return this.#testNode(test, this.yes, this.no);
  }

  not(node: Node): Node {
    if (node.kind === "leaf") return this.leaf(!node.value);
    let negation = this.#negations.get(node.id);
    if (negation === undefined) {
      negation = this.#rebuilt(node, (child) => this.not(child));
      this.#negations.set(node.id, negation);
      this.#negations.set(negation.id, node);
    }
    return negation;
  }

  or(a: Node, b: Node): Node {
    if (a === b || b === this.no || a === this.yes) return a;
    if (a === this.no || b === this.yes) return b;
    return this.not(this.and(this.not(a), this.not(b)));
  }

  and(a: Node, b: Node): Node {
    if (a === b || b === this.yes) return a;
    if (a === this.yes) return b;
    if (a === this.no || b === this.no || this.#negations.get(a.id) === b) return this.no;
    const [low, high] = a.id < b.id ? [a, b] : [b, a];
    let row = this.#conjunctions.get(low.id);
    if (row === undefined) this.#conjunctions.set(low.id, (row = new Map()));
    let result = row.get(high.id);
    if (result === undefined) row.set(high.id, (result = this.#meet(low, high)));
    return result;
  }

  /** The diagram with some questions answered; an answer of `undefined` leaves the question open. */
  answered(node: Node, answer: (test: Question) => boolean | undefined): Node {
    const done = new Map<number, Node>();
    const visit = (at: Node): Node => {
      if (at.kind === "leaf") return at;
      let result = done.get(at.id);
      if (result !== undefined) return result;
      const known = at.kind === "test" ? answer(at.test) : undefined;
      if (known !== undefined) result = visit(known ? (at as TestNode).yes : (at as TestNode).no);
      else result = this.#rebuilt(at, visit);
      done.set(at.id, result);
      return result;
    };
    return visit(node);
  }

  #rebuilt(node: Exclude<Node, Leaf>, change: (child: Node) => Node): Node {
    switch (node.kind) {
      case "range":
        return this.#rangeNode(node.variable, node.bounds, node.children.map(change));
      case "text":
        return this.#textNode(
          node.variable,
          node.texts,
          node.children.map(change),
          change(node.otherwise),
        );
      case "test":
        return this.#testNode(node.test, change(node.yes), change(node.no));
      default:
        return node satisfies never;
    }
  }

  /** Both hold: decided by the first variable of the two, then by the rest of each. */
  #meet(a: Node, b: Node): Node {
    if (a.kind === "leaf" || b.kind === "leaf") throw new Error("leaves were dealt with before");
    const order = compareOrder(a.order, b.order) <= 0 ? a : b;
    switch (order.kind) {
      case "range":
        return this.#meetRanges(order.variable, a, b);
      case "text": {
        const { variable } = order;
        const texts = [...new Set([...textsOf(a, variable), ...textsOf(b, variable)])].sort();
        const children = texts.map((text) =>
          this.and(this.#at(a, variable, text), this.#at(b, variable, text)),
        );
        const rest = this.and(otherwiseOf(a, variable), otherwiseOf(b, variable));
        return this.#textNode(variable, texts, children, rest);
      }
      case "test": {
        const isA = a.kind === "test" && compareOrder(a.order, order.order) === 0;
        const isB = b.kind === "test" && compareOrder(b.order, order.order) === 0;
        return this.#testNode(
          order.test,
          this.and(isA ? a.yes : a, isB ? b.yes : b),
          this.and(isA ? a.no : a, isB ? b.no : b),
        );
      }
      default:
        return order satisfies never;
    }
  }

  #meetRanges(variable: RangeVariable, a: Node, b: Node): Node {
    const bounds: VersionKey[] = [];
    const children: Node[] = [];
    const [aBounds, aChildren] = splitsOf(a, variable);
    const [bBounds, bChildren] = splitsOf(b, variable);
    let i = 0;
    let j = 0;
    for (;;) {
      children.push(this.and(aChildren[i] as Node, bChildren[j] as Node));
      const aNext = aBounds[i];
      const bNext = bBounds[j];
      if (aNext === undefined && bNext === undefined) break;
      const next = bNext === undefined || (aNext !== undefined && aNext <= bNext) ? aNext : bNext;
      if (aNext === next) i++;
      if (bNext === next) j++;
      bounds.push(next as VersionKey);
    }
    return this.#rangeNode(variable, bounds, children);
  }

  /** What is left of a diagram when a text variable has this value: its opaque properties are known then, too. */
  #at(node: Node, variable: MarkerVariable, text: string): Node {
    if (node.kind === "text" && node.variable === variable) {
      const index = node.texts.indexOf(text);
      if (index !== -1) return node.children[index] as Node;
      return this.#at(node.otherwise, variable, text);
    }
    if (node.kind !== "test" || node.test.kind !== "opaque" || node.test.variable !== variable)
      return node;
    // The order keeps the properties of one variable together, directly behind its texts.
    const next = hasProperty(node.test.property, text) ? node.yes : node.no;
    return this.#at(next, variable, text);
  }

  #rangeNode(
    variable: RangeVariable,
    bounds: readonly VersionKey[],
    children: readonly Node[],
  ): Node {
    const kept: VersionKey[] = [];
    const merged: Node[] = [children[0] as Node];
    for (const [index, bound] of bounds.entries()) {
      const child = children[index + 1] as Node;
      if (child === merged.at(-1)) continue;
      kept.push(bound);
      merged.push(child);
    }
    if (kept.length === 0) return merged[0] as Node;
    const key = `r${variable}|${kept.join("|")}|${merged.map((child) => child.id).join(",")}`;
    return this.#interned(key, (id) => ({
      kind: "range",
      id,
      order: rangeOrder(variable),
      variable,
      bounds: kept,
      children: merged,
    }));
  }

  #textNode(
    variable: MarkerVariable,
    texts: readonly string[],
    children: readonly Node[],
    otherwise: Node,
  ): Node {
    const kept: string[] = [];
    const distinct: Node[] = [];
    for (const [index, text] of texts.entries()) {
      const child = children[index] as Node;
      if (child === this.#at(otherwise, variable, text)) continue;
      kept.push(text);
      distinct.push(child);
    }
    if (kept.length === 0) return otherwise;
    let key = `t${variable}|${otherwise.id}`;
    // With its length in front, no text can be taken for the end of another.
    for (const [index, text] of kept.entries())
      key += `|${(distinct[index] as Node).id},${text.length},${text}`;
    return this.#interned(key, (id) => ({
      kind: "text",
      id,
      order: textOrder(variable),
      variable,
      texts: kept,
      children: distinct,
      otherwise,
    }));
  }

  #testNode(test: Question, yes: Node, no: Node): Node {
    if (yes === no) return yes;
    const order = questionOrder(test);
    const key = `q${order.rank}|${JSON.stringify(order.text)}|${yes.id}|${no.id}`;
    return this.#interned(key, (id) => ({ kind: "test", id, order, test, yes, no }));
  }

  #interned(key: string, make: (id: number) => Node): Node {
    let node = this.#nodes.get(key);
    if (node === undefined) this.#nodes.set(key, (node = make(this.#next++)));
    return node;
  }
}

function textsOf(node: Node, variable: MarkerVariable): readonly string[] {
  return node.kind === "text" && node.variable === variable ? node.texts : [];
}

function otherwiseOf(node: Node, variable: MarkerVariable): Node {
  return node.kind === "text" && node.variable === variable ? node.otherwise : node;
}

function splitsOf(
  node: Node,
  variable: RangeVariable,
): readonly [bounds: readonly VersionKey[], children: readonly Node[]] {
  return node.kind === "range" && node.variable === variable
    ? [node.bounds, node.children]
    : [[], [node]];
}

busyForSeconds(NodeTable);
