import { PkmError } from "#base/errors";
import { withoutCredentials } from "#base/url";
import type { ProjectFile, ProjectListing } from "#repository/listing";
import type { MetadataAnswer, NoListing } from "#repository/repositories";
import type {
  AskedRequirement,
  InstalledCandidate,
  MarkedPreference,
  Preference,
  ResolveRequest,
} from "#resolver/request";
import type { SourceTree } from "#resolver/resolution";
import type { DirectCandidate, MetadataSource } from "#resolver/sources";
import type { UniversalRequest } from "#resolver/universal";
import { formatMarker, parseMarker } from "#standards/marker";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";
import { formatRequirement, parseRequirement } from "#standards/requirement";
import { parseSpecifierSet } from "#standards/specifier-set";
import { parseSourceFilename } from "#standards/sdist-filename";
import { parseVersion } from "#standards/version";
import { parseWheelFilename } from "#standards/wheel-filename";
import { type Answered, directKey } from "./recording.ts";
import type { AskedQuestion, FailedQuestion } from "./resolve-requirements.ts";

/** Rises whenever the form or the meaning of a problem changes. */
export const problemForm = "pkm-problem-2";

/**
 * A question with everything that was seen of the world on the way to its answer, as plain JSON without secrets:
 * whoever asks it again gets the same answer, on any machine, without a network.
 */
export type Problem = {
  readonly form: typeof problemForm;
  readonly question: KeptQuestion;
  readonly seen: KeptWorld;
};

type KeptAsked = {
  readonly text: string;
  readonly origin: string;
  readonly hashes?: AskedRequirement["hashes"];
  readonly editable?: true;
};
type KeptTags = readonly (readonly [string, readonly (readonly [string, number])[]])[];
type KeptPreference = readonly [
  name: NormalizedName,
  version: string,
  from: Preference["from"],
  marker?: string,
];
type KeptQuestion = {
  readonly roots: readonly KeptAsked[];
  readonly constraints: readonly KeptAsked[];
  readonly overrides: readonly KeptAsked[];
  readonly policy: Omit<ResolveRequest["policy"], "formats" | "releases"> & {
    readonly binaries: KeptNames;
    readonly releases?: KeptNames;
    readonly preferBinary?: boolean;
  };
  readonly preferences: readonly KeptPreference[];
  readonly machines: KeptMachine | KeptMachines;
};
type KeptMachine = {
  readonly python: string;
  readonly description: string;
  readonly markers: ResolveRequest["target"]["markers"];
  readonly platforms: readonly (readonly [string, number])[];
  readonly blocks: KeptTags;
  readonly pure: KeptTags;
  readonly installed?: readonly {
    readonly name: NormalizedName;
    readonly version: string;
    readonly url?: string;
    readonly metadata?: string;
  }[];
};
type KeptMachines = {
  readonly supported: string;
  readonly environments: readonly string[];
  readonly required: readonly string[];
  readonly exclusive?: readonly (readonly string[])[];
  readonly forkStrategy: UniversalRequest["forkStrategy"];
};
type KeptNames = { readonly first: readonly string[]; readonly second: readonly string[] };

type KeptFile = Omit<ProjectFile, "identity" | "url" | "repository"> & {
  readonly kind: "wheel" | "sdist";
  readonly repository?: string;
};
type KeptListing =
  | NoListing
  | (Omit<ProjectListing, "releases" | "skipped" | "name"> & {
      readonly releases: readonly (readonly [version: string, files: readonly KeptFile[]])[];
    });
type KeptMetadata =
  | { readonly kind: "metadata"; readonly text: string }
  | Exclude<MetadataAnswer, { readonly kind: "metadata" }>;
type KeptDirect =
  | { readonly kind: "file"; readonly file: KeptFile; readonly text: string }
  | { readonly kind: "tree"; readonly tree: SourceTree; readonly text: string }
  | Extract<DirectCandidate, { readonly kind: "needs-build" }>;
type KeptWorld = {
  readonly listings: readonly (readonly [NormalizedName, Answered<KeptListing>])[];
  readonly metadata: readonly (readonly [string, Answered<KeptMetadata>])[];
  readonly directs: readonly (readonly [string, Answered<KeptDirect>])[];
};

