import { withoutCredentials } from "#base/url";
import type { Incompatibility, Term } from "#pubgrub/incompatibility";
import { formatRequirement, type Requirement } from "#standards/requirement";
import { describeRange, formatSpecifierSet } from "#standards/specifier-set";
import type { Version } from "#standards/version";
import { afterLocals, infinityKey, type VersionKey } from "#standards/version-key";
import { isEmpty, isFull, rangeEquals, union, type VersionRange } from "#standards/version-range";
import { verdictOf } from "./_candidate.ts";
import type { Package, WordedDemand } from "./_packages.ts";
import type { Project } from "./_project.ts";
import type { Refusal } from "./_refusal.ts";
import type { PythonProvider } from "./provider.ts";

type VersionTerm = Term<Package, VersionRange>;

/** Some versions of a package as the subject of a sentence, and whether the verb is in the plural. */
type Subject = {
  readonly text: string;
  readonly many: boolean;
  readonly versions: readonly Version[];
};

const mostTags = 4;
const mostWords = 8;

/** Facts of a resolution as English sentences, without capital and full stop. */
export class Speech {
  readonly target: string;
  private readonly provider: PythonProvider;
  private readonly demanded: readonly WordedDemand[];

  /** `facts` are those of the proof: somebody's words say more than the bounds of a range. */
  constructor(provider: PythonProvider, facts: readonly Incompatibility<Package, VersionRange>[]) {
    this.provider = provider;
    this.demanded = facts.flatMap(({ cause }) =>
      cause.kind === "asked" || cause.kind === "demand" ? (cause.demand as WordedDemand) : [],
    );
    this.target = provider.policy.target.description;
  }

