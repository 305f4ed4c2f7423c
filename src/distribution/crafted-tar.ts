import { bytesOf, joined } from "#archive/crafted-zip";

/** One member of {@link craftTar}, however wrong. */
export type CraftedMember = {
  readonly name: string;
  /** As tar numbers kinds: `0` a file, `1` a hard link, `2` a symbolic one, `5` a folder. */
  readonly type?: string;
  readonly content?: string | Uint8Array;
  readonly target?: string;
  readonly mode?: number;
  readonly modified?: number;
};

/** A tar file for tests that holds what no tool would write. */
export function craftTar(members: readonly CraftedMember[]): Uint8Array {
  return joined([...members.flatMap(blocksOf), new Uint8Array(1024)]);
}

function blocksOf({
  name,
  type = "0",
  content = "",
  target = "",
  mode = 0o644,
  modified = 1_700_000_000,
}: CraftedMember): Uint8Array[] {
  const header = new Uint8Array(512);
  const bytes = bytesOf(content);
  const put = (at: number, text: string): void => header.set(bytesOf(text), at);
  const octal = (value: number, digits: number): string =>
    `${value.toString(8).padStart(digits, "0")}\0`;
  put(0, name);
  put(100, octal(mode, 7));
  put(124, octal(bytes.length, 11));
  put(136, octal(modified, 11));
  put(148, "        ");
  put(156, type);
  put(157, target);
  put(257, "ustar\x0000");
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${octal(sum, 6)} `);
  return [header, bytes, new Uint8Array((512 - (bytes.length % 512)) % 512)];
}
