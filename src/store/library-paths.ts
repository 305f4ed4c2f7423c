import type { Files } from "#platform/ports";

/**
 * True when a native library of a wheel asks the loader to look in a folder that the wheel does not have, beside the
 * folder `top` of its own: `$ORIGIN/../../nvidia/cublas/lib` (ELF), `@loader_path/../…` (Mach-O). `folders` are all
 * folders of the wheel, `from` is where it lies unpacked. Any text of that form in the file counts; a false alarm only
 * costs a few hard links.
 */
export function looksOutside(
  path: string,
  top: string,
  folders: ReadonlySet<string>,
  from: string,
  files: Pick<Files, "readAt" | "tryStat">,
): boolean {
  if (!library.test(path)) return false;
  for (const text of loaderTexts(`${from}/${path}`, files))
    for (const entry of text.split(":")) {
      const target = targetOf(entry, path);
      if (target === undefined || target === top || target.startsWith(`${top}/`)) continue;
      if (!folders.has(target)) return true;
    }
  return false;
}

const library = /\.(?:so|dylib)(?:\.[0-9.]+)?$|\.pyd$/;
const fileName = /\.(?:dylib|so)$/;
const loaderPath = "@loader_path/";
const variables = ["$ORIGIN/", "${ORIGIN}/", loaderPath] as const;

/** Where an entry leads, relative to site-packages; `undefined` for one that is not relative to its file. */
function targetOf(entry: string, path: string): string | undefined {
  const variable = variables.find((name) => entry.startsWith(name));
  if (variable === undefined) return undefined;
  const at = path.split("/").slice(0, -1);
  for (const step of entry.slice(variable.length).split("/")) {
    if (step === "" || step === ".") continue;
    // Above site-packages there is nothing of anybody's.
    if (step === "..") {
      if (at.pop() === undefined) return undefined;
    } else at.push(step);
  }
  // Mach-O names files, ELF folders.
  if (variable === loaderPath && fileName.test(at.at(-1) ?? "")) at.pop();
  return at.join("/");
}

const piece = 1 << 20;
/** Texts that lie across the border of two pieces are found whole in the second. */
const overlap = 4096;
const decoder = new TextDecoder("latin1");

function* loaderTexts(file: string, files: Pick<Files, "readAt" | "tryStat">): Generator<string> {
  const size = files.tryStat(file)?.size ?? 0;
  for (let offset = 0; offset < size; offset += piece - overlap) {
    const content = decoder.decode(files.readAt(file, offset, piece));
    for (const variable of variables)
      for (let at = content.indexOf(variable); at !== -1;) {
        const end = content.indexOf("\0", at);
        // Several entries make one text, and the first need not begin so.
        yield content.slice(content.lastIndexOf("\0", at) + 1, end === -1 ? undefined : end);
        at = end === -1 ? -1 : content.indexOf(variable, end);
      }
  }
}
