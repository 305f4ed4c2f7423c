import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

/** One spelling of one option of a peer's command, as the peer's own help has it. */
export type PeerOption = {
  /** `pip install`, `virtualenv`. */
  readonly command: string;
  /** `--requirement` or `-r`. */
  readonly spelling: string;
  /** The long name among its spellings, without dashes: what a table is looked up by. */
  readonly name: string;
  /** What the help puts in the place of a value; `undefined` for a flag. */
  readonly value: string | undefined;
};

/** Where the programs of the peers' environment are. */
export function peerProgram(peers: string, name: string): string {
  const windows = join(peers, "Scripts", `${name}.exe`);
  return existsSync(windows) ? windows : join(peers, "bin", name);
}

/** All options of pip's commands, of pip-tools' two and of virtualenv, from what `--help` prints. */
export function peerOptions(peers: string): PeerOption[] {
  const pages = JSON.parse(
    output([peerProgram(peers, "python"), "-I", join(import.meta.dir, "peer_help.py")]),
  ) as Readonly<Record<string, string>>;
  return [
    ...Object.entries(pages).flatMap(([name, page]) => optionsOf(`pip ${name}`, page)),
    ...["pip-compile", "pip-sync", "virtualenv"].flatMap((name) =>
      optionsOf(name, output([peerProgram(peers, name), "--help"])),
    ),
  ];
}

function output([program, ...args]: readonly string[]): string {
  // So wide that no option is broken from its value.
  const env = { ...process.env, COLUMNS: "400", NO_COLOR: "1", PIP_CONFIG_FILE: "/dev/null" };
  const { status, stdout, stderr } = spawnSync(program as string, args, { encoding: "utf8", env });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")} failed: ${stderr}`);
  return stdout;
}

/**
 * The lines that optparse, argparse and click begin with an option: `-r, --requirement <file>  Text`,
 * `-p py, --python py  Text`, `--header / --no-header  Text`.
 */
export function optionsOf(command: string, page: string): PeerOption[] {
  const found: PeerOption[] = [];
  for (const line of page.split("\n")) {
    const [, spec] = /^ {2}(-\S.*?)(?: {2,}|$)/.exec(line) ?? [];
    if (spec === undefined) continue;
    const parts = spec.split(/, | \/ /).map((part) => /^(\S+)(?: (.+))?$/.exec(part));
    const value = parts.at(-1)?.[2];
    const spellings = parts.map((part) => part?.[1] as string);
    const long = spellings.find((spelling) => spelling.startsWith("--"));
    for (const spelling of spellings) {
      // `--upgrade / --no-upgrade` are two options, `--copies, --always-copy` one with two names.
      const own = spelling.startsWith("--") && spec.includes(" / ") ? spelling : long;
      found.push({ command, spelling, name: (own ?? spelling).replace(/^-+/, ""), value });
    }
  }
  return found;
}
