import type { World } from "#platform/ports";
import type { Output } from "./output.ts";

/**
 * The output, with everything that is said, and what would be said under `-v`, appended to a file as well, whatever
 * `-q` keeps quiet (pip's `--log`). Lines begin with the time, as in pip's logs.
 */
export function withLog(
  output: Output,
  path: string,
  world: Pick<World, "files" | "clock">,
): Output {
  const { files, clock } = world;
  const folder = path.slice(0, path.lastIndexOf("/"));
  if (folder !== "") files.makeFolders(folder);
  const log = (text: string): void => {
    if (text === "") return;
    const time = stamp(clock.now());
    // oxlint-disable-next-line no-control-regex -- colours are for terminals
    const plain = text.replaceAll(/\u001B\[[0-9;]*m/g, "").replace(/\n$/, "");
    files.append(path, plain.replaceAll(/^/gm, `${time} `).concat("\n"));
  };
  const both =
    (act: (text: string) => void, prefix: string = "") =>
    (text: string): void => {
      act(text);
      log(prefix + text);
    };
  return {
    data: both(output.data),
    say: both(output.say),
    detail: both(output.detail),
    warn: both(output.warn, "warning: "),
    error: both(output.error),
    get style() {
      return output.style;
    },
    get interactive() {
      return output.interactive;
    },
    quiet: output.quiet,
  };
}

/** `2026-11-30T14:05:00,123`, local time. */
function stamp(now: number): string {
  const offset = new Date(now).getTimezoneOffset() * 60_000;
  return new Date(now - offset).toISOString().replace("Z", "").replace(".", ",");
}
