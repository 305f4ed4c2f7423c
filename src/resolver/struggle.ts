import { plural } from "#base/text";
import type { NormalizedName } from "#standards/name";
import type { ResolverEvent } from "./events.ts";

type Pair = { readonly name: NormalizedName; readonly other: NormalizedName; times: number };

/** Two packages that exclude each other more often than this are worth a word. */
const manyTimes = 3;
/** Versions tried of one package that are worth a word. */
const manyVersions = 20;
const mostPairs = 3;

/** What a resolution has been through so far: kept while it runs, told when somebody wants to know or runs out of patience. */
export class Struggle {
  attempts = 0;
  /** The version that was tried last. */
  trying: string | undefined;
  readonly #tried = new Map<NormalizedName, Set<string>>();
  readonly #pairs = new Map<string, Pair>();

  note(event: ResolverEvent): void {
    switch (event.type) {
      case "version-considered": {
        this.attempts += 1;
        this.trying = `${event.name} ${event.version}`;
        const tried = this.#tried.get(event.name);
        if (tried === undefined) this.#tried.set(event.name, new Set([event.version]));
        else tried.add(event.version);
        break;
      }
      case "conflicted": {
        // Who is in whose way changes from one time to the next.
        const [name, other] =
          event.name < event.with ? [event.name, event.with] : [event.with, event.name];
        const key = `${name} ${other}`;
        const pair = this.#pairs.get(key);
        if (pair === undefined) this.#pairs.set(key, { name, other, times: 1 });
        else pair.times += 1;
        break;
      }
      case "resolution-restarted":
        break;
      default:
        event satisfies never;
    }
  }

  /** The packages that keep excluding each other, the worst first. */
  get conflicts(): readonly Readonly<Pair>[] {
    return [...this.#pairs.values()]
      .filter(({ times }) => times >= manyTimes)
      .sort((a, b) => b.times - a.times || (a.name < b.name ? -1 : 1))
      .slice(0, mostPairs);
  }

  /** The package of which most versions were tried, if those are many. */
  get mostTried(): { readonly name: NormalizedName; readonly versions: number } | undefined {
    let most: { readonly name: NormalizedName; readonly versions: number } | undefined;
    for (const [name, { size }] of this.#tried)
      if (size >= manyVersions && size > (most?.versions ?? 0)) most = { name, versions: size };
    return most;
  }

  /** One short line: what is tried now, and what is in the way. */
  get line(): string {
    const [worst] = this.conflicts;
    return [
      this.trying,
      plural(this.attempts, "attempt"),
      ...(worst === undefined ? [] : [`${worst.name} and ${worst.other} keep conflicting`]),
    ].join(", ");
  }

  /** Sentences about what has been in the way so far. */
  sentences(): string[] {
    const sentences = [`${plural(this.attempts, "version was", "versions were")} tried`];
    if (this.trying !== undefined) sentences[0] += `, ${this.trying} last`;
    for (const { name, other, times } of this.conflicts)
      sentences.push(`\`${name}\` and \`${other}\` excluded each other ${times} times`);
    const { mostTried } = this;
    if (mostTried !== undefined)
      sentences.push(`${mostTried.versions} versions of \`${mostTried.name}\` were tried`);
    return sentences;
  }

  /** What would make the question easier. */
  advice(): string[] {
    const name = this.mostTried?.name ?? this.conflicts[0]?.name;
    return name === undefined ? [] : [`give \`${name}\` a lower bound, or pin it`];
  }
}
