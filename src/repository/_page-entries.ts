/** The entries of a page's list of files, as bytes of JSON. */
export type Entries = {
  readonly content: Uint8Array;
  readonly filenames: readonly string[];
  /** Start and end of each entry in `content`. Neighbours have one comma between them. */
  readonly bounds: readonly number[];
};

/**
 * Finds the entries in a page as it was served, without decoding them: searching is ten times as fast. Two ways of
 * writing JSON are known, without spaces and with Python's. `shell` is the text of the page with an empty list of files.
 *
 * What is searched for holds a quote that no text can hold, as its quotes would be escaped: `"filename":"`, and the seam
 * `},{"key":` with the first key of the first entry. Where both alternate strictly, each stretch between two seams is
 * the entry, or the entries, of one file name. Where they do not, there is no answer.
 */
export function locateEntries(
  content: Uint8Array,
): (Entries & { readonly shell: string }) | undefined {
  const decoded = decoder.decode(content);
  // Nothing but ASCII, and what is no text at all byte by byte, keeps its length.
  const text = decoded.length === content.length ? decoded : byteDecoder.decode(content);
  const style = [compact, spaced].find(({ opening }) => text.includes(opening));
  if (style === undefined) return undefined;
  const start = text.indexOf(style.opening) + style.opening.length - 1;
  const seam = style.separator + text.slice(start + 1, text.indexOf('"', start + 2) + 2);
  if (!/^[},{ ]+"[a-z][\w-]*":$/i.test(seam)) return undefined;
  const isPlain = !text.includes("\\") && text === decoded;
  const filenames: string[] = [];
  const bounds: number[] = [start];
  let key = text.indexOf(style.key, start);
  let lastSeam = text.indexOf(seam, start);
  if (key === -1 || (lastSeam !== -1 && lastSeam < key)) return undefined;
  for (;;) {
    const nameStart = key + style.key.length;
    const nameEnd = text.indexOf('"', nameStart);
    const filename = text.slice(nameStart, nameEnd);
    if (nameEnd === -1 || (!isPlain && !isPlainName(filename))) return undefined;
    filenames.push(filename);
    const next = text.indexOf(style.key, nameEnd);
    if (lastSeam === -1) {
      if (next !== -1) return undefined;
      break;
    }
    bounds.push(lastSeam + 1, lastSeam + style.separator.length - 1);
    const following = text.indexOf(seam, lastSeam + 1);
    if (next === -1 || next < lastSeam || (following !== -1 && following < next)) return undefined;
    lastSeam = following;
    key = next;
  }
  const end = endOfList(text, bounds.at(-1) as number, key);
  if (end === undefined) return undefined;
  bounds.push(end);
  // The list may be another one that is called the same: then the page has its own beside it, or is no page.
  const shell = decoder.decode(content.subarray(0, start)) + decoder.decode(content.subarray(end));
  if (!hasNoFiles(shell) || !isEntry(text.slice(start, bounds[1]), filenames[0])) return undefined;
  return { content, filenames, bounds, shell };
}

const decoder = new TextDecoder();
/** Each byte becomes one character. */
const byteDecoder = new TextDecoder("latin1");

function isPlainName(filename: string): boolean {
  return !filename.includes("\\") && /^[ -~]*$/.test(filename);
}

/** Where the last entry ends; it may hold `}]` itself. */
function endOfList(text: string, start: number, key: number): number | undefined {
  let close = text.indexOf("}]", key);
  for (let tries = 0; close !== -1 && tries < 20; tries++) {
    if (isJson(text.slice(start, close + 1))) return close + 1;
    close = text.indexOf("}]", close + 1);
  }
  return undefined;
}

function hasNoFiles(shell: string): boolean {
  try {
    const document: unknown = JSON.parse(shell);
    if (typeof document !== "object" || document === null || !("files" in document)) return false;
    return Array.isArray(document.files) && document.files.length === 0;
  } catch {
    return false;
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Writes entries anew. What has no file name is left out. */
export function writeEntries(files: readonly unknown[]): Entries {
  const encoder = new TextEncoder();
  const filenames: string[] = [];
  const bounds: number[] = [];
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (const file of files) {
    const filename = nameOf(file);
    if (filename === undefined) continue;
    const piece = encoder.encode(`${JSON.stringify(file)},`);
    filenames.push(filename);
    bounds.push(length, length + piece.length - 1);
    pieces.push(piece);
    length += piece.length;
  }
  const content = new Uint8Array(length);
  for (let at = 0; at < pieces.length; at++) content.set(pieces[at] as Uint8Array, bounds[2 * at]);
  return { content, filenames, bounds };
}

const compact = { opening: '"files":[{', separator: "},{", key: '"filename":"' };
const spaced = { opening: '"files": [{', separator: "}, {", key: '"filename": "' };

function nameOf(file: unknown): string | undefined {
  if (typeof file !== "object" || file === null || !("filename" in file)) return undefined;
  const { filename } = file;
  return typeof filename === "string" ? filename : undefined;
}

function isEntry(text: string, filename: string | undefined): boolean {
  try {
    return nameOf(JSON.parse(text)) === filename;
  } catch {
    return false;
  }
}