/** Packs a question and what a recording has seen. */
export function packProblem(question: FailedQuestion): Problem {
  const { request, source } = question;
  const packer = new Packer(request);
  return {
    form: problemForm,
    question: {
      roots: request.roots.map(packAsked),
      constraints: request.constraints.map(packAsked),
      overrides: request.overrides.map(packAsked),
      policy: packPolicy(request.policy),
      ...(question.machines === "one"
        ? packMachine(question.request)
        : packMachines(question.request)),
    },
    seen: {
      listings: entriesOf(source.listings, (answer) => packer.listing(answer)),
      metadata: entriesOf(source.files, packMetadata),
      directs: entriesOf(source.directs, (answer) => packer.direct(answer)).map(
        ([key, answer]) => [withoutSecrets(key), answer] as const,
      ),
    },
  };
}

/** The question of a problem, and a source that answers it from what was seen. */
export function unpackProblem({ question, seen }: Problem): AskedQuestion & {
  readonly source: MetadataSource;
} {
  const { machines, preferences } = question;
  const asked = {
    roots: question.roots.map(unpackAsked),
    constraints: question.constraints.map(unpackAsked),
    overrides: question.overrides.map(unpackAsked),
    policy: unpackPolicy(question.policy),
  };
  const source = new ReplayedMetadata(seen);
  return "supported" in machines
    ? { machines: "many", request: { ...asked, ...unpackMachines(machines, preferences) }, source }
    : { machines: "one", request: { ...asked, ...unpackMachine(machines, preferences) }, source };
}

function packPolicy({
  formats,
  releases,
  ...plain
}: ResolveRequest["policy"]): KeptQuestion["policy"] {
  const names = ({ first, second }: typeof formats.binaries): KeptNames => ({
    first: [...first].sort(),
    second: [...second].sort(),
  });
  return {
    ...plain,
    binaries: names(formats.binaries),
    ...(releases === undefined ? {} : { releases: names(releases) }),
    ...(formats.preferBinary === undefined ? {} : { preferBinary: formats.preferBinary }),
  };
}

function unpackPolicy({
  binaries,
  releases,
  preferBinary,
  ...plain
}: KeptQuestion["policy"]): ResolveRequest["policy"] {
  const names = ({
    first,
    second,
  }: KeptNames): ResolveRequest["policy"]["formats"]["binaries"] => ({
    first: new Set(first),
    second: new Set(second),
  });
  return {
    ...plain,
    formats: {
      binaries: names(binaries),
      ...(preferBinary === undefined ? {} : { preferBinary }),
    },
    ...(releases === undefined ? {} : { releases: names(releases) }),
    // JSON has no undefined.
    excludeNewer: plain.excludeNewer ?? undefined,
  };
}

function packMachine({
  target,
  installed,
  preferences,
}: ResolveRequest): Pick<KeptQuestion, "machines" | "preferences"> {
  return {
    preferences: [...preferences].map(([name, { version, from }]) => [name, version.text, from]),
    machines: {
      python: target.python.text,
      description: target.description,
      markers: target.markers,
      platforms: [...target.tags.platforms],
      blocks: packTags(target.tags.blocks),
      pure: packTags(target.tags.pure),
      ...(installed === undefined
        ? {}
        : {
            installed: [...installed].map(([name, { version, metadata, url }]) => {
              const known = metadata();
              return {
                name,
                version: version.text,
                ...(url === undefined ? {} : { url: withoutSecrets(url) }),
                ...(known === undefined ? {} : { metadata: metadataText(known) }),
              };
            }),
          }),
    },
  };
}

function unpackMachine(
  { installed, ...target }: KeptMachine,
  preferences: readonly KeptPreference[],
): Pick<ResolveRequest, "target" | "preferences" | "installed"> {
  return {
    target: {
      python: parseVersion(target.python),
      description: target.description,
      markers: target.markers,
      tags: {
        platforms: new Map(target.platforms),
        blocks: unpackTags(target.blocks),
        pure: unpackTags(target.pure),
      },
    },
    preferences: new Map(
      preferences.map(([name, version, from]) => [name, { version: parseVersion(version), from }]),
    ),
    ...(installed === undefined
      ? {}
      : {
          installed: new Map(
            installed.map(
              ({ name, version, url, metadata }): [NormalizedName, InstalledCandidate] => [
                name,
                {
                  version: parseVersion(version),
                  url,
                  metadata: () => (metadata === undefined ? undefined : parseMetadata(metadata)),
                },
              ],
            ),
          ),
        }),
  };
}

function packMachines({
  supported,
  forkStrategy,
  preferences,
}: UniversalRequest): Pick<KeptQuestion, "machines" | "preferences"> {
  return {
    preferences: [...preferences].flatMap(([name, pins]) =>
      pins.map(({ version, from, marker }): KeptPreference =>
        marker === undefined
          ? [name, version.text, from]
          : [name, version.text, from, formatMarker(marker)],
      ),
    ),
    machines: {
      supported: supported.python.text,
      environments: supported.environments.map(formatMarker),
      required: supported.required.map(formatMarker),
      ...(supported.exclusive === undefined
        ? {}
        : { exclusive: supported.exclusive.map((list) => list.map(formatMarker)) }),
      forkStrategy,
    },
  };
}

