import { settled } from "./golden.ts";
import type { Sandbox } from "./pkm.ts";

/** What a person would see who types these commands one after the other: `2|` marks what goes to stderr. */
export class Transcript {
  readonly #sandbox: Sandbox;
  readonly #words: Readonly<Record<string, string>>;
  readonly #inserts: Readonly<Record<string, string>>;
  #text = "";

  /**
   * `words` stand for what differs from machine to machine, longest texts first; `inserts` are put into command
   * lines where `[NAME]` stands.
   */
  constructor(
    sandbox: Sandbox,
    words: Readonly<Record<string, string>>,
    inserts: Readonly<Record<string, string>>,
  ) {
    this.#sandbox = sandbox;
    this.#words = words;
    this.#inserts = inserts;
  }

  /** A heading for what follows. */
  note(text: string): void {
    this.#text += `${this.#text === "" ? "" : "\n"}# ${text}\n`;
  }

  /** Runs a command line without quoting: words are divided by blanks. */
  async pkm(line: string, env: Record<string, string> = {}): Promise<void> {
    const variables = Object.entries(env).map(([name, value]) => `${name}=${value} `);
    const typed = line
      .split(" ")
      .filter((word) => word !== "")
      .map((word) =>
        word.replace(/^\[([A-Z]+)\]$/, (all, name: string) => this.#inserts[name] ?? all),
      );
    const { stdout, stderr, status } = await this.#sandbox.pkm(typed, { env });
    const errors = stderr === "" ? "" : stderr.replace(/\n$/, "").replaceAll(/^/gm, "2| ");
    const end = status === 0 ? "" : `[exit ${status}]\n`;
    this.#text += `\n$ ${variables.join("")}pkm ${line}\n${stdout}${errors === "" ? "" : `${errors}\n`}${end}`;
  }

  toString(): string {
    const text = settled(this.#text, this.#words);
    // Blanks at the end of a line are none of a golden file's business.
    return text.replaceAll(/[ \t]+$/gm, "");
  }
}
