/** A function, or a class with its methods as far as they are not `#private`. */
type Code = (abstract new (...given: never[]) => unknown) | ((...given: never[]) => unknown);

type AnyFunction = (...given: never[]) => unknown;

const marked: Code[] = [];

/**
 * Marks what a long run goes through some hundred thousand times, and is done with after a second or two: a runtime
 * that would take a good part of that time to make such code as fast as can be need not try.
 */
export function busyForSeconds(...code: readonly Code[]): void {
  marked.push(...code);
}

/** Every function that was marked so far. */
export function* busyCode(): Iterable<AnyFunction> {
  for (const code of marked) {
    yield code as AnyFunction;
    const methods = (code as { readonly prototype?: object }).prototype;
    if (methods === undefined) continue;
    for (const property of Object.values(Object.getOwnPropertyDescriptors(methods)))
      for (const method of Object.values(property) as unknown[])
        if (typeof method === "function") yield method as AnyFunction;
  }
}
