/** True for `pylock.toml` and `pylock.NAME.toml`, the only names a lock may have (PEP 751, "File Name"). */
export function isPylockName(filename: string): boolean {
  return filename === "pylock.toml" || /^pylock\.[^.\n]+\.toml$/.test(filename);
}
