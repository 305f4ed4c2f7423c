/** What XML-RPC can say, as far as an index's search needs it. */
export type XmlValue =
  | string
  | number
  | boolean
  | readonly XmlValue[]
  | { readonly [key: string]: XmlValue };

export type XmlAnswer =
  | { readonly kind: "value"; readonly value: XmlValue }
  | { readonly kind: "fault"; readonly code: number; readonly text: string };

/** The text of a call (XML-RPC specification, "Request format"). */
export function formatCall(method: string, parameters: readonly XmlValue[]): string {
  const given = parameters.map((value) => `<param>${formatValue(value)}</param>`).join("");
  return `<?xml version='1.0'?>\n<methodCall><methodName>${method}</methodName><params>${given}</params></methodCall>\n`;
}

function formatValue(value: XmlValue): string {
  if (typeof value === "string") return `<value><string>${escaped(value)}</string></value>`;
  if (typeof value === "number") return `<value><int>${value}</int></value>`;
  if (typeof value === "boolean") return `<value><boolean>${value ? 1 : 0}</boolean></value>`;
  if (Array.isArray(value))
    return `<value><array><data>${(value as readonly XmlValue[]).map(formatValue).join("")}</data></array></value>`;
  const members = Object.entries(value as { readonly [key: string]: XmlValue }).map(
    ([name, member]) => `<member><name>${escaped(name)}</name>${formatValue(member)}</member>`,
  );
  return `<value><struct>${members.join("")}</struct></value>`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

/** Reads an answer; `undefined` for what is none. */
export function parseAnswer(text: string): XmlAnswer | undefined {
  const reader = new Reader(text);
  try {
    reader.open("methodResponse");
    if (reader.tryOpen("fault")) {
      const fault = reader.value();
      if (typeof fault !== "object" || !("faultString" in fault)) return undefined;
      return {
        kind: "fault",
        code: Number(fault["faultCode"] ?? 0),
        text: String(fault["faultString"]),
      };
    }
    reader.open("params");
    reader.open("param");
    return { kind: "value", value: reader.value() };
  } catch (error) {
    if (error instanceof NotAnAnswer) return undefined;
    throw error;
  }
}

class NotAnAnswer extends Error {}

/** Tags in a row and the texts between them; comments and the prologue are passed over. */
class Reader {
  readonly #tokens: readonly string[];
  #at = 0;

  constructor(text: string) {
    const plain = text.replaceAll(/<\?[^]*?\?>|<!--[^]*?-->|<!DOCTYPE[^>]*>/g, "");
    this.#tokens = plain.match(/<[^>]*>|[^<]+/g) ?? [];
  }

  open(name: string): void {
    if (!this.tryOpen(name)) throw new NotAnAnswer();
  }

  tryOpen(name: string): boolean {
    this.#skipBlanks();
    if (this.#tokens[this.#at] !== `<${name}>`) return false;
    this.#at++;
    return true;
  }

  value(): XmlValue {
    this.open("value");
    const value = this.#content();
    this.#close("value");
    return value;
  }

  #content(): XmlValue {
    const token = this.#tokens[this.#at] ?? "";
    // A value without a type is a string, blanks included.
    if (!token.startsWith("<") || token === "</value>") {
      const next = this.#tokens[this.#at + 1] ?? "";
      if (token === "</value>" || next === "</value>") return this.#text();
      this.#skipBlanks();
    }
    const type = /^<([a-zA-Z0-9]+)\/?>$/.exec(this.#tokens[this.#at++] ?? "")?.[1] ?? "";
    if ((this.#tokens[this.#at - 1] ?? "").endsWith("/>")) return "";
    switch (type) {
      case "string":
      case "dateTime.iso8601":
      case "base64": {
        const text = this.#text();
        this.#close(type);
        return text;
      }
      case "int":
      case "i4":
      case "double": {
        const number = Number(this.#text());
        this.#close(type);
        return number;
      }
      case "boolean": {
        const truth = this.#text().trim() === "1";
        this.#close(type);
        return truth;
      }
      case "nil":
        this.#close(type);
        return "";
      case "array":
        return this.#array();
      case "struct":
        return this.#struct();
      default:
        throw new NotAnAnswer();
    }
  }

  #array(): XmlValue {
    const values: XmlValue[] = [];
    if (!this.tryOpen("data/")) {
      this.open("data");
      while (!this.#tryClose("data")) values.push(this.value());
    }
    this.#close("array");
    return values;
  }

  #struct(): XmlValue {
    const members: Record<string, XmlValue> = {};
    while (!this.#tryClose("struct")) {
      this.open("member");
      this.open("name");
      const name = this.#text();
      this.#close("name");
      members[name] = this.value();
      this.#close("member");
    }
    return members;
  }

  #text(): string {
    const token = this.#tokens[this.#at] ?? "";
    if (token.startsWith("<")) return "";
    this.#at++;
    return token.replaceAll(/&(lt|gt|quot|apos|amp|#x[0-9a-fA-F]+|#[0-9]+);/g, (_, name: string) =>
      name.startsWith("#x")
        ? String.fromCodePoint(Number.parseInt(name.slice(2), 16))
        : name.startsWith("#")
          ? String.fromCodePoint(Number(name.slice(1)))
          : (entities[name] as string),
    );
  }

  #close(name: string): void {
    if (!this.#tryClose(name)) throw new NotAnAnswer();
  }

  #tryClose(name: string): boolean {
    this.#skipBlanks();
    if (this.#tokens[this.#at] !== `</${name}>`) return false;
    this.#at++;
    return true;
  }

  #skipBlanks(): void {
    while ((this.#tokens[this.#at] ?? "x").trim() === "") this.#at++;
  }
}

const entities: Readonly<Record<string, string>> = {
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  amp: "&",
};
