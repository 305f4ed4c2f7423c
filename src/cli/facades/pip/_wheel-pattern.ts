/**
 * Which file names a pattern of `pip cache` means: with a dash it has a version at least and only its end is open,
 * without one it is a name. `*`, `?` and `[…]` are those of Python's fnmatch.
 */
export function wheelPattern(pattern: string): (filename: string) => boolean {
  const whole = new RegExp(
    `^${translated(pattern + (pattern.includes("-") ? "*.whl" : "-*.whl"))}$`,
    "s",
  );
  return (filename) => whole.test(filename);
}

function translated(glob: string): string {
  let text = "";
  for (let at = 0; at < glob.length; at++) {
    const character = glob[at] as string;
    const end = character === "[" ? glob.indexOf("]", at + (glob[at + 1] === "!" ? 3 : 2)) : -1;
    if (character === "*") text += ".*";
    else if (character === "?") text += ".";
    else if (end !== -1) {
      const inside = glob
        .slice(at + 1, end)
        .replaceAll("\\", "\\\\")
        .replace(/^!/, "^");
      text += `[${inside}]`;
      at = end;
    } else text += character.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
  }
  return text;
}
