/** A duration for people: `12 ms`, `3.4 s`. */
export function time(milliseconds: number): string {
  return milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1000).toFixed(1)} s`;
}

const units = ["B", "KiB", "MiB", "GiB", "TiB"];

/** A size for people: `512 B`, `3.4 MiB`. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes} B` : `${value.toFixed(1)} ${units[unit]}`;
}

/** Bytes of `500MB`, `5GiB`, `1.5 G` or a plain number: `KB` counts thousands, `K` and `KiB` count 1024. */
export function parseSize(text: string): number | undefined {
  const parts = /^([0-9]+(?:\.[0-9]+)?)\s*(?:([kmgt])(i?b)?|b)?$/i.exec(text.trim());
  if (parts === null) return undefined;
  const [, number = "", letter, end] = parts;
  const power = letter === undefined ? 0 : "kmgt".indexOf(letter.toLowerCase()) + 1;
  return Math.floor(Number(number) * (end?.toLowerCase() === "b" ? 1000 : 1024) ** power);
}
