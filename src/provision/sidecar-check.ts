import type { ProjectFile } from "#repository/listing";
import type { Download } from "#repository/repositories";
import { wheelMetadata } from "#repository/wheel-metadata";
import { compareText } from "#base/order";
import { MarkerAlgebra, type MarkerDiagram } from "#standards/marker-algebra";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import { formatRequirement, type Requirement } from "#standards/requirement";
import { parseRequiresPython } from "#standards/requires-python";
import type { SpecifierSet } from "#standards/specifier-set";
import type { StoredWheel } from "#store/wheel-manifest";
import { sidecarContradicts } from "./errors.ts";
import type { ProvisionWorld } from "./world.ts";

/** One field of which two texts say different things. */
export type Contradiction = {
  readonly field: string;
  readonly said: string;
  readonly found: string;
};

/**
 * PEP 658: what an index serves beside a wheel is the wheel's own METADATA. Where the two say different things to a resolver
 * throws, and sees to it that nothing rests on the sidecar any more, remembered resolutions included.
 */
export async function holdToSidecar(
  file: ProjectFile,
  { root, manifest }: StoredWheel,
  world: ProvisionWorld,
): Promise<void> {
  const part = manifest.parts.find(({ scheme }) => scheme === "root");
  const path = `${root}/${part?.folder}/${manifest.distInfo}/METADATA`;
  await compare(file, world.files.readText(path), world);
}

/** {@link holdToSidecar} for a wheel that nobody unpacks. */
export async function holdDownloadToSidecar(
  file: ProjectFile,
  { content }: Download,
  world: ProvisionWorld,
): Promise<void> {
  if (file.metadataHashes === undefined || file.identity.kind !== "wheel") return;
  const { files, inflate } = world;
  const source =
    content.kind === "bytes"
      ? {
          size: content.bytes.length,
          read: (at: number, length: number) => content.bytes.subarray(at, at + length),
        }
      : {
          size: files.tryStat(content.path)?.size ?? 0,
          read: (at: number, length: number) => files.readAt(content.path, at, length),
        };
  const text = decoder.decode(await wheelMetadata(source, file.filename, inflate));
  await compare(file, text, world);
}

async function compare(file: ProjectFile, text: string, world: ProvisionWorld): Promise<void> {
  const { repositories, store } = world;
  const answer = await repositories.metadata(file);
  if (answer.kind !== "metadata") return;
  const found = contradiction(answer.metadata, parseMetadata(text, `\`${file.filename}\``));
  if (found === undefined) return;
  repositories.believe(file, text);
  store.answers.clear();
  throw sidecarContradicts(file.filename, `${file.url}.metadata`, found);
}

/** The first field in which two descriptions of one file differ for a resolver, by meaning: order and spelling do not count. */
export function contradiction(
  sidecar: CoreMetadata,
  wheel: CoreMetadata,
): Contradiction | undefined {
  return (
    differentNeeds(sidecar, wheel) ??
    differentPython(sidecar.requiresPython, wheel.requiresPython) ??
    differentLists("Provides-Extra", sidecar.providesExtra, wheel.providesExtra)
  );
}

function differentNeeds(sidecar: CoreMetadata, wheel: CoreMetadata): Contradiction | undefined {
  const texts = ({ requiresDist, invalidRequirements }: CoreMetadata): string[] => [
    ...requiresDist.map(formatRequirement),
    ...invalidRequirements.map(({ text }) => text),
  ];
  const said = texts(sidecar);
  const found = texts(wheel);
  if (said.join("\n") === found.join("\n")) return undefined;
  const invalid = ({ invalidRequirements }: CoreMetadata): string =>
    [...new Set(invalidRequirements.map(({ text }) => text))].sort().join("\n");
  if (invalid(sidecar) === invalid(wheel) && needTheSame(sidecar.requiresDist, wheel.requiresDist))
    return undefined;
  return (
    differentLists("Requires-Dist", said, found) ?? {
      field: "Requires-Dist",
      ...both(said, found),
    }
  );
}

/** Requirements of one name, extras and versions say the same as one whose marker is that of any of them. */
function needTheSame(some: readonly Requirement[], others: readonly Requirement[]): boolean {
  const algebra = new MarkerAlgebra();
  const needs = (requirements: readonly Requirement[]): Map<string, MarkerDiagram> => {
    const all = new Map<string, MarkerDiagram>();
    for (const requirement of requirements) {
      const key = meaningOf(requirement);
      const marker = algebra.of(requirement.marker);
      const before = all.get(key);
      all.set(key, before === undefined ? marker : algebra.or(before, marker));
    }
    return all;
  };
  const first = needs(some);
  const second = needs(others);
  return (
    first.size === second.size &&
    [...first].every(([key, marker]) => {
      const other = second.get(key);
      return other !== undefined && algebra.areEqual(marker, other);
    })
  );
}

function meaningOf({ name, extras, specifier, url }: Requirement): string {
  return JSON.stringify([name, [...extras].sort(), url, ...versionsOf(specifier)]);
}

function versionsOf({ range, arbitrary, asksForPrereleases }: SpecifierSet): unknown[] {
  return [range, [...arbitrary].sort(), asksForPrereleases];
}

function differentPython(
  said: string | undefined,
  found: string | undefined,
): Contradiction | undefined {
  if (said === found) return undefined;
  const meaning = (text: string | undefined): string | undefined => {
    const set = text === undefined ? undefined : parseRequiresPython(text);
    return set === undefined ? undefined : JSON.stringify(versionsOf(set));
  };
  const everything = JSON.stringify(versionsOf(parseRequiresPython("") as SpecifierSet));
  if ((meaning(said) ?? everything) === (meaning(found) ?? everything)) return undefined;
  const list = (text: string | undefined): string[] => (text === undefined ? [] : [text]);
  return { field: "Requires-Python", ...both(list(said), list(found)) };
}

/** What only one of the two has. */
function differentLists(
  field: string,
  said: readonly string[],
  found: readonly string[],
): Contradiction | undefined {
  const onlySaid = said.filter((text) => !found.includes(text));
  const onlyFound = found.filter((text) => !said.includes(text));
  if (onlySaid.length + onlyFound.length === 0) return undefined;
  return { field, ...both(onlySaid, onlyFound) };
}

function both(
  said: readonly string[],
  found: readonly string[],
): Pick<Contradiction, "said" | "found"> {
  return { said: listed(said), found: listed(found) };
}

const mostNamed = 5;

function listed(texts: readonly string[]): string {
  if (texts.length === 0) return "not there";
  const named = [...texts].sort(compareText).slice(0, mostNamed);
  const rest = texts.length - named.length;
  const list = named.map((text) => `\`${text}\``).join(", ");
  return rest === 0 ? list : `${list} and ${rest} more`;
}

const decoder = new TextDecoder();
