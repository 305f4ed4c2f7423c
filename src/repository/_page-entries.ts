/** The entries of a page's list of files, as bytes of JSON. */
export type Entries = {
  readonly content: Uint8Array;
  readonly filenames: readonly string[];
  /** Start and end of each entry in `content`. Neighbours have one comma between them. */
  readonly bounds: readonly number[];
};

/**
 * Finds the entries in a page as it was served, without decoding them: searching is ten times as fast. Two ways of
 * writing JSON are known, without spaces and with Python's. `shell` is the page with an empty list of files, decoded.
 *
 * What is searched for holds a quote that no text can hold, as its quotes would be escaped: `"filename":"`, and the seam
 * `},{"key":` with the first key of the first entry. Where both alternate strictly, each stretch between two seams is
 * the entry, or the entries, of one file name. Where they do not, there is no answer.
 */
export function locateEntries(
  content: Uint8Array,
): (Entries & { readonly shell: Readonly<Record<string, unknown>> }) | undefined {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.length);
  const style = [compact, spaced].find(({ opening }) => bytes.includes(opening));
  if (style === undefined) return undefined;
  const start = bytes.indexOf(style.opening) + style.opening.length - 1;
  const firstKey = textOf(bytes, start + 1, bytes.indexOf(quote, start + 2) + 2);
  if (!/^"[a-z][\w-]*":$/i.test(firstKey)) return undefined;
  const separator = style.separator.length;
  const seam = Buffer.from(style.separator + firstKey);
  // As bytes: a text would be encoded anew at each search.
  const nameKey = Buffer.from(style.key);
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
  // The list may be another one that is called the same: then the page has its own beside it, or is no page.
  const shell = shellOf(textOf(bytes, 0, start) + textOf(bytes, end, bytes.length));
  if (shell === undefined) return undefined;
  return isEntry(textOf(bytes, start, bounds[1] as number), filenames[0])
    ? { content, filenames, bounds, shell }
    : undefined;
}

const quote = 0x22;
const backslash = 0x5c;

function textOf(bytes: Buffer, start: number, end: number): string {
  return bytes.toString("utf8", start, end);
}

function isPlainName(filename: string): boolean {
  return !filename.includes("\\") && /^[ -~]*$/.test(filename);
}

/** Where the last entry ends; it may hold `}]` itself. */
function endOfList(bytes: Buffer, start: number, key: number): number | undefined {
  let close = bytes.indexOf("}]", key);
  for (let tries = 0; close !== -1 && tries < 20; tries++) {
    if (isJson(textOf(bytes, start, close + 1))) return close + 1;
    close = bytes.indexOf("}]", close + 1);
  }
  return undefined;
}

function shellOf(text: string): Readonly<Record<string, unknown>> | undefined {
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

/** Some of the entries, and no others in between. */
export function entriesOf(
  { content, filenames, bounds }: Entries,
  isWanted: (filename: string) => boolean,
): Entries {
  const some: string[] = [];
  const places: number[] = [];
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let at = 0; at < filenames.length; at++) {
    const filename = filenames[at] as string;
    if (!isWanted(filename)) continue;
    const piece = content.subarray(bounds[2 * at], bounds[2 * at + 1]);
    some.push(filename);
    places.push(length, length + piece.length);
    pieces.push(piece, comma);
    length += piece.length + 1;
  }
  return { content: Buffer.concat(pieces, length), filenames: some, bounds: places };
}

const comma = Uint8Array.of(0x2c);

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
