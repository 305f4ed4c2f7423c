import type { Files } from "#platform/ports";
import { MemoryFiles } from "#platform/memory/files";

/** An imagined file system with drives: `C:\x` and `C:/x` are one file. For tests of what Windows does otherwise. */
export function windowsFiles(tree: Readonly<Record<string, string>>): Files {
  const memory = new MemoryFiles(
    Object.fromEntries(Object.entries(tree).map(([path, text]) => [inMemory(path), text])),
  );
  return new Proxy<Files>(memory, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== "function") return member;
      return (...words: unknown[]): unknown =>
        Reflect.apply(
          member,
          target,
          words.map((word) => (typeof word === "string" ? inMemory(word) : word)),
        );
    },
  });
}

function inMemory(path: string): string {
  return /^[A-Z]:[\\/]/.test(path)
    ? `/${path.replaceAll("\\", "/").replaceAll(/\/+/g, "/")}`
    : path;
}
