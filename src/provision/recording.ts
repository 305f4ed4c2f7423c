import { PkmError } from "#base/errors";
import type { ProjectFile, ProjectListing } from "#repository/listing";
import type { MetadataAnswer, NoListing } from "#repository/repositories";
import type { DirectCandidate, MetadataSource } from "#resolver/sources";
import type { CoreMetadata } from "#standards/metadata";
import type { NormalizedName } from "#standards/name";

/** What a source said, or the error that a person would have seen. */
export type Answered<T> =
  | { readonly kind: "answer"; readonly answer: T }
  | { readonly kind: "failure"; readonly code: string; readonly what: string };

/** Passes questions on to a source and notes the answers, so that the same questions can be answered without it. */
export class RecordingMetadata implements MetadataSource {
  readonly listings = new Map<NormalizedName, Answered<ProjectListing | NoListing>>();
  readonly files = new Map<string, Answered<MetadataAnswer>>();
  readonly directs = new Map<string, Answered<DirectCandidate>>();
  readonly #source: MetadataSource;

  constructor(source: MetadataSource) {
    this.#source = source;
  }

  prefetch(names: Iterable<NormalizedName>): boolean {
    return this.#source.prefetch(names);
  }

  listing(name: NormalizedName): ProjectListing | NoListing | Promise<ProjectListing | NoListing> {
    return noted(this.listings, name, () => this.#source.listing(name));
  }

  metadata(file: ProjectFile): MetadataAnswer | Promise<MetadataAnswer> {
    return noted(this.files, file.filename, () => this.#source.metadata(file));
  }

  expect(file: ProjectFile): void {
    this.#source.expect?.(file);
  }

  recall(
    name: NormalizedName,
    files: (page: ProjectListing) => Iterable<ProjectFile>,
  ): CoreMetadata | undefined {
    return this.#source.recall?.(name, files);
  }

  async direct(
    url: string,
    name: NormalizedName | undefined,
    editable: boolean,
  ): Promise<DirectCandidate> {
    return noted(this.directs, directKey(url, editable), () =>
      this.#source.direct(url, name, editable),
    );
  }
}

export function directKey(url: string, editable: boolean): string {
  return `${editable ? "-e " : ""}${url}`;
}

/** The answer as it comes, with or without a promise; what was answered before is not asked again. */
function noted<K, T>(
  notes: Map<K, Answered<T>>,
  key: K,
  ask: () => T | Promise<T>,
): T | Promise<T> {
  const known = notes.get(key);
  if (known?.kind === "answer") return known.answer;
  const keep = (answer: T): T => {
    notes.set(key, { kind: "answer", answer });
    return answer;
  };
  const fail = (error: unknown): never => {
    if (error instanceof PkmError)
      notes.set(key, { kind: "failure", code: error.code, what: error.what });
    throw error;
  };
  try {
    const answer = ask();
    return answer instanceof Promise ? answer.then(keep, fail) : keep(answer);
  } catch (error) {
    return fail(error);
  }
}