  /** A requirement as messages may show it. */
  static requirement(requirement: Requirement): string {
    return withoutCredentials(formatRequirement(requirement)).replace(
      /@ ([a-z][a-z0-9+.-]*:\/\/)[^/?#\s]*@/i,
      "@ $1",
    );
  }

  /** Where something was asked, as the subject of a sentence: `requirements.in (line 3)`. */
  static place(origin: string): string {
    return origin.replace(/^-[rc] /, "");
  }

  /** A requirement in a headline: name, extras and versions. */
  asked({ name, extras, specifier, url }: Requirement): string {
    const what = extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
    return url === undefined ? what + formatSpecifierSet(specifier) : what;
  }

  list(words: readonly string[]): string {
    if (words.length <= 1) return words.join("");
    return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
  }

  demand(
    subject: VersionTerm | undefined,
    option: Package | undefined,
    demand: WordedDemand,
  ): string {
    const { text, many } = this.subject(subject, option);
    const needs = `${text} ${many ? "need" : "needs"}`;
    const wanted = demand.package;
    if (wanted.kind === "python")
      return `${needs} Python ${describeRange(demand.range)}, and the target is ${this.target}`;
    const words = demand.specifier === undefined ? undefined : formatSpecifierSet(demand.specifier);
    return `${needs} ${this.package(wanted, demand.range, words)}`;
  }

  /** What versions of one package need, taken together: each of them needs one of these. */
  demands(facts: readonly Incompatibility<Package, VersionRange>[]): string {
    const subject = facts
      .flatMap(({ terms }) => terms[0] ?? [])
      .reduce((all, term) => ({ ...all, range: union(all.range, term.range) }));
    const wanted: string[] = [];
    let option: Package | undefined;
    for (const { cause } of facts) {
      if (cause.kind !== "demand") continue;
      option = cause.option;
      const { package: dependency, range, specifier } = cause.demand as WordedDemand;
      const words = specifier === undefined ? undefined : formatSpecifierSet(specifier);
      wanted.push(this.package(dependency, range, words));
    }
    const { text, many } = this.subject(subject, option);
    const last = wanted.pop();
    return `${text} ${many ? "need" : "needs"} ${wanted.join(", ")} or ${last}`;
  }

  notFound(names: readonly string[], reason: Refusal | undefined): string {
    const asked =
      reason?.kind === "not-found"
        ? reason.asked.map(({ repository, answer }) => `${repository} (${answer})`)
        : [];
    const are = `${this.list(names.map((name) => `\`${name}\``))} ${names.length > 1 ? "are" : "is"}`;
    return asked.length === 0
      ? `${are} not found: no repository was asked`
      : `${are} not found in ${this.list(asked)}`;
  }

  /** The existing versions of a term, newest first. */
  versionsOf({ package: dependency, range }: VersionTerm): string[] {
    const project = projectOf(dependency);
    return project === undefined ? [] : versionsIn(project, range).map(({ text }) => text);
  }

  noVersions(subject: VersionTerm | undefined): string {
    const project = subject === undefined ? undefined : projectOf(subject.package);
    if (subject === undefined || project === undefined) return "there is no such version";
    const [newest] = project.toldVersions;
    if (newest === undefined) return `\`${project.name}\` has no versions`;
    if (isFull(subject.range)) return `\`${project.name}\` has no version that can be used`;
    const words = this.demanded.find(
      ({ package: wanted, range: asked, specifier }) =>
        wanted === project && specifier !== undefined && rangeEquals(asked, subject.range),
    )?.specifier;
    const range =
      words === undefined
        ? describeRange(subject.range, project.toldVersions)
        : formatSpecifierSet(words);
    if (project.direct !== undefined)
      return `\`${project.name}\` has no version ${range}: ${withoutCredentials(project.direct.url)} is ${newest.text}`;
    const oldest = project.toldVersions.at(-1) as Version;
    const known =
      newest === oldest
        ? `the only one is ${newest.text}`
        : `there are ${project.toldVersions.length}, from ${oldest.text} to ${newest.text}`;
    return `\`${project.name}\` has no version ${range}; ${known}`;
  }

  refusal(subject: VersionTerm | undefined, reason: Refusal): string {
    const project = subject === undefined ? undefined : projectOf(subject.package);
    const { text, many, versions } = this.subject(subject, undefined);
    const name = `\`${project?.name ?? ""}\``;
    const are = many ? "are" : "is";
    const have = many ? "have" : "has";
    switch (reason.kind) {
      case "yanked": {
        const why = versions.length === 1 && reason.reason !== "" ? ` (${reason.reason})` : "";
        return `${text} ${are} yanked${why}, and nothing pins ${many ? "them" : "it"}`;
      }
      case "newer-than-limit": {
        const limit = this.provider.policy.dateLimit;
        const date = limit === undefined ? "" : `, ${limitText(limit)}`;
        return `${text} ${many ? "were" : "was"} uploaded after the date limit${date}`;
      }
      case "no-upload-time":
        return `${this.repositoryOf(project)} gives no upload time for ${text}, which the date limit needs`;
      case "requires-python":
        return `${text} ${many ? "need" : "needs"} Python ${reason.specifier}, and the target is ${this.target}`;
      case "no-compatible-wheel":
        return `${text} ${have} no wheel for ${this.target}${this.tags(project, versions)}`;
      case "needs-build":
        return `${text} would have to be built, and nothing may be built here: ${reason.reason}`;
      case "format-excluded":
        return reason.format === "wheel"
          ? `${text} ${have} nothing but wheels, which are excluded`
          : `${text} ${have} no wheel, and sdists are excluded`;
      case "status":
        return `${name} is ${reason.status} on ${this.repositoryOf(project)}`;
      case "hash":
        return `no file of ${text} has one of the hashes that are demanded`;
      case "pre-release":
        return `${text} ${many ? "are pre-releases" : "is a pre-release"}, which ${are} not allowed`;
      case "constraint":
        return `${Speech.place(reason.origin)} restricts ${name} to \`${reason.requirement}\``;
      case "invalid-metadata":
        return `the metadata of ${text} ${are} invalid: ${reason.reason}`;
      case "lower-priority":
        return `${text} ${are} offered by ${reason.repository} only, which has a lower priority`;
      case "not-found":
        return this.notFound(project === undefined ? [] : [project.name], reason);
      case "no-hash-given":
        return `no hash is given for ${name}, and hashes are required for everything`;
      case "url-from-index":
        return `${text} ${many ? "want" : "wants"} \`${reason.name}\` from ${withoutCredentials(reason.url)}, which a package from an index may not decide`;
      case "url-conflict":
        return `${text} ${many ? "want" : "wants"} \`${reason.name}\` from ${withoutCredentials(reason.url)}, and ${Speech.place(reason.otherOrigin)} from ${withoutCredentials(reason.otherUrl)}`;
    }
  }

  /** What an incompatibility says, for the steps of a derivation. */
  statement({ terms }: Incompatibility<Package, VersionRange>): string {
    const positive = terms.filter((term) => term.positive && !isUnrestrictedExtra(term));
    const options = terms.filter((term) => term.positive && isUnrestrictedExtra(term));
    const negative = terms.filter((term) => !term.positive);
    const selected = [...positive, ...options].map((term) => this.term(term));
    const wanted = negative.map((term) => this.term(term)).join(" or ");
    if (selected.length === 0) return wanted === "" ? "there is no answer" : `${wanted} is needed`;
    const both = this.list(selected);
    if (wanted !== "") return `${both} ${selected.length > 1 ? "need" : "needs"} ${wanted}`;
    return selected.length > 1 ? `${both} exclude each other` : `${both} cannot be used`;
  }

  private term({ package: dependency, range }: VersionTerm): string {
    return this.package(dependency, range);
  }

  /** `words` are those of a requirement; without them the range is described. */
  private package(dependency: Package, range: VersionRange, words?: string): string {
    if (dependency.kind === "python") return `Python ${describeRange(range)}`;
    if (dependency.kind === "extra") return `\`${dependency.project.name}[${dependency.extra}]\``;
    const versions = words ?? (isFull(range) ? "" : this.versionsIn(dependency, range));
    return versions.includes(" ")
      ? `\`${dependency.name}\` ${versions}`
      : `\`${dependency.name}${versions}\``;
  }

  private subject(term: VersionTerm | undefined, option: Package | undefined): Subject {
    const project = term === undefined ? undefined : projectOf(term.package);
    if (term === undefined || project === undefined)
      return { text: "Python", many: false, versions: [] };
    const name = `\`${option?.kind === "extra" ? `${project.name}[${option.extra}]` : project.name}\``;
    const versions = versionsIn(project, term.range);
    const [newest, older] = versions;
    if (newest === undefined) {
      const range = isFull(term.range) ? "" : ` ${describeRange(term.range)}`;
      return { text: name + range, many: false, versions };
    }
    if (versions.length === project.toldVersions.length && versions.length > 1)
      return { text: `every version of ${name}`, many: false, versions };
    if (older === undefined) return { text: `${name} ${newest.text}`, many: false, versions };
    if (versions.length === 2)
      return { text: `${name} ${older.text} and ${newest.text}`, many: true, versions };
    return { text: `${name} ${this.versionsIn(project, term.range)}`, many: false, versions };
  }

  /** Bounds are versions that exist, where any lie in the range. */
  private versionsIn(project: Project, range: VersionRange): string {
    const existing = betweenExisting(project, range);
    return describeRange(isEmpty(existing) ? range : existing, project.toldVersions);
  }

  private tags(project: Project | undefined, versions: readonly Version[]): string {
    const tags = new Set<string>();
    for (const version of versions) {
      const position = project?.positionOf(version.key);
      if (project === undefined || position === undefined) continue;
      const verdict = verdictOf(project.candidate(position), this.provider.policy);
      if (!verdict.usable && verdict.reason.kind === "no-compatible-wheel")
        for (const tag of verdict.reason.tags) tags.add(tag);
    }
    if (tags.size === 0) return "";
    return `; there are wheels for ${this.list(tags.size > mostTags ? this.inShort(tags) : [...tags])}`;
  }

  /** Many tags by what matters in them: the Pythons, or, where the target's is among them, the platforms. */
  private inShort(tags: ReadonlySet<string>): string[] {
    const { release } = this.provider.policy.target.python;
    const own = [`cp${release[0]}${release[1] ?? 0}`, `py${release[0]}`];
    const parts = [...tags].map((tag) => tag.split("-"));
    const fitting = parts.filter(([python = ""]) => own.includes(python));
    const words = new Set(
      fitting.length > 0
        ? fitting.map(([, , platform = ""]) => platform)
        : parts.map(([python = ""]) => python),
    );
    const sorted = [...words].sort((a, b) => a.length - b.length || (a < b ? -1 : 1));
    const left = sorted.length - mostWords;
    return left > 0 ? [...sorted.slice(0, mostWords), `${left} more`] : sorted;
  }

  private repositoryOf(project: Project | undefined): string {
    return project?.listing?.repository ?? "the index";
  }
}