function unpackMachines(
  { supported, environments, required, exclusive, forkStrategy }: KeptMachines,
  kept: readonly KeptPreference[],
): Pick<UniversalRequest, "supported" | "forkStrategy" | "preferences"> {
  const preferences = new Map<NormalizedName, MarkedPreference[]>();
  for (const [name, version, from, marker] of kept)
    preferences.set(name, [
      ...(preferences.get(name) ?? []),
      {
        version: parseVersion(version),
        from,
        ...(marker === undefined ? {} : { marker: parseMarker(marker) }),
      },
    ]);
  return {
    supported: {
      python: parseSpecifierSet(supported),
      environments: environments.map((text) => parseMarker(text)),
      required: required.map((text) => parseMarker(text)),
      ...(exclusive === undefined
        ? {}
        : { exclusive: exclusive.map((list) => list.map((text) => parseMarker(text))) }),
    },
    forkStrategy,
    preferences,
  };
}

/** Answers from what was seen; what nobody asked then is not known. */
class ReplayedMetadata implements MetadataSource {
  readonly #listings: ReadonlyMap<string, Answered<KeptListing>>;
  readonly #metadata: ReadonlyMap<string, Answered<KeptMetadata>>;
  readonly #directs: ReadonlyMap<string, Answered<KeptDirect>>;
  readonly #known = new Map<string, ProjectListing | NoListing>();

  constructor({ listings, metadata, directs }: KeptWorld) {
    this.#listings = new Map(listings);
    this.#metadata = new Map(metadata);
    this.#directs = new Map(directs);
  }

  prefetch(): boolean {
    return false;
  }

