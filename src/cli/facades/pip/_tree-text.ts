import type { TreeNode } from "#environment/dependency-tree";
import { withoutSecrets } from "#standards/direct-url";
import type { Requirement } from "#standards/requirement";
import { formatSpecifierSet } from "#standards/specifier-set";

export type TreeDrawing = {
  readonly inverted: boolean;
  /** Requirements without a limit are written out as well. */
  readonly everyRequirement: boolean;
  /** For terminals without box-drawing characters. */
  readonly ascii: boolean;
};

type Strokes = { readonly tee: string; readonly corner: string; readonly bar: string };

const box: Strokes = { tee: "├── ", corner: "└── ", bar: "│   " };
const plain: Strokes = { tee: "|-- ", corner: "`-- ", bar: "|   " };
const blank = "    ";

const mark = "(*)";
const legend = `${mark} what is below it is shown above`;

/** The tree line by line: name, version, and in brackets the requirement that leads there when it limits something. */
export function drawTree(nodes: readonly TreeNode[], drawing: TreeDrawing): string {
  const strokes = drawing.ascii ? plain : box;
  const lines: string[] = [];
  let isCut = false;
  const walk = (node: TreeNode, lead: string, below: string): void => {
    isCut ||= isShownAbove(node);
    lines.push(lead + labelOf(node, drawing));
    node.children.forEach((child, i) => {
      const isLast = i === node.children.length - 1;
      walk(
        child,
        below + (isLast ? strokes.corner : strokes.tee),
        below + (isLast ? blank : strokes.bar),
      );
    });
  };
  for (const node of nodes) walk(node, "", "");
  if (isCut) lines.push(legend);
  return lines.map((line) => `${line}\n`).join("");
}

function labelOf(node: TreeNode, drawing: TreeDrawing): string {
  const { displayName, version, requirement, extra } = node;
  const parts = [displayName, version ?? "(not installed)"];
  if (requirement !== undefined) {
    const limit = limitOf(requirement, drawing.everyRequirement);
    // Upside down the requirement is the lower one's, of the upper one.
    const text = limit !== "" && drawing.inverted ? `${requirement.displayName} ${limit}` : limit;
    const of = extra === undefined ? "" : `extra ${extra}`;
    const inside = [text, of].filter((part) => part !== "").join(", ");
    if (inside !== "") parts.push(`[${inside}]`);
  }
  if (isShownAbove(node)) parts.push(mark);
  return parts.join(" ");
}

/** A repeated node, or one that stands above itself. What is cut for its depth is not marked: that was asked for. */
function isShownAbove({ cut }: TreeNode): boolean {
  return cut === "cycle" || cut === "shown-before";
}

function limitOf({ specifier, url }: Requirement, every: boolean): string {
  if (url !== undefined) return `@ ${withoutSecrets(url)}`;
  const text = formatSpecifierSet(specifier);
  return text === "" && every ? "*" : text;
}

/** A node with all below it, for programs. */
export type TreeJson = {
  readonly name: string;
  readonly version: string | null;
  readonly specifier?: string;
  readonly url?: string;
  readonly extra?: string;
  readonly cut?: TreeNode["cut"];
  readonly children: readonly TreeJson[];
};

export function treeJson({ name, version, requirement, extra, cut, children }: TreeNode): TreeJson {
  return {
    name,
    version: version ?? null,
    ...(requirement === undefined ? {} : { specifier: formatSpecifierSet(requirement.specifier) }),
    ...(requirement?.url === undefined ? {} : { url: withoutSecrets(requirement.url) }),
    ...(extra === undefined ? {} : { extra }),
    ...(cut === undefined ? {} : { cut }),
    children: children.map(treeJson),
  };
}
