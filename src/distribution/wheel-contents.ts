import type { ZipArchive } from "#archive/zip";
import { busyForSeconds } from "#base/busy-code";
import type { RunningHash, World } from "#platform/ports";
import { recordMismatch } from "./errors.ts";
import { promisedHash, promisesSha256 } from "./record-rows.ts";
import type { WheelFileMember } from "./wheel-files.ts";

/** Where content goes: whole, or piece by piece; each piece is overwritten by the next. */
export type ContentTaker = (content: Uint8Array | Iterable<Uint8Array>) => void;

/** What {@link openWheel} hands contents out with. */
export class Contents {
  readonly #archive: ZipArchive;
  readonly #filename: string;
  readonly #hashing: World["hashing"];

  constructor(archive: ZipArchive, filename: string, hashing: World["hashing"]) {
    this.#archive = archive;
    this.#filename = filename;
    this.#hashing = hashing;
  }

  content(file: WheelFileMember, take: ContentTaker): string {
    const { member, row } = file;
    const hashing = this.#hashing;
    const short = this.#archive.short(member);
    if (short === undefined) {
      const sums = new Sums(file, this.#filename, hashing);
      take(sums.over(this.#archive.pieces(member)));
      return sums.end();
    }
    const sha256 = hashing.digest("sha256", short, "base64url");
    if (!promisesSha256(row, member.name, sha256)) {
      const { algorithm } = promisedHash(row);
      const found = algorithm === "sha256" ? sha256 : hashing.digest(algorithm, short, "base64url");
      checkPromise(file, this.#filename, found);
    }
    take(short);
    return sha256;
  }
}

function checkPromise(file: WheelFileMember, filename: string, found: string): void {
  const { algorithm, digest } = promisedHash(file.row);
  if (found !== digest)
    throw recordMismatch(
      filename,
      file.member.name,
      `RECORD promises ${algorithm} ${digest}, the archive holds ${found}`,
    );
}

/** The digests of a long file while its content goes by. */
class Sums {
  readonly #file: WheelFileMember;
  readonly #filename: string;
  readonly #own: RunningHash;
  readonly #promised: RunningHash | undefined;
  #sha256: string | undefined;

  constructor(file: WheelFileMember, filename: string, hashing: World["hashing"]) {
    const { algorithm } = promisedHash(file.row);
    this.#file = file;
    this.#filename = filename;
    this.#own = hashing.start("sha256");
    this.#promised = algorithm === "sha256" ? undefined : hashing.start(algorithm);
  }

  add(piece: Uint8Array): void {
    this.#own.update(piece);
    this.#promised?.update(piece);
  }

  /** Throws behind the last piece when they do not agree with RECORD. */
  *over(pieces: Iterable<Uint8Array>): Generator<Uint8Array, void> {
    for (const piece of pieces) {
      this.add(piece);
      yield piece;
    }
    this.end();
  }

  /** The sha256 of everything. */
  end(): string {
    if (this.#sha256 !== undefined) return this.#sha256;
    const sha256 = this.#own.base64url();
    checkPromise(this.#file, this.#filename, this.#promised?.base64url() ?? sha256);
    this.#sha256 = sha256;
    return sha256;
  }
}

busyForSeconds(Contents, checkPromise);
