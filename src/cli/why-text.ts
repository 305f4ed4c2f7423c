import type { ChainStep, OtherVersions, PresentPackage, Why } from "#resolver/why";
import { requirementText } from "#resolver/why";
import type { NormalizedName } from "#standards/name";
import type { Version } from "#standards/version";
import { withoutCredentials } from "#base/url";

export type WhyAbout = {
  readonly name: NormalizedName;
  readonly version: Version | undefined;
  /** The compiled file; an environment when left out. */
  readonly place: string | undefined;
  readonly source: string | undefined;
  /** What decides where answers come from, as `Repositories` has it. */
  readonly identity: string;
};

/** Lists longer than this are cut: whoever wants all of it takes JSON. */
const mostChains = 6;
const mostVersions = 4;
const mostReasons = 8;

/** Who asks for a package, why it has its version, and why no other. */
export function whyText(why: Why, about: WhyAbout): string {
  const lines = [headline(why, about)];
  if (why.chains.length > 0 && about.version === undefined) {
    lines.push("needed by:");
    for (const chain of why.chains.slice(0, mostChains)) lines.push(`  ${chainText(chain)}`);
    if (why.chains.length > mostChains) lines.push(`  and ${why.chains.length - mostChains} more`);
  }
  lines.push(...versionLines(why, about));
  const isMissing = about.version !== undefined && why.others.length === 0;
  const from = isMissing ? undefined : listedBy(why, about);
  if (from !== undefined) lines.push(from);
  return `${lines.join("\n")}\n`;
}

function headline({ present }: Why, { name, place, source }: WhyAbout): string {
  if (present === undefined)
    return `${name} is ${place === undefined ? "not installed" : `not pinned in ${place}`}`;
  const is = place === undefined ? "is installed" : `is pinned in ${place}`;
  const from = source === undefined ? "" : ` from ${withoutCredentials(source)}`;
  return `${name} ${present.version.text} ${is}${from}${askedText(present)}`;
}

function askedText({ askedBy }: PresentPackage): string {
  if (askedBy.length === 0) return "";
  const [only] = askedBy;
  if (only === "nobody that is known") return "; nothing needs it";
  if (only === "somebody, by name") return ", because somebody asked for it";
  return `; ${list(askedBy.map((origin) => origin.replace(/^-[rc] /, "")))} asks for it`;
}

/** `httpx 0.28.1 needs httpcore==1.*, httpcore 1.0.9 needs h11>=0.16`. */
function chainText(chain: readonly ChainStep[]): string {
  return chain
    .map(
      ({ name, version, requirement }) =>
        `${name} ${version.text} needs ${requirementText(requirement)}`,
    )
    .join(", ");
}

function versionLines({ others, isNewest, repository }: Why, { version }: WhyAbout): string[] {
  if (version !== undefined) {
    const [only] = others;
    if (only === undefined)
      return [
        repository === undefined
          ? "no repository lists it"
          : `${version.text} does not exist: ${shown(repository)} does not list it`,
      ];
    return [`why not ${version.text}: ${only.reason}`];
  }
  if (isNewest && repository !== undefined) return ["it is the newest version there is"];
  if (others.length === 0) return [];
  const lines = others
    .slice(0, mostReasons)
    .map((group) => `  ${versionsText(group)}: ${group.reason}`);
  if (others.length > mostReasons) lines.push(`  and ${others.length - mostReasons} more reasons`);
  return ["newer versions:", ...lines];
}

function versionsText({ versions }: OtherVersions): string {
  const texts = versions.map(({ text }) => text);
  return texts.length <= mostVersions
    ? list(texts)
    : `${texts.slice(0, 2).join(", ")}, ${texts.length - 3} more and ${texts.at(-1)}`;
}

/** Which repository answers for the name, and by what rule. */
function listedBy({ repository }: Why, { identity, name }: WhyAbout): string | undefined {
  return repository === undefined
    ? undefined
    : `listed by ${shown(repository)}, ${ruleFor(name, repository, identity)}`;
}

function ruleFor(name: NormalizedName, repository: string, identity: string): string {
  const { indexes, findLinks, strategy, bindings } = JSON.parse(identity) as {
    readonly indexes: readonly { readonly name: string; readonly packages?: readonly string[] }[];
    readonly findLinks: readonly string[];
    readonly strategy: string;
    readonly bindings: readonly (readonly [string, string])[];
  };
  const index = indexes.find((one) => one.name === repository);
  if (bindings.some(([bound]) => bound === name)) return "to which the name is bound";
  if (index === undefined) return "which `--find-links` names";
  if (index.packages !== undefined) return "which claims names like this";
  const alone = findLinks.length === 0 ? "the only index" : "the only index, beside `--find-links`";
  if (indexes.length === 1) return alone;
  if (strategy !== "first-index") return `one of ${indexes.length} indexes that are taken together`;
  return `the first of ${indexes.length} indexes that knows the name`;
}

export function whyJson(why: Why, about: WhyAbout): string {
  const { present, chains, others, repository } = why;
  const json = {
    name: about.name,
    version: present?.version.text ?? null,
    "asked-by": present?.askedBy ?? [],
    "needed-by": chains.map((chain) =>
      chain.map(({ name, version, requirement }) => ({
        name,
        version: version.text,
        needs: requirementText(requirement),
      })),
    ),
    others: others.map(({ versions, reason }) => ({
      versions: versions.map(({ text }) => text),
      reason,
    })),
    repository: repository === undefined ? null : shown(repository),
    rule: repository === undefined ? null : ruleFor(about.name, repository, about.identity),
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

function shown(repository: string): string {
  return withoutCredentials(repository);
}

function list(words: readonly string[]): string {
  if (words.length <= 1) return words.join("");
  return `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}
