import { readHeaders, unfolded } from "./_headers.ts";
import { invalidWheelFile } from "./errors.ts";

/** The WHEEL file of a dist-info folder (PyPUG binary-distribution-format). */
export type WheelFile = {
  readonly version: readonly [major: number, minor: number];
  /** A newer minor version than 1.0: installed all the same, with a warning. */
  readonly isNewer: boolean;
  readonly generator: string | undefined;
  /** The root of the archive goes to purelib, otherwise to platlib. */
  readonly rootIsPurelib: boolean;
  readonly tags: readonly string[];
  readonly build: string | undefined;
};

/** The format of wheels that pkm reads and writes. */
const known = [1, 0] as const;

/** Reads WHEEL; refuses a format of another major version. Where a header is repeated the first one counts. */
export function parseWheelFile(text: string): WheelFile {
  const fields = new Map<string, string>();
  const tags: string[] = [];
  for (const [name, value] of readHeaders(text).fields) {
    const header = name.toLowerCase();
    if (header === "tag") tags.push(unfolded(value));
    // One popular producer writes Wheel-Version twice.
    else if (!fields.has(header)) fields.set(header, unfolded(value));
  }
  const stated = fields.get("wheel-version");
  if (stated === undefined) throw invalidWheelFile("it has no Wheel-Version");
  const parts = /^([0-9]{1,9})\.([0-9]{1,9})$/.exec(stated);
  if (parts === null)
    throw invalidWheelFile(`Wheel-Version \`${stated}\` is not of the form \`1.0\``);
  const version = [Number(parts[1]), Number(parts[2])] as const;
  if (version[0] !== known[0])
    throw invalidWheelFile(`found Wheel-Version ${stated}, pkm reads ${known.join(".")}`);
  return {
    version,
    isNewer: version[1] > known[1],
    generator: fields.get("generator"),
    rootIsPurelib: fields.get("root-is-purelib")?.toLowerCase() === "true",
    tags,
    build: fields.get("build"),
  };
}

/** Writes WHEEL in version 1.0. */
export function formatWheelFile(
  file: Pick<WheelFile, "rootIsPurelib" | "tags"> & {
    readonly generator: string;
    readonly build?: string;
  },
): string {
  const lines = [
    `Wheel-Version: ${known.join(".")}`,
    `Generator: ${file.generator}`,
    `Root-Is-Purelib: ${file.rootIsPurelib}`,
    ...file.tags.map((tag) => `Tag: ${tag}`),
  ];
  if (file.build !== undefined) lines.push(`Build: ${file.build}`);
  return `${lines.join("\n")}\n`;
}