  listing(name: NormalizedName): ProjectListing | NoListing {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const kept = answerOf(this.#listings.get(name), name);
    const listing = "kind" in kept ? kept : unpackListing(name, kept);
    this.#known.set(name, listing);
    return listing;
  }

  metadata({ filename }: ProjectFile): MetadataAnswer {
    const kept = answerOf(this.#metadata.get(filename), filename);
    return kept.kind === "metadata"
      ? { kind: "metadata", metadata: parseMetadata(kept.text) }
      : kept;
  }

  async direct(
    url: string,
    name: NormalizedName | undefined,
    editable: boolean,
  ): Promise<DirectCandidate> {
    const kept = answerOf(this.#directs.get(directKey(url, editable)), url);
    switch (kept.kind) {
      case "needs-build":
        return kept;
      case "tree":
        return { kind: "tree", tree: kept.tree, metadata: parseMetadata(kept.text) };
      case "file": {
        const metadata = parseMetadata(kept.text);
        const file = unpackFile(kept.file, url, name ?? metadata.name);
        return { kind: "file", file, metadata };
      }
    }
  }
}

function answerOf<T>(answered: Answered<T> | undefined, what: string): T {
  if (answered?.kind === "answer") return answered.answer;
  throw answered === undefined
    ? new PkmError({
        code: "problem-file-invalid",
        what: `Cannot replay the problem: nothing was seen of ${what}`,
      })
    : new PkmError({ code: answered.code, what: answered.what });
}

class Packer {
  /** Digests matter where some are demanded, and are half of a page. */
  readonly #withHashes: boolean;

  constructor({ roots, constraints }: Pick<ResolveRequest, "roots" | "constraints">) {
    this.#withHashes = [...roots, ...constraints].some(({ hashes }) => hashes.length > 0);
  }

  listing(answer: ProjectListing | NoListing): KeptListing {
    if ("kind" in answer) return answer;
    const { releases, skipped: _skipped, name: _name, ...rest } = answer;
    return {
      ...rest,
      releases: releases.map(({ version, files }) => [
        version.text,
        files.map((file) => this.#file(file, answer.repository)),
      ]),
    };
  }

  direct(answer: DirectCandidate): KeptDirect {
    switch (answer.kind) {
      case "needs-build":
        return { ...answer, url: withoutSecrets(answer.url) };
      case "tree":
        return {
          kind: "tree",
          tree: treeWithoutSecrets(answer.tree),
          text: metadataText(answer.metadata),
        };
      case "file":
        return {
          kind: "file",
          file: this.#file(answer.file, undefined),
          text: metadataText(answer.metadata),
        };
    }
  }

  #file(
    { identity, url: _url, hashes, repository, ...rest }: ProjectFile,
    ofPage?: string,
  ): KeptFile {
    return {
      ...rest,
      kind: identity.kind,
      hashes: this.#withHashes ? hashes : {},
      ...(repository === ofPage ? {} : { repository }),
    };
  }
}

function treeWithoutSecrets(tree: SourceTree): SourceTree {
  switch (tree.kind) {
    case "folder":
      return tree;
    case "archive":
      return { ...tree, url: withoutSecrets(tree.url) };
    case "checkout":
      return { ...tree, git: { ...tree.git, remote: withoutSecrets(tree.git.remote) } };
    default:
      return tree satisfies never;
  }
}

function unpackListing(
  name: NormalizedName,
  { releases, ...rest }: Exclude<KeptListing, NoListing>,
): ProjectListing {
  const { status } = rest;
  return {
    ...rest,
    name,
    status: { status: status.status, reason: status.reason },
    skipped: [],
    releases: releases.map(([version, files]) => ({
      version: parseVersion(version),
      files: files.map((file) =>
        unpackFile({ repository: rest.repository, ...file }, file.filename, name),
      ),
    })),
  };
}

function unpackFile(
  { kind, repository, ...file }: KeptFile,
  url: string,
  name: NormalizedName,
): ProjectFile {
  return {
    ...file,
    url,
    repository: repository ?? "",
    size: file.size,
    requiresPython: file.requiresPython,
    uploadTime: file.uploadTime,
    metadataHashes: file.metadataHashes,
    identity:
      kind === "wheel"
        ? { kind, ...parseWheelFilename(file.filename) }
        : { kind, ...parseSourceFilename(file.filename, name) },
  };
}

function packMetadata(answer: MetadataAnswer): KeptMetadata {
  switch (answer.kind) {
    case "metadata":
      return { kind: "metadata", text: metadataText(answer.metadata) };
    case "needs-build":
      return answer;
    case "invalid":
      return { kind: "invalid", reason: answer.reason };
  }
}

/** As much of METADATA as a resolution looks at. */
function metadataText(metadata: CoreMetadata): string {
  const { requiresPython, providesExtra, requiresDist, invalidRequirements, dynamic } = metadata;
  return [
    `Metadata-Version: ${metadata.metadataVersion}`,
    `Name: ${metadata.displayName}`,
    `Version: ${metadata.version.text}`,
    ...dynamic.map((field) => `Dynamic: ${field}`),
    ...(requiresPython === undefined ? [] : [`Requires-Python: ${requiresPython}`]),
    ...providesExtra.map((extra) => `Provides-Extra: ${extra}`),
    ...requiresDist.map((requirement) => `Requires-Dist: ${safeText(requirement)}`),
    ...invalidRequirements.map(({ text }) => `Requires-Dist: ${text}`),
    "",
    "",
  ].join("\n");
}

function packAsked({ requirement, origin, hashes, editable }: AskedRequirement): KeptAsked {
  return {
    text: safeText(requirement),
    origin,
    ...(hashes.length > 0 ? { hashes } : {}),
    ...(editable === true ? { editable } : {}),
  };
}

function unpackAsked({ text, origin, hashes = [], editable }: KeptAsked): AskedRequirement {
  const requirement = parseRequirement(text);
  return { requirement, origin, hashes, ...(editable === true ? { editable } : {}) };
}

function safeText(requirement: AskedRequirement["requirement"]): string {
  return formatRequirement(
    requirement.url === undefined
      ? requirement
      : { ...requirement, url: withoutSecrets(requirement.url) },
  );
}

/** An address without credentials, and without what signed addresses carry behind the question mark. */
function withoutSecrets(url: string): string {
  return withoutCredentials(url).replace(/\?[^#\s]*/, "");
}

function packTags(tags: ReadonlyMap<string, ReadonlyMap<string, number>>): KeptTags {
  return [...tags].map(([python, abis]) => [python, [...abis]]);
}

function unpackTags(tags: KeptTags): ReadonlyMap<string, ReadonlyMap<string, number>> {
  return new Map(tags.map(([python, abis]) => [python, new Map(abis)]));
}

/** Entries in the order of their keys, which does not depend on what arrived first. */
function entriesOf<K extends string, T, S>(
  map: ReadonlyMap<K, Answered<T>>,
  pack: (answer: T) => S,
): [K, Answered<S>][] {
  return [...map]
    .map(([key, answered]): [K, Answered<S>] => [
      key,
      answered.kind === "answer" ? { kind: "answer", answer: pack(answered.answer) } : answered,
    ])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
