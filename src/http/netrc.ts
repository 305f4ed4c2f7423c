import type { Files, Host } from "#platform/ports";

/** One entry of a netrc file; `machine` is `undefined` for `default`. */
export type NetrcEntry = {
  readonly machine: string | undefined;
  readonly username: string;
  readonly password: string;
};

/**
 * Reads the format of ftp(1), as GNU inetutils describes it and Python's `netrc` reads it: words between spaces, some
 * in double quotes, `#` comments, `macdef` blocks that end at an empty line. What is not understood is passed over:
 * somebody else's entry must not stop pkm.
 */
export function parseNetrc(text: string): NetrcEntry[] {
  const words = split(text);
  const entries: NetrcEntry[] = [];
  let at = 0;
  while (at < words.length) {
    const word = words[at++];
    if (word !== "machine" && word !== "default") continue;
    const machine = word === "machine" ? words[at++] : undefined;
    let username = "";
    let password: string | undefined;
    while (at < words.length) {
      const key = words[at] as string;
      if (key === "login" || key === "user") username = words[at + 1] ?? "";
      else if (key === "password") password = words[at + 1];
      else if (key !== "account") break;
      at += 2;
    }
    if (password !== undefined) entries.push({ machine, username, password });
  }
  return entries;
}

/** The text of `$NETRC`, `~/.netrc` or `~/_netrc`, whichever is there first. */
export function readNetrc(world: {
  readonly files: Files;
  readonly host: Host;
}): string | undefined {
  const { files, host } = world;
  const named = host.env.NETRC;
  const paths =
    named !== undefined && named !== ""
      ? [named.startsWith("~/") ? host.home + named.slice(1) : named]
      : [`${host.home}/.netrc`, `${host.home}/_netrc`];
  for (const path of paths) {
    try {
      const text = files.tryReadText(path);
      if (text !== undefined) return text;
    } catch {
      // A file that this user may not read holds no password for this user.
    }
  }
  return undefined;
}

function split(text: string): string[] {
  const words: string[] = [];
  let at = 0;
  while (at < text.length) {
    const unit = text.charCodeAt(at);
    if (unit <= 0x20) at++;
    else if (unit === 0x23 /* # */ && startsLineOrWord(text, at)) at = endOf(text, "\n", at);
    else if (unit === 0x22 /* " */) {
      let word = "";
      for (at++; at < text.length && text[at] !== '"'; at++) {
        if (text[at] === "\\") at++;
        word += text[at] ?? "";
      }
      at++;
      words.push(word);
    } else {
      let word = "";
      for (; at < text.length && text.charCodeAt(at) > 0x20; at++) {
        if (text[at] === "\\") at++;
        word += text[at] ?? "";
      }
      if (word === "macdef") {
        const end = /\r?\n[ \t]*\r?\n/g;
        end.lastIndex = at;
        at = end.test(text) ? end.lastIndex : text.length;
      } else words.push(word);
    }
  }
  return words;
}

// A password may begin with `#`; a comment follows only where a new entry could.
function startsLineOrWord(text: string, at: number): boolean {
  const before = text.slice(0, at).trimEnd();
  return !/(?:^|\s)(?:password|login|user|account|machine)$/.test(before);
}

function endOf(text: string, mark: string, from: number): number {
  const at = text.indexOf(mark, from);
  return at === -1 ? text.length : at;
}
