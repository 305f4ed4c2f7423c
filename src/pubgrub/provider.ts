/** An answer that may be at hand. The solver waits only for what really is a promise. */
export type Soon<T> = T | Promise<T>;

/** `package` has to be selected, in a version out of `range`. */
export type Demand<P, R> = { readonly package: P; readonly range: R };

/**
 * A version to try, or the news that there is none in the range that was asked about. `excluded` then tells
 * true facts about parts of the range, whatever else is selected; the rest of it holds no version at all.
 */
export type Choice<P, R, V> =
  | { readonly kind: "version"; readonly version: V }
  | { readonly kind: "none"; readonly excluded: readonly Exclusion<P, R>[] };

/** No version in `range` may be selected: for a reason of its own, or for want of another package. */
export type Exclusion<P, R> =
  | { readonly kind: "unusable"; readonly range: R; readonly reason: unknown }
  | { readonly kind: "demand"; readonly range: R; readonly demand: Demand<P, R> };

/**
 * What a version asks for. `holdsFor` is a set of versions of `of` that contains the version in question and
 * for which the answer holds throughout; widening it over numbers that do not exist keeps the solver's ranges
 * short. `of` is the package itself unless it hangs on another one: an option of a package asks for what the
 * decided version of that package says, so there `of` is that package and the demands hold only while the
 * option is selected too.
 */
export type Dependencies<P, R> =
  | {
      readonly kind: "known";
      readonly of: P;
      readonly holdsFor: R;
      readonly demands: readonly Demand<P, R>[];
    }
  | {
      readonly kind: "unusable";
      readonly of: P;
      readonly holdsFor: R;
      readonly reason: unknown;
    };

/** What can be told of a version without anything coming of it. Demands on packages never met may be left out. */
export type Foreseen<P, R> = {
  readonly isUsable: boolean;
  readonly demands: readonly Demand<P, R>[];
};

/** How far the solver has come, for a provider that has to look. */
export interface Progress<P, V> {
  decided(dependency: P): V | undefined;
}

/** What the solver asks of the world. Packages are compared as `Map` keys are. */
export interface Provider<P, R, V> {
  /**
   * Which packages to decide first: {@link rank}s, highest first; among equals the one met first. Packages
   * that keep conflicting rise above `ordinary` ones by themselves.
   */
  rank(dependency: P, range: R): number;
  /** Facts about a package that hold from the start, whoever needs it; asked once, when it is first met. */
  limits?(dependency: P): readonly Exclusion<P, R>[];
  /** An option hangs on this package: it is decided right after it, and never before. */
  hangsOn(dependency: P): P | undefined;
  chooseVersion(dependency: P, range: R, progress: Progress<P, V>): Soon<Choice<P, R, V>>;
  dependencies(dependency: P, version: V, progress: Progress<P, V>): Soon<Dependencies<P, R>>;
  /**
   * What the first `count` versions of `range` ask for, in the order in which they would be chosen. Called when
   * version after version is refused, so that many can be ruled out at once.
   */
  upcoming(dependency: P, range: R, count: number): Soon<readonly Dependencies<P, R>[]>;
  /**
   * A look at the version that would be chosen out of `range` after `position` others; `undefined` when there are no
   * more. The promise, if it comes to that, may be left alone: then it was a hint to fetch early. Nothing that the
   * other answers depend on may come of a look, because when looks are made is a matter of chance.
   */
  foresee(dependency: P, range: R, position: number): Soon<Foreseen<P, R> | undefined>;
}

/** Ranks between which the solver puts packages that conflict a lot. */
export const rank = {
  ordinary: 0,
  conflictLate: 1,
  conflictEarly: 2,
  singleton: 3,
  fixed: 4,
} as const;
