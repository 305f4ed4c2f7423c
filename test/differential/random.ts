/** Numbers that look random and are the same on every run: a failing case can be found again by its seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** From 0 inclusive to 1 exclusive (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  /** A whole number from 0 up to, not including, `limit`. */
  below(limit: number): number {
    return Math.floor(this.next() * limit);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)] as T;
  }

  /** `make` called from `least` to `most` times. */
  list<T>(least: number, most: number, make: () => T): T[] {
    return Array.from({ length: least + this.below(most - least + 1) }, make);
  }

  /** The text, in most cases with one to three of its characters lost, doubled, replaced or added. */
  mutated(text: string, alphabet: readonly string[]): string {
    const characters = [...text];
    for (let i = this.below(4); i > 0; i--) {
      const at = this.below(characters.length + 1);
      const way = this.below(4);
      if (way === 0) characters.splice(at, 1);
      else if (way === 1) characters.splice(at, 0, this.pick(alphabet));
      else if (way === 2) characters.splice(at, 1, this.pick(alphabet));
      else characters.splice(at, 0, characters[at] ?? this.pick(alphabet));
    }
    return characters.join("");
  }
}
