import { PkmError } from "#base/errors";
import { noNames } from "#standards/format-control";
import type { NormalizedName } from "#standards/name";
import { formatRequirement, type Requirement } from "#standards/requirement";
import { anyVersion, parseSpecifierSet } from "#standards/specifier-set";
import type { Version } from "#standards/version";
import { loosened } from "./_loosened.ts";
import { nearestNames } from "./nearest-names.ts";
import { otherPython } from "./other-python.ts";
import type { AskedRequirement, ResolveRequest } from "./request.ts";
import { resolve, type ResolveOptions } from "./resolve.ts";
import type { Resolution, ResolutionFailure } from "./resolution.ts";
import type { MetadataSource } from "./sources.ts";

/** One thing that a person would change about a question. */
export type Edit =
  | {
      readonly kind: "requirement";
      readonly asked: AskedRequirement;
      /** What to ask for instead; nothing at all when left out. */
      readonly to: Requirement | undefined;
    }
  | { readonly kind: "python"; readonly version: string }
  | { readonly kind: "prereleases"; readonly names: readonly NormalizedName[] }
  /** Milliseconds since 1970; no limit at all when left out. */
  | { readonly kind: "date-limit"; readonly limit: number | undefined }
  | { readonly kind: "formats" };

/** A change after which the question has an answer: it was asked again, and answered. */
export type Fix = {
  readonly edits: readonly Edit[];
  /** What comes of the names that were edited. */
  readonly chosen: readonly { readonly name: NormalizedName; readonly version: Version }[];
};

/** As much of a question as any edit but that of Python touches. */
export type Changeable = Pick<ResolveRequest, "roots" | "constraints" | "overrides" | "policy">;

/** How a sort of question is asked: for one machine, or for many. */
export type Asking<Q extends Changeable> = {
  readonly resolve: (
    question: Q,
    source: MetadataSource,
    options: ResolveOptions,
  ) => Promise<
    { readonly kind: "resolved"; readonly resolution: Resolution } | { readonly kind: "unsolvable" }
  >;
  /** The question for another Python; `undefined` where that cannot be said. */
  readonly withPython: (question: Q, version: string) => Q | undefined;
};

export const askingOneMachine: Asking<ResolveRequest> = {
  resolve,
  withPython: (request, version) => {
    const target = otherPython(request.target, version);
    return target === undefined ? undefined : { ...request, target };
  },
};

export type FixOptions = Pick<ResolveOptions, "pause"> & {
  /** Looked at before each question: when it is true, what was found by then is all. */
  readonly isEnough?: () => boolean;
  /** Pythons that the person could take instead (`3.12`, `3.12.4`), best first. */
  readonly pythons?: readonly string[];
  /** Further names that a misspelt one may stand for, such as those of what is installed. */
  readonly names?: Iterable<string>;
  /** False for what a person could not do where the command was given. */
  readonly isPossible?: (edit: Edit) => boolean;
  /** So many questions are asked at most. */
  readonly mostTrials?: number;
};

/** What was found, and how many questions it took: the same number finds the same again. */
export type Fixes = {
  readonly fixes: readonly Fix[];
  /** Names that nobody knows, with those that exist and are spelt nearly so, whether that alone would help or not. */
  readonly similar: readonly SimilarNames[];
  readonly trials: number;
};

export type SimilarNames = {
  readonly name: NormalizedName;
  readonly existing: readonly NormalizedName[];
};

const mostFixes = 3;
const mostTrials = 24;
const mostPythons = 6;
const mostNames = 3;
/** Attempts for each question: what is harder is no quick way out. */
const mostAttempts = 1000;

/**
 * Looks for small changes that make a question answerable: a name spelt right, a bound loosened, another Python, what a
 * policy forbids. Each was tried by resolving again, so that whoever makes the change gets an answer.
 */
