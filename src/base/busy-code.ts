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

/** Every function that was marked so far. Each thread asks at its start, hence no generators and no copies. */
export function busyCode(): readonly AnyFunction[] {
  const found: unknown[] = [];
  for (const code of marked) {
    found.push(code);
    const methods = (code as { readonly prototype?: object }).prototype;
    if (methods === undefined) continue;
    for (const name of Reflect.ownKeys(methods)) {
      const { value, get, set } = Object.getOwnPropertyDescriptor(methods, name) as Property;
      found.push(value, get, set);
    }
  }
  return found.filter(isFunction);
}

type Property = { readonly [Part in "value" | "get" | "set"]?: unknown };

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === "function";
}
