import { busyForSeconds } from "#base/busy-code";
import type { VersionRange } from "#standards/version-range";
import type { Candidate } from "./_candidate.ts";
import type { Policy } from "./_policy.ts";
import { gladnessOfLate, type Project } from "./_project.ts";

/**
 * The candidates of a range that may be taken, most wanted first, worked out as far as somebody looks. What is less
 * wanted anyway is judged when nothing better is left: to judge a version, the entries of its files have to be read.
 */
export class Ranking {
  readonly range: VersionRange;
  private readonly project: Project;
  private readonly policy: Policy;
  private readonly ranked: Candidate[] = [];
  private readonly preferred: Candidate | undefined;
  /** What is taken less gladly, in the order of versions. */
  private readonly others: { readonly candidate: Candidate; readonly gladness: number }[] = [];
  /** Pre-releases that nobody has judged; the next one of them. */
  private readonly late: Candidate[] = [];
  private lateAt = 0;
  private readonly spans: readonly number[];
  private readonly isRising: boolean;
  /** The span that is walked through, and the next position in it. */
  private span = 0;
  private at: number;
  private isWalked: boolean;

  constructor(project: Project, range: VersionRange, policy: Policy) {
    this.project = project;
    this.range = range;
    this.policy = policy;
    this.isRising = policy.takesLowest(project.name);
    this.preferred = project.preferredIn(range, policy);
    if (this.preferred !== undefined) this.ranked.push(this.preferred);
    this.spans = project.spans(range);
    this.isWalked = this.spans.length === 0;
    if (this.isRising) this.span = this.spans.length - 2;
    this.at = this.startOfSpan();
  }

  /** The candidate that is chosen after so many others. */
  nth(position: number): Candidate | undefined {
    const { ranked } = this;
    while (ranked.length <= position && !this.isWalked) this.step();
    if (ranked.length <= position && this.others.length > 0 && this.lateAt === 0)
      this.addOthers(gladnessOfLate);
    while (ranked.length <= position && this.lateAt < this.late.length) this.addLate();
    if (ranked.length <= position && this.others.length > 0) this.addOthers(Infinity);
    return ranked[position];
  }

  first(count: number): Candidate[] {
    this.nth(count - 1);
    return this.ranked.slice(0, count);
  }

  private startOfSpan(): number {
    const { spans, span } = this;
    return this.isRising ? (spans[span + 1] as number) - 1 : (spans[span] as number);
  }

  private step(): void {
    const { spans, project, policy } = this;
    const candidate = project.candidate(this.at);
    if (candidate !== this.preferred) {
      if (project.isLate(candidate, policy)) this.late.push(candidate);
      else this.place(candidate, 0);
    }
    if (this.isRising) {
      if (--this.at >= (spans[this.span] as number)) return;
      this.span -= 2;
    } else {
      if (++this.at < (spans[this.span + 1] as number)) return;
      this.span += 2;
    }
    if (this.span >= 0 && this.span < spans.length) this.at = this.startOfSpan();
    else this.isWalked = true;
  }

  /** A candidate is as welcome as those of its sort can be, or comes later. */
  private place(candidate: Candidate, best: number): void {
    const gladness = this.project.gladness(candidate, this.policy);
    if (gladness === best) this.ranked.push(candidate);
    else if (gladness !== undefined) this.others.push({ candidate, gladness });
  }

  private addLate(): void {
    this.place(this.late[this.lateAt++] as Candidate, gladnessOfLate);
  }

  /** Those that come before a gladness, best first, and versions in their order. */
  private addOthers(before: number): void {
    const taken = this.others.filter(({ gladness }) => gladness < before);
    const rest = this.others.filter(({ gladness }) => gladness >= before);
    taken.sort((a, b) => a.gladness - b.gladness);
    for (const { candidate } of taken) this.ranked.push(candidate);
    this.others.splice(0, this.others.length, ...rest);
  }
}

busyForSeconds(Ranking);
