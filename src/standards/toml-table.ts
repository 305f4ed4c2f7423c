import type { PkmError } from "#base/errors";

/** Makes the error of one room for a value that is not what its key asks for; `key` is the whole path to it. */
export type TomlFault = (key: string, why: string, cause?: unknown) => PkmError;

/**
 * One table of a decoded TOML document, read key by key with the types the reader expects. Keys are looked up as
 * own properties only, so a key called `constructor` is a key.
 */
export class TomlTable {
  readonly path: string;
  readonly #value: Readonly<Record<string, unknown>>;
  readonly #fault: TomlFault;

  private constructor(value: Readonly<Record<string, unknown>>, path: string, fault: TomlFault) {
    this.#value = value;
    this.path = path;
    this.#fault = fault;
  }

  /** The whole document, or any table of it at `path`. */
  static of(value: unknown, path: string, fault: TomlFault): TomlTable {
    if (!isTable(value)) throw fault(path, `must be a table, ${found(value)}`);
    return new TomlTable(value, path, fault);
  }

  keys(): string[] {
    return Object.keys(this.#value);
  }

  has(key: string): boolean {
    return Object.hasOwn(this.#value, key);
  }

  raw(key: string): unknown {
    return Object.hasOwn(this.#value, key) ? this.#value[key] : undefined;
  }

  /** The error for a key of this table. */
  fault(key: string, why: string, cause?: unknown): PkmError {
    return this.#fault(this.at(key), why, cause);
  }

  at(key: string): string {
    return this.path === "" ? key : `${this.path}.${key}`;
  }

  text(key: string): string | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "string") return value;
    throw this.fault(key, `must be text, ${found(value)}`);
  }

  requiredText(key: string): string {
    const value = this.text(key);
    if (value === undefined) throw this.fault(key, "is missing");
    return value;
  }

  truth(key: string): boolean | undefined {
    const value = this.raw(key);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.fault(key, `must be true or false, ${found(value)}`);
  }

  integer(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value === "number" && Number.isInteger(value)) return value;
    throw this.fault(key, `must be an integer, ${found(value)}`);
  }

  /** Milliseconds since 1970 of a date-time with offset. */
  instant(key: string): number | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    if (typeof value === "object" && value !== null && "epochMilliseconds" in value) {
      const { epochMilliseconds } = value;
      if (typeof epochMilliseconds === "number") return epochMilliseconds;
    }
    throw this.fault(key, `must be a date-time with an offset, ${found(value)}`);
  }

  list(key: string): readonly unknown[] | undefined {
    const value = this.raw(key);
    if (value === undefined || Array.isArray(value)) return value;
    throw this.fault(key, `must be an array, ${found(value)}`);
  }

  texts(key: string): readonly string[] | undefined {
    const list = this.list(key);
    list?.forEach((item, position) => {
      if (typeof item !== "string")
        throw this.fault(`${key}[${position}]`, `must be text, ${found(item)}`);
    });
    return list as readonly string[] | undefined;
  }

  table(key: string): TomlTable | undefined {
    const value = this.raw(key);
    return value === undefined ? undefined : TomlTable.of(value, this.at(key), this.#fault);
  }

  tables(key: string): readonly TomlTable[] | undefined {
    return this.list(key)?.map((item, position) =>
      TomlTable.of(item, this.at(`${key}[${position}]`), this.#fault),
    );
  }

  /** A table whose values are all text. */
  textTable(key: string): Readonly<Record<string, string>> | undefined {
    const table = this.table(key);
    if (table === undefined) return undefined;
    const entries = table.keys().map((name): [string, string] => [name, table.requiredText(name)]);
    return Object.fromEntries(entries);
  }

  /** Reads a text with a parser that throws, and says where it stood. */
  parsed<T>(key: string, parse: (text: string) => T): T | undefined {
    const text = this.text(key);
    return text === undefined ? undefined : this.#parse(key, text, parse);
  }

  parsedList<T>(key: string, parse: (text: string) => T): readonly T[] | undefined {
    return this.texts(key)?.map((text, position) =>
      this.#parse(`${key}[${position}]`, text, parse),
    );
  }

  #parse<T>(key: string, text: string, parse: (text: string) => T): T {
    try {
      return parse(text);
    } catch (cause) {
      if (!(cause instanceof Error) || !("what" in cause)) throw cause;
      const why = "why" in cause && typeof cause.why === "string" ? `: ${cause.why}` : "";
      throw this.fault(key, `is \`${text}\`, which cannot be read${why}`, cause);
    }
  }
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  return !isDateLike(value);
}

function isDateLike(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return tag.startsWith("[object Temporal.") || tag === "[object Date]";
}

function found(value: unknown): string {
  if (value === undefined) return "found nothing";
  if (typeof value === "string") return "found text";
  if (typeof value === "boolean") return `found ${value}`;
  if (typeof value === "number") return `found the number ${value}`;
  if (Array.isArray(value)) return "found an array";
  if (typeof value === "object" && value !== null && isDateLike(value))
    return "found a date or time";
  return "found a table";
}
