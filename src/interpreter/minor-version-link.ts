import type { Files } from "#platform/ports";
import type { ProbeAnswer } from "./probe-answer.ts";

/**
 * The base executable by a path that survives the next patch release, where there is one: uv keeps
 * `cpython-3.12-linux…` as a link to `cpython-3.12.7-linux…`, pyenv may keep `versions/3.12`, Homebrew keeps
 * `opt/python@3.12` beside its Cellar. Otherwise the path as it is.
 */
export function stableBase(
  path: string,
  answer: Pick<ProbeAnswer, "versionInfo">,
  files: Files,
): string {
  const [major, minor, micro] = answer.versionInfo;
  const cellar = /^(.*)\/Cellar\/([^/]+)\/[^/]+\/(.+)$/.exec(path);
  if (cellar !== null) return sameFile(`${cellar[1]}/opt/${cellar[2]}/${cellar[3]}`, path, files);
  const full = `${major}.${minor}.${micro}`;
  const parts = path.split(/[\\/]/);
  const separator = path.includes("\\") ? "\\" : "/";
  for (let index = parts.length - 2; index > 0; index--) {
    const part = parts[index] as string;
    const at = part.indexOf(full);
    // `3.12.1` is not the version of `3.12.13`.
    if (at < 0 || /\d/.test(part[at + full.length] ?? "") || /[\d.]/.test(part[at - 1] ?? ""))
      continue;
    const general = part.slice(0, at) + `${major}.${minor}` + part.slice(at + full.length);
    return sameFile(
      [...parts.slice(0, index), general, ...parts.slice(index + 1)].join(separator),
      path,
      files,
    );
  }
  return path;
}

function sameFile(general: string, path: string, files: Files): string {
  const there = files.tryStat(general);
  if (there === undefined) return path;
  const here = files.tryStat(path);
  return here !== undefined && here.ino === there.ino && here.dev === there.dev ? general : path;
}
