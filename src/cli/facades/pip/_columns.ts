/** Columns as pip prints them: headings, a rule of dashes, rows padded to the widest cell. */
export function columns(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = headings.map((heading, i) =>
    Math.max(heading.length, ...rows.map((row) => (row[i] ?? "").length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => cell.padEnd(widths[i] as number))
      .join(" ")
      .trimEnd();
  return [line(headings), widths.map((width) => "-".repeat(width)).join(" "), ...rows.map(line)]
    .map((text) => `${text}\n`)
    .join("");
}