/** A limit at midnight was given as a day. */
function limitText(limit: number): string {
  const [day = "", time] = new Date(limit).toISOString().replace(".000", "").split("T");
  if (time !== "00:00:00Z") return `${day}T${time}`;
  return `the end of ${new Date(limit - 1).toISOString().slice(0, 10)}`;
}

function versionsIn(project: Project, range: VersionRange): Version[] {
  const versions: Version[] = [];
  if (!project.consulted) return versions;
  const spans = project.spans(range);
  for (let i = 0; i < spans.length; i += 2)
    for (let at = spans[i] as number; at < (spans[i + 1] as number); at++)
      versions.push(project.toldVersions[at] as Version);
  return versions;
}

/** The same existing versions, bounded by existing versions. */
function betweenExisting(project: Project, range: VersionRange): VersionRange {
  const spans = project.consulted ? project.spans(range) : [];
  const bounds: VersionKey[] = [];
  for (let i = spans.length - 2; i >= 0; i -= 2) {
    const first = spans[i] as number;
    const oldest = project.toldVersions[(spans[i + 1] as number) - 1] as Version;
    const newest = project.toldVersions[first] as Version;
    bounds.push(oldest.key, first === 0 ? infinityKey : afterLocals(newest));
  }
  return bounds;
}

function isUnrestrictedExtra(term: VersionTerm): boolean {
  return term.package.kind === "extra";
}

function projectOf(dependency: Package): Project | undefined {
  if (dependency.kind === "python") return undefined;
  return dependency.kind === "extra" ? dependency.project : dependency;
}
