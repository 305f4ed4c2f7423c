import type { ProjectFile, ProjectListing, ProjectStatus, Release } from "#repository/listing";
import type { MetadataAnswer, NoListing } from "#repository/repositories";
import { noNames } from "#standards/format-control";
import type { MarkerEnvironment } from "#standards/marker";
import { type CoreMetadata, parseMetadata } from "#standards/metadata";
import { normalizeName, type NormalizedName } from "#standards/name";
import { parseRequirement } from "#standards/requirement";
import { parseSdistFilename } from "#standards/sdist-filename";
import { tagRanks } from "#standards/tags";
import { compareVersions, parseVersion } from "#standards/version";
import { parseWheelFilename } from "#standards/wheel-filename";
import type {
  AskedRequirement,
  InstalledCandidate,
  Preference,
  ResolutionPolicy,
  ResolutionTarget,
  ResolveRequest,
} from "./request.ts";
import type { ResolveOutcome } from "./resolution.ts";
import type { DirectCandidate, MetadataSource } from "./sources.ts";

/** One version: the requirements of its metadata, or more about it. */
export type ScenarioRelease =
  | readonly string[]
  | {
      readonly needs?: readonly string[];
      readonly extras?: readonly string[];
      /** On the page and in the metadata; `metadataPython` in the metadata alone. */
      readonly python?: string;
      readonly metadataPython?: string;
      readonly yanked?: string;
      readonly uploaded?: string;
      /** Tags of wheels (`py3-none-any`, with a build number `1-py3-none-any`), or `sdist`; one plain wheel if absent. */
      readonly files?: readonly string[];
      readonly sha256?: string;
      /** What the metadata turns out to be instead. */
      readonly metadata?: { readonly needsBuild: string } | { readonly invalid: string };
    };

export type ScenarioProject = {
  readonly status?: ProjectStatus["status"];
  readonly releases: Readonly<Record<string, ScenarioRelease>>;
};

export type ScenarioProjects = Readonly<
  Record<string, ScenarioProject | Readonly<Record<string, ScenarioRelease>>>
>;

/** A story of the resolver as data. */
export type Scenario = {
  /** What this shows, as a sentence. */
  readonly tells: string;
  readonly projects: ScenarioProjects;
  /** What stands behind URLs and paths: `name version` and its requirements. */
  readonly directs?: Readonly<
    Record<
      string,
      | { readonly is: string; readonly needs?: readonly string[]; readonly folder?: true }
      | { readonly needsBuild: string }
    >
  >;
  /** Requirements, with ` --hash=sha256:…` after them if they have any. */
  readonly ask: readonly string[];
  readonly constraints?: readonly string[];
  readonly overrides?: readonly string[];
  readonly python?: string;
  readonly policy?: Partial<ResolutionPolicy>;
  readonly noBinary?: readonly string[];
  readonly onlyBinary?: readonly string[];
  readonly prefer?: readonly string[];
  readonly installed?: Readonly<Record<string, readonly string[]>>;
  /** Installed, and to be upgraded. */
  readonly upgrade?: readonly string[];
  readonly expect: Expected;
};

export type Expected =
  | {
      /** `name==version`, with extras. */
      readonly packages: readonly string[];
      readonly attempts?: number;
      readonly warnings?: readonly string[];
      /** `name version kind`. */
      readonly passedOver?: readonly string[];
    }
  | { readonly failure: readonly string[]; readonly attempts?: number };

const sha = "0".repeat(64);

export function targetFor(python: string): ResolutionTarget {
  const version = parseVersion(python);
  const [major = 3, minor = 11] = version.release.map(Number);
  const short = `${major}.${minor}`;
  const abi = `cp${major}${minor}`;
  const markers: MarkerEnvironment = {
    implementation_name: "cpython",
    implementation_version: version.text,
    os_name: "posix",
    platform_machine: "x86_64",
    platform_python_implementation: "CPython",
    platform_release: "6.1.0",
    platform_system: "Linux",
    platform_version: "#1 SMP",
    python_full_version: version.text,
    python_version: short,
    sys_platform: "linux",
  };
  const tags = tagRanks({
    implementation: "cpython",
    python: [major, minor],
    abis: [abi],
    platforms: ["manylinux_2_28_x86_64", "manylinux2014_x86_64", "linux_x86_64"],
  });
  return {
    python: version,
    markers,
    tags,
    description: `Python ${short} on x86_64-manylinux_2_28`,
  };
}