export async function findFixes<Q extends Changeable>(
  request: Q,
  failure: Pick<ResolutionFailure, "leads" | "causes">,
  source: MetadataSource,
  asking: Asking<Q>,
  options: FixOptions = {},
): Promise<Fixes> {
  const trials = new QuestionTrials(request, source, asking, options);
  const fixes: Fix[] = [];
  const { isPossible = () => true } = options;
  try {
    for await (const fix of candidates(request, failure, trials, options)) {
      if (!fix.edits.every(isPossible)) continue;
      fixes.push(fix);
      if (fixes.length === mostFixes) break;
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return { fixes, similar: trials.similar, trials: trials.asked };
}

/** The question after some edits; `undefined` where it cannot be asked for another Python. */
export function edited<Q extends Changeable>(
  request: Q,
  edits: readonly Edit[],
  asking: Asking<Q>,
): Q | undefined {
  let changed: Q | undefined = request;
  for (const edit of edits) {
    if (changed === undefined) return undefined;
    switch (edit.kind) {
      case "requirement": {
        const replaced = (list: readonly AskedRequirement[]): AskedRequirement[] =>
          list.flatMap((asked) => {
            if (asked !== edit.asked) return [asked];
            return edit.to === undefined ? [] : [{ ...asked, requirement: edit.to }];
          });
        changed = {
          ...changed,
          roots: replaced(changed.roots),
          constraints: replaced(changed.constraints),
          overrides: replaced(changed.overrides),
        };
        break;
      }
      case "python":
        changed = asking.withPython(changed, edit.version);
        break;
      case "prereleases": {
        const { policy } = changed;
        const releases = policy.releases ?? noNames;
        const first = new Set([...releases.first, ...edit.names]);
        const second = new Set([...releases.second].filter((name) => !first.has(name)));
        changed = { ...changed, policy: { ...policy, releases: { first, second } } };
        break;
      }
      case "date-limit":
        changed = { ...changed, policy: { ...changed.policy, excludeNewer: edit.limit } };
        break;
      case "formats": {
        const { policy } = changed;
        changed = {
          ...changed,
          policy: { ...policy, formats: { ...policy.formats, binaries: noNames } },
        };
        break;
      }
      default:
        edit satisfies never;
    }
  }
  return changed;
}

async function* candidates(
  request: Changeable,
  failure: Pick<ResolutionFailure, "leads" | "causes">,
  trials: Trials,
  options: FixOptions,
): AsyncGenerator<Fix> {
  const { leads } = failure;
  let isFound = false;
  const noted = (fix: Fix): Fix => {
    isFound = true;
    return fix;
  };
  for await (const fix of renamed(request, failure, trials, options)) yield noted(fix);
  for await (const fix of permitted(request, failure, trials)) yield noted(fix);
  const bounds = [...leads.asked, ...leads.constraints].filter(isLoosenable).sort(byUpperBound);
  for (const asked of bounds) {
    const fix = await loosen(request, [asked], trials);
    if (fix !== undefined) yield noted(fix);
  }
  for await (const fix of pinnedThough(failure, trials)) yield noted(fix);
  if (leads.needsPython || leads.refusals.some(({ kind }) => dependOnPython.has(kind)))
    for (const version of (options.pythons ?? []).slice(0, mostPythons)) {
      const edit: Edit = { kind: "python", version };
      if ((await trials.answer([edit])) === undefined) continue;
      yield noted({ edits: [edit], chosen: [] });
      break;
    }
  if (isFound) return;
  if (bounds.length > 1) {
    const fix = await loosenFewest(request, bounds, trials);
    if (fix !== undefined) yield noted(fix);
  }
  if (isFound) return;
  for (const asked of leads.asked.toReversed()) {
    const others = request.roots.filter((root) => !isSameName(root, asked));
    if (others.length === 0) continue;
    const edits = request.roots
      .filter((root) => isSameName(root, asked))
      .map((root): Edit => ({ kind: "requirement", asked: root, to: undefined }));
    if (edits.length > 0 && (await trials.answer(edits)) !== undefined)
      yield noted({ edits, chosen: [] });
  }
}

const dependOnPython = new Set<string>(["requires-python", "no-compatible-wheel", "needs-build"]);

function isSameName(a: AskedRequirement, b: AskedRequirement): boolean {
  return a.requirement.name === b.requirement.name;
}

function isLoosenable({ requirement, hashes }: AskedRequirement): boolean {
  // A new version would need new hashes, which nobody should take from here.
  return (
    hashes.length === 0 &&
    requirement.url === undefined &&
    requirement.specifier.specifiers.length > 0
  );
}

/** Upper bounds and pins are wrong more often than lower bounds. */
function byUpperBound(a: AskedRequirement, b: AskedRequirement): number {
  const weight = ({ requirement }: AskedRequirement): number =>
    requirement.specifier.specifiers.some(({ operator }) => !operator.startsWith(">")) ? 0 : 1;
  return weight(a) - weight(b);
}

/** Names that nobody knows may be known ones, misspelt. */
async function* renamed(
  request: Changeable,
  { leads }: Pick<ResolutionFailure, "leads">,
  trials: Trials,
  options: FixOptions,
): AsyncGenerator<Fix> {
  if (!leads.refusals.some(({ kind }) => kind === "not-found")) return;
  const missing: AskedRequirement[] = [];
  const found: NormalizedName[] = [];
  for (const root of request.roots) {
    const { name, url } = root.requirement;
    if (url !== undefined) continue;
    if (await trials.exists(name)) found.push(name);
    else missing.push(root);
  }
  const renames: Edit[][] = [];
  for (const root of missing) {
    const { requirement } = root;
    const nearest = nearestNames(requirement.name, [...found, ...(options.names ?? [])]);
    const existing: NormalizedName[] = [];
    for (const name of nearest.slice(0, mostNames))
      if (await trials.exists(name)) existing.push(name);
    if (existing.length > 0) trials.similar.push({ name: requirement.name, existing });
    renames.push(
      existing.map((name) => {
        const to = { ...requirement, name, displayName: name };
        return { kind: "requirement", asked: root, to };
      }),
    );
  }
  if (renames.some((edits) => edits.length === 0)) return;
  const [only] = renames;
  // Several misspelt names would make many pairs: the nearest of each are told.
  const ways =
    renames.length === 1 && only !== undefined
      ? only.map((edit) => [edit])
      : [renames.flatMap(([edit]) => edit ?? [])];
  for (const edits of ways) {
    const answer = edits.length === 0 ? undefined : await trials.answer(edits);
    const names = edits.flatMap((edit) =>
      edit.kind === "requirement" ? (edit.to?.name ?? []) : [],
    );
    if (answer !== undefined) yield { edits, chosen: chosenOf(answer, names) };
  }
}

/** What a policy forbids could be allowed. */
async function* permitted(
  request: Changeable,
  { leads }: Pick<ResolutionFailure, "leads">,
  trials: Trials,
): AsyncGenerator<Fix> {
  const refused = (kind: string): NormalizedName[] =>
    leads.refusals.filter((refusal) => refusal.kind === kind).map(({ name }) => name);
  const prereleases = refused("pre-release");
  if (prereleases.length > 0) {
    const edit: Edit = { kind: "prereleases", names: prereleases };
    const answer = await trials.answer([edit]);
    if (answer !== undefined) yield { edits: [edit], chosen: chosenOf(answer, prereleases) };
  }
  const dated = [...refused("newer-than-limit"), ...refused("no-upload-time")];
  if (dated.length > 0) {
    const open: Edit = { kind: "date-limit", limit: undefined };
    const answer = await trials.answer([open]);
    const limit = answer === undefined ? undefined : dayAfterUploads(answer);
    const edit: Edit = { kind: "date-limit", limit };
    const best = limit === undefined ? answer : ((await trials.answer([edit])) ?? answer);
    if (best !== undefined)
      yield { edits: [best === answer ? open : edit], chosen: chosenOf(best, dated) };
  }
  const excluded = [...refused("format-excluded"), ...refused("needs-build")];
  const { binaries } = request.policy.formats;
  if (excluded.length > 0 && binaries.first.size + binaries.second.size > 0) {
    const edit: Edit = { kind: "formats" };
    const answer = await trials.answer([edit]);
    if (answer !== undefined) yield { edits: [edit], chosen: chosenOf(answer, excluded) };
  }
}

/** What is yanked may be pinned: its publisher advises against it, so this comes behind what avoids it. */
async function* pinnedThough(
  { leads, causes }: Pick<ResolutionFailure, "leads" | "causes">,
  trials: Trials,
): AsyncGenerator<Fix> {
  const yanked = leads.refusals.filter(({ kind }) => kind === "yanked");
  for (const { name } of yanked) {
    const root = leads.asked.find(({ requirement }) => requirement.name === name);
    if (root === undefined || root.hashes.length > 0) continue;
    const newest = causes.find(
      (cause) => cause.kind === "refused" && cause.reason === "yanked" && cause.project === name,
    );
    const [version] = newest?.kind === "refused" ? (newest.versions ?? []) : [];
    if (version === undefined) continue;
    const edit: Edit = { kind: "requirement", asked: root, to: pinned(root.requirement, version) };
    const answer = await trials.answer([edit]);
    if (answer !== undefined) yield { edits: [edit], chosen: chosenOf(answer, [name]) };
  }
}

function pinned(requirement: Requirement, version: string): Requirement {
  return { ...requirement, specifier: parseSpecifierSet(`==${version}`) };
}

/** The end of the day on which the last of the files was uploaded. */
function dayAfterUploads({ packages }: Resolution): number | undefined {
  const day = 86_400_000;
  let last = 0;
  for (const { source } of packages) {
    if (source.kind !== "repository") continue;
    const time = source.files[0]?.uploadTime;
    if (time === undefined) return undefined;
    last = Math.max(last, time);
  }
  return last === 0 ? undefined : (Math.floor(last / day) + 1) * day;
}

/** Asks for any version of some names, then says as much of the old bounds as the answer bears. */
async function loosen(
  request: Changeable,
  bounds: readonly AskedRequirement[],
  trials: Trials,
): Promise<Fix | undefined> {
  const open = bounds.map((asked) => withSpecifier(asked, anyVersion));
  const answer = await trials.answer(open);
  if (answer === undefined) return undefined;
  const names = bounds.map(({ requirement }) => requirement.name);
  const versions = new Map(answer.packages.map(({ name, version }) => [name, version]));
  const tight = bounds.map((asked): Edit => {
    const version = versions.get(asked.requirement.name);
    // A constraint on something that is not needed any more can go.
    if (version === undefined) return withSpecifier(asked, anyVersion);
    return withSpecifier(asked, loosened(asked.requirement.specifier, version));
  });
  const isConstraint = (asked: AskedRequirement): boolean => request.constraints.includes(asked);
  const edits = (await trials.answer(tight)) === undefined ? open : tight;
  return {
    // A constraint that limits nothing is no constraint.
    edits: edits.map((edit) =>
      edit.kind === "requirement" &&
      isConstraint(edit.asked) &&
      edit.to?.specifier.specifiers.length === 0
        ? { ...edit, to: undefined }
        : edit,
    ),
    chosen: chosenOf(answer, names),
  };
}

/** Loosens everything, then takes back what was not needed. */
async function loosenFewest(
  request: Changeable,
  bounds: readonly AskedRequirement[],
  trials: Trials,
): Promise<Fix | undefined> {
  let needed = [...bounds];
  const open = (list: readonly AskedRequirement[]): Edit[] =>
    list.map((asked) => withSpecifier(asked, anyVersion));
  if ((await trials.answer(open(needed))) === undefined) return undefined;
  for (const asked of bounds) {
    const fewer = needed.filter((other) => other !== asked);
    if ((await trials.answer(open(fewer))) !== undefined) needed = fewer;
  }
  return loosen(request, needed, trials);
}

function withSpecifier(asked: AskedRequirement, specifier: Requirement["specifier"]): Edit {
  return { kind: "requirement", asked, to: { ...asked.requirement, specifier } };
}

function chosenOf(answer: Resolution, names: readonly NormalizedName[]): Fix["chosen"] {
  return answer.packages.filter(({ name }) => names.includes(name));
}

/** Changed questions, as those who look for fixes see them. */
type Trials = {
  readonly similar: SimilarNames[];
  readonly answer: (edits: readonly Edit[]) => Promise<Resolution | undefined>;
  readonly exists: (name: NormalizedName) => Promise<boolean>;
};

/** Thrown when no further question is to be asked. */
class Enough extends Error {}

/** Asks changed questions, each once, and no more than so many. */
class QuestionTrials<Q extends Changeable> implements Trials {
  asked = 0;
  readonly similar: SimilarNames[] = [];
  readonly #request: Q;
  readonly #source: MetadataSource;
  readonly #asking: Asking<Q>;
  readonly #options: FixOptions;
  readonly #answers = new Map<string, Resolution | undefined>();

  constructor(request: Q, source: MetadataSource, asking: Asking<Q>, options: FixOptions) {
    this.#request = request;
    this.#source = source;
    this.#asking = asking;
    this.#options = options;
  }

  async answer(edits: readonly Edit[]): Promise<Resolution | undefined> {
    const key = this.#keyOf(edits);
    if (this.#answers.has(key)) return this.#answers.get(key);
    const { mostTrials: most = mostTrials, isEnough } = this.#options;
    if (this.asked >= most || isEnough?.() === true) throw new Enough();
    const answer = await this.#ask(edits);
    // Counted when it is done: who asks as many questions again finds the same.
    this.asked += 1;
    this.#answers.set(key, answer);
    return answer;
  }

  /** Whether a repository knows the name; a failure to find out counts as no. */
  async exists(name: NormalizedName): Promise<boolean> {
    try {
      return !("kind" in (await this.#source.listing(name)));
    } catch (error) {
      if (error instanceof PkmError) return false;
      throw error;
    }
  }

  async #ask(edits: readonly Edit[]): Promise<Resolution | undefined> {
    const { isEnough, pause } = this.#options;
    const question = edited(this.#request, edits, this.#asking);
    if (question === undefined) return undefined;
    try {
      const outcome = await this.#asking.resolve(question, this.#source, {
        maxAttempts: mostAttempts,
        pause: () => {
          if (isEnough?.() === true) throw new Enough();
          return pause?.();
        },
      });
      return outcome.kind === "resolved" ? outcome.resolution : undefined;
    } catch (error) {
      // A page that cannot be had, or too many attempts: no way out, and no new failure.
      if (error instanceof PkmError) return undefined;
      throw error;
    }
  }

  #keyOf(edits: readonly Edit[]): string {
    const { roots, constraints, overrides } = this.#request;
    const all = [...roots, ...constraints, ...overrides];
    return JSON.stringify(
      edits.map((edit) => {
        if (edit.kind === "python") return edit.version;
        if (edit.kind !== "requirement") return edit;
        return [all.indexOf(edit.asked), edit.to === undefined ? "" : formatRequirement(edit.to)];
      }),
    );
  }
}
