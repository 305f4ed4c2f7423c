/** The entries of a page's list of files, as bytes of JSON. */
export type Entries = {
  readonly content: Uint8Array;
  readonly filenames: readonly string[];
  /** Start and end of each entry in `content`. Neighbours have one comma between them. */
  readonly bounds: readonly number[];
};

/** A page as it was served, and the entries of its list that were looked for. `shell` is the page without them, decoded. */
export type LocatedEntries = Entries & { readonly shell: Readonly<Record<string, unknown>> };

/**
 * Finds the entries in a page as it was served, without decoding them: searching is ten times as fast. Where names and
 * seams (see {@link layoutOf}) alternate strictly, each stretch between two seams is the entry, or the entries, of one
 * file name. Where they do not, there is no answer.
 */
export function locateEntries(content: Uint8Array): LocatedEntries | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const layout = layoutOf(bytes);
  if (layout === undefined) return undefined;
  const { start, separator, seam, nameKey } = layout;
  // Without a backslash anywhere, a name is what its bytes say.
  const isPlain = !bytes.includes(backslash);
  const filenames: string[] = [];
  const bounds: number[] = [start];
  let key = bytes.indexOf(nameKey, start);
  let lastSeam = bytes.indexOf(seam, start);
  if (key === -1 || (lastSeam !== -1 && lastSeam < key)) return undefined;
  for (;;) {
    const nameStart = key + nameKey.length;
    const nameEnd = bytes.indexOf(quote, nameStart);
    if (nameEnd === -1) return undefined;
    const filename = textOf(bytes, nameStart, nameEnd);
    if (!isPlain && !isPlainName(filename)) return undefined;
    filenames.push(filename);
    const next = bytes.indexOf(nameKey, nameEnd);
    if (lastSeam === -1) {
      if (next !== -1) return undefined;
      break;
    }
    bounds.push(lastSeam + 1, lastSeam + separator - 1);
    const following = bytes.indexOf(seam, lastSeam + 1);
    if (next === -1 || next < lastSeam || (following !== -1 && following < next)) return undefined;
    lastSeam = following;
    key = next;
  }
  const end = endOfList(bytes, bounds.at(-1) as number, key);
  if (end === undefined) return undefined;
  bounds.push(end);
  const shell = shellAround(bytes, start, end);
  if (shell === undefined) return undefined;
  return isEntry(textOf(bytes, start, bounds[1] as number), filenames[0])
    ? { content, filenames, bounds, shell }
    : undefined;
}

/** How a page is written: where its first entry starts, and what to look for. */
export type PageLayout = {
  readonly start: number;
  /** The end of an entry and the beginning of the next with its first key. */
  readonly seam: Buffer;
  /** How much of the seam lies before that key. */
  readonly separator: number;
  readonly nameKey: Buffer;
};

/**
 * Two ways of writing JSON are known, without spaces and with Python's. What is searched for holds a quote that no text
 * can hold, as its quotes would be escaped: `"filename":"`, and the seam `},{"key":` with the first key of the first entry.
 */
export function layoutOf(bytes: Buffer): PageLayout | undefined {
  const style = [compact, spaced].find(({ opening }) => bytes.includes(opening));
  if (style === undefined) return undefined;
  const start = bytes.indexOf(style.opening) + style.opening.length - 1;
  const firstKey = textOf(bytes, start + 1, bytes.indexOf(quote, start + 2) + 2);
  if (!/^"[a-z][\w-]*":$/i.test(firstKey)) return undefined;
  // As bytes: a text would be encoded anew at each search.
  const seam = Buffer.from(style.separator + firstKey);
  return { start, seam, separator: style.separator.length, nameKey: Buffer.from(style.key) };
}

export const quote = 0x22;
export const backslash = 0x5c;

export function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("utf8", start, end);
}

/** True when a name means what its bytes say. */
export function isPlainName(filename: string): boolean {
  return !filename.includes("\\") && /^[ -~]*$/.test(filename);
}

/** Where the last entry ends, which starts at `start` and has its name at `key`; it may hold `}]` itself. */
export function endOfList(bytes: Buffer, start: number, key: number): number | undefined {
  let close = bytes.indexOf("}]", key);
  for (let tries = 0; close !== -1 && tries < 20; tries++) {
    if (isJson(textOf(bytes, start, close + 1))) return close + 1;
    close = bytes.indexOf("}]", close + 1);
  }
  return undefined;
}

/** The page without its list. That may be another one that is called the same: then the page has its own beside it, or is no page. */
export function shellAround(
  bytes: Buffer,
  start: number,
  end: number,
): Readonly<Record<string, unknown>> | undefined {
  const text = textOf(bytes, 0, start) + textOf(bytes, end, bytes.length);
  try {
    const document: unknown = JSON.parse(text.replace(/^\ufeff/, ""));
    if (typeof document !== "object" || document === null || !("files" in document))
      return undefined;
    return Array.isArray(document.files) && document.files.length === 0
      ? (document as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
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

/** True for an entry of a file name, and nothing else. */
export function isEntry(text: string, filename: string | undefined): boolean {
  try {
    return nameOf(JSON.parse(text)) === filename;
  } catch {
    return false;
  }
}
