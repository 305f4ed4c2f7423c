import type { BackendSettings } from "#provision/read-requirements";
import type {
  BuildableSource,
  BuildRequirements,
  BuildTarget,
  BuiltWheel,
  DescribedSource,
  PromisedIdentity,
  SourceBuilder,
  SourceQuestion,
} from "#provision/source-builder";

/** A builder that is loaded and opened when the first source turns up: most commands meet none. */
export class LateBuilder implements SourceBuilder {
  readonly #open: () => Promise<SourceBuilder>;
  #builder: Promise<SourceBuilder> | undefined;

  constructor(open: () => Promise<SourceBuilder>) {
    this.#open = open;
  }

  async describe(question: SourceQuestion, settings?: BackendSettings): Promise<DescribedSource> {
    return (await (this.#builder ??= this.#open())).describe(question, settings);
  }

  async wheel(source: BuildableSource, promised: PromisedIdentity): Promise<BuiltWheel> {
    return (await (this.#builder ??= this.#open())).wheel(source, promised);
  }

  async buildRequirements(
    source: BuildableSource,
    targets: readonly BuildTarget[],
  ): Promise<BuildRequirements> {
    return (await (this.#builder ??= this.#open())).buildRequirements(source, targets);
  }

  async layOut(source: BuildableSource): Promise<string> {
    return (await (this.#builder ??= this.#open())).layOut(source);
  }

  async close(): Promise<void> {
    const builder = await this.#builder?.catch(() => undefined);
    await builder?.close();
  }
}
