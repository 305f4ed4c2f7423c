import type { Cause, Incompatibility } from "#pubgrub/incompatibility";
import type { MarkerDiagram } from "#standards/marker-algebra";
import type { NormalizedName } from "#standards/name";
import type { VersionRange } from "#standards/version-range";
import type { Candidate } from "./_candidate.ts";
import type { ExtraPackage, Package } from "./_packages.ts";
import type { Project } from "./_project.ts";
import type { Refusal } from "./_refusal.ts";
import type { RegionProvider } from "./_region-provider.ts";
import type { AskedRequirement } from "./request.ts";

type Fact = Incompatibility<Package, VersionRange>;

/**
 * A marker that divides the region, of some requirement that a proof rests on: the proof is true where the requirement
 * holds and may say nothing of the rest. `undefined` when everything in it holds throughout.
 */
export function divisionOfProof(
  rootCause: Fact,
  provider: RegionProvider,
): MarkerDiagram | undefined {
  const seen = new Set<Fact>();
  const pending = [rootCause];
  while (pending.length > 0) {
    const fact = pending.pop() as Fact;
    if (seen.has(fact)) continue;
    seen.add(fact);
    const { cause } = fact;
    if (cause.kind === "derived") {
      pending.push(cause.right, cause.left);
      continue;
    }
    for (const condition of conditionsOf(fact, cause, provider))
      if (provider.region.relation(condition) === "somewhere") return condition;
  }
  return undefined;
}

function* conditionsOf(
  { terms }: Fact,
  cause: Exclude<Cause<Package, VersionRange>, { kind: "derived" }>,
  provider: RegionProvider,
): Iterable<MarkerDiagram> {
  const { territory } = provider.region;
  const subject = terms[0]?.package;
  const project = subject?.kind === "extra" ? subject.project : subject;
  switch (cause.kind) {
    case "asked": {
      const asked = cause.note as AskedRequirement | undefined;
      for (const { requirement, condition } of provider.wantedRoots())
        if (requirement.name === asked?.requirement.name) yield condition;
      return;
    }
    case "demand": {
      if (project?.kind !== "project") return;
      const wanted = cause.demand.package;
      const option = cause.option as ExtraPackage | undefined;
      const name = wanted.kind === "python" ? undefined : nameOfPackage(wanted);
      for (const candidate of candidatesIn(project, terms[0]?.range ?? [])) {
        if (name !== undefined) yield* conditionsFor(candidate, option, name, provider);
        else for (const text of pythonsOf(candidate)) yield territory.floor(text).from;
      }
      return;
    }
    case "unusable": {
      if (project?.kind !== "project") return;
      const reason = cause.reason as Refusal;
      if (reason.kind === "constraint") yield* provider.conditionsOfConstraints(project.name);
      if (reason.kind === "url-conflict" || reason.kind === "url-from-index")
        for (const candidate of candidatesIn(project, terms[0]?.range ?? []))
          for (const extra of [undefined, ...project.extras.values()])
            yield* conditionsFor(candidate, extra, reason.name, provider);
      return;
    }
    case "no-versions":
      return;
    default:
      return cause satisfies never;
  }
}

function* conditionsFor(
  candidate: Candidate,
  option: ExtraPackage | undefined,
  name: NormalizedName,
  provider: RegionProvider,
): Iterable<MarkerDiagram> {
  const { metadata } = candidate;
  if (metadata === undefined || metadata instanceof Promise || metadata.kind !== "metadata") return;
  for (const { requirement, condition } of provider.wantedBy(metadata.metadata, option?.extra))
    if (requirement.name === name) yield condition;
}

function* pythonsOf({ files, metadata }: Candidate): Iterable<string> {
  for (const { requiresPython } of files) if (requiresPython !== undefined) yield requiresPython;
  if (metadata === undefined || metadata instanceof Promise || metadata.kind !== "metadata") return;
  if (metadata.metadata.requiresPython !== undefined) yield metadata.metadata.requiresPython;
}

function* candidatesIn(project: Project, range: VersionRange): Iterable<Candidate> {
  if (project.installed !== undefined) yield project.installed;
  const spans = project.spans(range);
  for (let i = 0; i < spans.length; i += 2)
    for (let at = spans[i] as number; at < (spans[i + 1] as number); at++)
      yield project.candidate(at);
}

function nameOfPackage(dependency: Exclude<Package, { kind: "python" }>): NormalizedName {
  return dependency.kind === "extra" ? dependency.project.name : dependency.name;
}