const ordinaryPolicy: ResolutionPolicy = {
  strategy: "highest",
  prerelease: "if-necessary",
  excludeNewer: undefined,
  formats: { binaries: noNames },
  followDependencies: true,
  requireHashes: false,
  purpose: "compile",
};

export function requestOf(scenario: Scenario): ResolveRequest {
  const asked =
    (origin: string) =>
    (text: string, line: number): AskedRequirement => {
      const [requirement = "", ...options] = text.split(" --hash=");
      const editable = requirement.startsWith("-e ");
      return {
        requirement: parseRequirement(editable ? requirement.slice(3) : requirement),
        origin: `${origin} (line ${line + 1})`,
        hashes: options.map((option) => {
          const [algorithm = "", hex = ""] = option.trim().split(":");
          return { algorithm, hex };
        }),
        ...(editable ? { editable } : {}),
      };
    };
  const { noBinary = [], onlyBinary = [] } = scenario;
  const preferences = new Map<NormalizedName, Preference>();
  for (const text of scenario.prefer ?? []) {
    const [name = "", version = ""] = text.split("==");
    preferences.set(normalizeName(name), { version: parseVersion(version), from: "output" });
  }
  const installed = new Map<NormalizedName, InstalledCandidate>();
  for (const [text, needs] of Object.entries(scenario.installed ?? {})) {
    const [name = "", version = ""] = text.split("==");
    installed.set(normalizeName(name), {
      version: parseVersion(version),
      metadata: () => metadataOf(name, version, { needs }),
      url: undefined,
      givesWay: scenario.upgrade?.includes(name) === true,
    });
  }
  return {
    roots: scenario.ask.map(asked("requirements.in")),
    constraints: (scenario.constraints ?? []).map(asked("constraints.txt")),
    overrides: (scenario.overrides ?? []).map(asked("overrides.txt")),
    target: targetFor(scenario.python ?? "3.11.4"),
    policy: {
      ...ordinaryPolicy,
      formats: { binaries: { first: new Set(noBinary), second: new Set(onlyBinary) } },
      ...scenario.policy,
    },
    preferences,
    ...(scenario.installed === undefined ? {} : { installed }),
  };
}

/** The world of a scenario. With `slowly`, every answer comes as a promise. */
export class ScenarioSource implements MetadataSource {
  readonly listed: string[] = [];
  readonly prefetched: string[] = [];
  readonly read: string[] = [];
  private readonly scenario: Pick<Scenario, "projects" | "directs">;
  private readonly slowly: boolean;
  private readonly releases = new Map<ProjectFile, ScenarioRelease>();

  constructor(scenario: Pick<Scenario, "projects" | "directs">, slowly: boolean = false) {
    this.scenario = scenario;
    this.slowly = slowly;
  }

  prefetch(names: Iterable<NormalizedName>): boolean {
    this.prefetched.push(...names);
    return this.slowly;
  }

  listing(name: NormalizedName): ProjectListing | NoListing | Promise<ProjectListing | NoListing> {
    this.listed.push(name);
    return this.soon(this.page(name));
  }

  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer> {
    this.read.push(file.filename);
    return this.soon(this.metadataOf(file));
  }

  async direct(
    url: string,
    _name: NormalizedName | undefined,
    editable: boolean,
  ): Promise<DirectCandidate> {
    const found = this.scenario.directs?.[url];
    if (found === undefined) throw new Error(`the scenario has nothing at ${url}`);
    if ("needsBuild" in found) return { kind: "needs-build", url, reason: found.needsBuild };
    const [name = "", version = ""] = found.is.split(" ");
    const metadata = metadataOf(name, version, found.needs ?? []);
    if (found.folder === true)
      return { kind: "tree", tree: { kind: "folder", path: url, editable }, metadata };
    return { kind: "file", file: fileOf(name, version, "py3-none-any", {}), metadata };
  }

