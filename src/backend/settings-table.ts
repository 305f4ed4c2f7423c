import { nearest } from "#base/text";
import type { TomlTable } from "#standards/toml-table";
import { pathInTree } from "./source-tree.ts";

/** Other tools' tables grow new keys; in one's own table an unknown key is a mistake. */
export function refuseUnknown(table: TomlTable, known: readonly string[]): void {
  for (const key of table.keys()) {
    if (known.includes(key)) continue;
    const near = nearest(key, known, 1)[0];
    throw table.fault(
      key,
      near === undefined ? "is no key of the table" : `is no key of the table, \`${near}\` is`,
    );
  }
}

/** A path in the tree, in its shortest form. */
export function requiredPath(table: TomlTable, key: string): string {
  return treePath(table, key, table.requiredText(key));
}

/** A list of such paths. */
export function treePaths(table: TomlTable, key: string): readonly string[] {
  return (table.texts(key) ?? []).map((text, position) =>
    treePath(table, `${key}[${position}]`, text),
  );
}

function treePath(table: TomlTable, key: string, text: string): string {
  const path = pathInTree(text);
  if (path === undefined)
    throw table.fault(key, `is \`${text}\`, which is no path below the project's folder`);
  return path;
}

const identifier = String.raw`[\p{XID_Start}_][\p{XID_Continue}]*`;
const dottedName = new RegExp(`^${identifier}(-stubs)?(\\.${identifier})*$`, "u");

/** True for a name that `import` could say; the first part may be that of a package of stubs (PEP 561). */
export function isModuleName(name: string): boolean {
  return dottedName.test(name);
}
