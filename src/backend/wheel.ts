import type { NewMember } from "#archive/new-member";
import { sortedBy } from "#base/order";
import { formatRecord, type RecordEntry } from "#standards/record";
import { formatWheelFile } from "#standards/wheel-file";
import { backendVersion } from "./backend-version.ts";
import type { CompiledModule, WheelTag } from "./extension-modules.ts";
import type { OwnProject } from "./own-project.ts";
import { dataFiles, licenseFiles, wheelFiles } from "./project-files.ts";
import { projectEntryPoints, projectMetadata } from "./project-metadata.ts";
import type { BackendWorld } from "./request.ts";

/** What the compiler added to a wheel; nothing for one that runs everywhere. */
export type Compiled = { readonly tag: WheelTag; readonly modules: readonly CompiledModule[] };

export const pureTag = "py3-none-any";

/** A member whose content is fetched when it is packed, so that a large tree need not be in memory. */
export type WheelPart = {
  readonly name: string;
  readonly mode: number;
  readonly content: () => Uint8Array;
};

/** The members of a wheel, RECORD last; see {@link recorded}. */
export function wheelParts(project: OwnProject, compiled: Compiled | undefined): WheelPart[] {
  const { tree } = project;
  const parts = new Map<string, WheelPart>();
  for (const [name, path] of wheelFiles(project))
    parts.set(name, { name, mode: modeOf(path), content: () => tree.read(path) });
  for (const part of dataParts(project)) parts.set(part.name, part);
  // What was compiled now stands before what an earlier build may have left in the tree.
  for (const { path, content } of compiled?.modules ?? [])
    parts.set(path, { name: path, mode: 0o755, content: () => content });
  return [...sortedBy(parts.values(), ({ name }) => name), ...infoParts(project, compiled)];

  function modeOf(path: string): number {
    return tree.isExecutable(path) ? 0o755 : 0o644;
  }
}

/** The members of an editable wheel: a path file that leads to the tree (PEP 660), and what a path cannot give. */
export function editableParts(project: OwnProject): WheelPart[] {
  const { tree, settings, stem } = project;
  const root = settings.root === "" ? tree.folder : `${tree.folder}/${settings.root}`;
  const name = `${stem.slice(0, stem.indexOf("-"))}.pth`;
  const pathFile: WheelPart = { name, mode: 0o644, content: () => encoded(`${root}\n`) };
  return [
    ...sortedBy([pathFile, ...dataParts(project)], (part) => part.name),
    ...infoParts(project, undefined),
  ];
}

/** The files of the dist-info folder, RECORD aside, under their names in the folder. */
export function infoParts(project: OwnProject, compiled: Compiled | undefined): WheelPart[] {
  const { tree, stem } = project;
  const licenses = licenseFiles(project);
  const texts: Record<string, string> = {
    METADATA: projectMetadata(project, licenses),
    WHEEL: formatWheelFile({
      generator: `pkm-build ${backendVersion.text}`,
      rootIsPurelib: compiled === undefined,
      tags: [compiled === undefined ? pureTag : tagText(compiled.tag)],
    }),
  };
  const entryPoints = projectEntryPoints(project);
  if (entryPoints !== "") texts["entry_points.txt"] = entryPoints;
  const part = (name: string, content: () => Uint8Array): WheelPart => ({
    name: `${stem}.dist-info/${name}`,
    mode: 0o644,
    content,
  });
  return sortedBy(
    [
      ...Object.entries(texts).map(([name, text]) => part(name, () => encoded(text))),
      ...licenses.map((path) => part(`licenses/${path}`, () => tree.read(path))),
    ],
    ({ name }) => name,
  );
}

export function tagText({ python, abi, platform }: WheelTag): string {
  return `${python}-${abi}-${platform}`;
}

/** The parts as members, one after the other, and at the end the RECORD of them all. */
export function* recorded(
  parts: readonly WheelPart[],
  { stem }: Pick<OwnProject, "stem">,
  { hashing }: Pick<BackendWorld, "hashing">,
): Generator<NewMember, void> {
  const name = `${stem}.dist-info/RECORD`;
  const entries: RecordEntry[] = [{ path: name, hash: undefined, size: undefined }];
  for (const part of parts) {
    const content = part.content();
    const digest = hashing.digest("sha256", content, "base64url");
    entries.push({
      path: part.name,
      hash: { algorithm: "sha256", digest },
      size: content.length,
    });
    yield { name: part.name, mode: part.mode, content };
  }
  yield { name, mode: 0o644, content: encoded(formatRecord(entries)) };
}

function dataParts(project: OwnProject): WheelPart[] {
  const { tree, stem } = project;
  return [...dataFiles(project)].map(([below, path]) => ({
    name: `${stem}.data/${below}`,
    mode: below.startsWith("scripts/") || tree.isExecutable(path) ? 0o755 : 0o644,
    content: () => tree.read(path),
  }));
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