  private page(name: NormalizedName): ProjectListing | NoListing {
    const project = this.scenario.projects[name];
    if (project === undefined)
      return { kind: "unknown", asked: [{ repository: "index.example", answer: "404" }] };
    const { status, releases } = isProject(project)
      ? { status: project.status ?? "active", releases: project.releases }
      : { status: "active" as const, releases: project };
    const listed: Release[] = [];
    for (const [version, release] of Object.entries(releases)) {
      const more =
        "length" in release ? {} : (release as Exclude<ScenarioRelease, readonly string[]>);
      const files = (more.files ?? ["py3-none-any"]).map((tag) => fileOf(name, version, tag, more));
      for (const file of files) this.releases.set(file, release);
      listed.push({ version: parseVersion(version), files });
    }
    listed.sort((a, b) => compareVersions(b.version, a.version));
    return {
      name,
      repository: "index.example",
      status: { status, reason: undefined },
      releases: listed,
      skipped: [],
    };
  }

  private metadataOf(file: ProjectFile): MetadataAnswer {
    const release = this.releases.get(file);
    if (release === undefined) throw new Error(`the scenario does not know ${file.filename}`);
    if (!("length" in release) && release.metadata !== undefined) {
      const told = release.metadata;
      return "invalid" in told
        ? { kind: "invalid", reason: told.invalid }
        : { kind: "needs-build", reason: told.needsBuild };
    }
    const { name, version } = file.identity;
    return { kind: "metadata", metadata: metadataOf(name, version.text, release) };
  }

  private soon<T>(value: T): T | Promise<T> {
    return this.slowly ? Promise.resolve(value) : value;
  }
}

function isProject(
  project: ScenarioProject | Readonly<Record<string, ScenarioRelease>>,
): project is ScenarioProject {
  return "releases" in project;
}

function fileOf(
  name: string,
  version: string,
  tag: string,
  more: Exclude<ScenarioRelease, readonly string[]>,
): ProjectFile {
  const stem = `${name.replaceAll("-", "_")}-${version}`;
  const filename = tag === "sdist" ? `${stem}.tar.gz` : `${stem}-${tag}.whl`;
  return {
    filename,
    url: `https://files.index.example/${filename}`,
    identity:
      tag === "sdist"
        ? { kind: "sdist", ...parseSdistFilename(filename) }
        : { kind: "wheel", ...parseWheelFilename(filename) },
    hashes: { sha256: more.sha256 ?? sha },
    size: 1000,
    requiresPython: more.python,
    yanked: more.yanked ?? false,
    uploadTime: more.uploaded === undefined ? undefined : Date.parse(more.uploaded),
    metadataHashes: undefined,
    repository: "index.example",
  };
}

function metadataOf(name: string, version: string, release: ScenarioRelease): CoreMetadata {
  const more =
    "length" in release
      ? { needs: release }
      : (release as Exclude<ScenarioRelease, readonly string[]>);
  const python =
    ("metadataPython" in more ? more.metadataPython : undefined) ??
    ("python" in more ? more.python : undefined);
  const lines = [
    "Metadata-Version: 2.3",
    `Name: ${name}`,
    `Version: ${version}`,
    ...(python === undefined ? [] : [`Requires-Python: ${python}`]),
    ...("extras" in more ? (more.extras ?? []) : []).map((extra) => `Provides-Extra: ${extra}`),
    ...(more.needs ?? []).map((text) => `Requires-Dist: ${text}`),
  ];
  return parseMetadata(`${lines.join("\n")}\n\n`);
}

/** An outcome in the words of {@link Expected}, with everything that `expected` mentions. */
export function told(outcome: ResolveOutcome, expected: Expected): Expected {
  const counted = <T extends { attempts: number }>({ attempts }: T): { attempts?: number } =>
    expected.attempts === undefined ? {} : { attempts };
  if (outcome.kind === "unsolvable") {
    const { failure } = outcome;
    return { failure: failure.explanation.split("\n"), ...counted(failure) };
  }
  const { resolution } = outcome;
  return {
    packages: resolution.packages.map(({ name, extras, version }) =>
      extras.length === 0
        ? `${name}==${version.text}`
        : `${name}[${extras.join(",")}]==${version.text}`,
    ),
    ...counted(resolution),
    ...("warnings" in expected ? { warnings: resolution.warnings } : {}),
    ...("passedOver" in expected
      ? {
          passedOver: resolution.passedOver?.map(
            ({ name, version, reason }) => `${name} ${version.text} ${reason.kind}`,
          ),
        }
      : {}),
  };
}
