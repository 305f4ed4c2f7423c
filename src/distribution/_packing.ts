import type { ZipLimits } from "#archive/zip-directory";
import type { World } from "#platform/ports";
import { sdistInvalid } from "./errors.ts";

/** How an archive of sources is packed, by the ending of its name. */
export type ArchiveForm = "zip" | "tar" | "gzip" | "zstd" | "bzip2" | "xz";

const endings: readonly (readonly [ArchiveForm, RegExp])[] = [
  ["gzip", /\.(?:tar\.gz|tgz)$/i],
  ["zip", /\.zip$/i],
  ["bzip2", /\.(?:tar\.bz2|tbz2?)$/i],
  ["xz", /\.(?:tar\.xz|txz|tar\.lzma|tlz)$/i],
  ["zstd", /\.(?:tar\.zst|tzst)$/i],
  ["tar", /\.tar$/i],
];

/** `undefined` when the name is that of no archive which pkm unpacks. */
export function archiveForm(filename: string): ArchiveForm | undefined {
  return endings.find(([, ending]) => ending.test(filename))?.[0];
}

/** What hosts of version control make has the commit as its comment, and may have links. */
export const sourceZips: ZipLimits = {
  members: 500_000,
  size: 4 * 2 ** 30,
  ratio: 50,
  ratioFrom: 64 * 2 ** 20,
  isSource: true,
};

/** Unpacks gzip and zstd to the tar file inside, within the limit for archives of its size. */
export function unpackedHere(
  bytes: Uint8Array,
  form: "tar" | "gzip" | "zstd",
  filename: string,
  inflate: World["inflate"],
): Uint8Array {
  if (form === "tar") return bytes;
  const limit = unpackedLimit(bytes.length);
  try {
    return form === "gzip" ? inflate.gunzip(bytes, limit) : inflate.unzstd(bytes, limit);
  } catch (error) {
    throw error instanceof RangeError
      ? tooLarge(filename, limit, error)
      : sdistInvalid(filename, "it cannot be unpacked", damaged, error);
  }
}

/** {@link unpackedHere} for every form; `.tar.bz2` and `.tar.xz` by the library of an interpreter. */
export async function unpackedTar(
  bytes: Uint8Array,
  form: Exclude<ArchiveForm, "zip">,
  archive: {
    readonly filename: string;
    readonly to: string;
    readonly python?: string | undefined;
  },
  world: Pick<World, "files" | "inflate" | "processes">,
): Promise<Uint8Array> {
  const { filename, python } = archive;
  if (form !== "bzip2" && form !== "xz") return unpackedHere(bytes, form, filename, world.inflate);
  if (python === undefined) throw needsPython(filename, form, "no interpreter is at hand");
  const { files, processes } = world;
  const slash = archive.to.lastIndexOf("/");
  const folder = files.makeTemporaryFolder(archive.to.slice(0, slash) || "/", "unpack-");
  try {
    const [packed, unpacked] = [`${folder}/packed`, `${folder}/unpacked`];
    files.write(packed, bytes);
    const limit = unpackedLimit(bytes.length);
    const argv = [python, "-I", "-c", decompress, form, packed, unpacked, String(limit)] as const;
    // Nothing of the folder it is started in may be imported: it is empty.
    const { status, stderr } = await processes.run({ argv, cwd: folder });
    if (status === 0) return files.read(unpacked);
    if (status === tooLargeStatus) throw tooLarge(filename, limit);
    if (status === noModuleStatus)
      throw needsPython(filename, form, `\`${python}\` was built without the module that reads it`);
    const last = stderr.trimEnd().split("\n").at(-1) ?? "";
    throw sdistInvalid(filename, "it cannot be unpacked", last === "" ? damaged : last);
  } finally {
    files.removeTree(folder);
  }
}

const tooLargeStatus = 3;
const noModuleStatus = 4;

const decompress = `
import sys
form, packed, unpacked, limit = sys.argv[1:]
try:
    if form == "bzip2":
        from bz2 import BZ2File as Reader
    else:
        from lzma import LZMAFile as Reader
except ImportError:
    sys.exit(${noModuleStatus})
left = int(limit)
with Reader(packed) as source, open(unpacked, "wb") as target:
    while True:
        piece = source.read(1 << 20)
        if not piece:
            break
        left -= len(piece)
        if left < 0:
            sys.exit(${tooLargeStatus})
        target.write(piece)
`;

const damaged = "the file is damaged or was cut off on its way";

/** The ratio of zip archives, for the same reason: what unpacks to more is meant to fill the memory. */
function unpackedLimit(packed: number): number {
  return Math.max(64 * 2 ** 20, Math.min(50 * packed, 2 * 2 ** 30));
}

function tooLarge(filename: string, limit: number, cause?: unknown): Error {
  const why = `it unpacks to more than ${limit} bytes`;
  return sdistInvalid(filename, "it cannot be unpacked", why, cause);
}

function needsPython(filename: string, form: string, why: string): Error {
  return sdistInvalid(filename, `it is packed with ${form}`, why);
}
