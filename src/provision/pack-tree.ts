import type { NewMember } from "#archive/new-member";
import { writeZip } from "#archive/zip-writer";
import { archiveTime } from "#backend/archive-time";
import type { World } from "#platform/ports";

type PackingWorld = Pick<World, "files" | "inflate" | "host">;

/**
 * A laid-out tree as the pieces of a zip file that holds one folder. Links that lead to a file of the tree become that
 * file, all others are left out. Its `.git` goes with it, since backends read versions from there, without the credentials
 * that git keeps in it.
 */
export function packTree(root: string, folder: string, world: PackingWorld): Iterable<Uint8Array> {
  return writeZip(membersOf(root, folder, world.files), archiveTime(world.host), world.inflate);
}

function* membersOf(root: string, folder: string, files: World["files"]): Generator<NewMember> {
  const within = `${files.realPath(root)}/`;
  const pending = [""];
  for (let below = pending.pop(); below !== undefined; below = pending.pop())
    for (const { name, kind } of [...files.list(`${root}${below}`)].sort(byName)) {
      const path = `${below}/${name}`;
      // What Python has left there while the tree was asked what it is.
      if (kind === "folder" && name === "__pycache__") continue;
      if (kind === "folder") pending.push(path);
      else if (kind === "file" || leadsToFile(`${root}${path}`, within, files)) {
        const { mode } = files.tryStat(`${root}${path}`) ?? { mode: 0o644 };
        const content = files.read(`${root}${path}`);
        const isGits = path.startsWith("/.git/") || path.includes("/.git/");
        yield {
          name: `${folder}${path}`,
          mode: mode & 0o777,
          content: isGits ? withoutSecrets(name, content) : content,
        };
      }
    }
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name < b.name ? -1 : 1;
}

function leadsToFile(path: string, within: string, files: World["files"]): boolean {
  return files.tryStat(path)?.kind === "file" && files.realPath(path).startsWith(within);
}

/** Where git writes down addresses as it was given them. */
const addressed: ReadonlySet<string> = new Set(["config", "FETCH_HEAD", "HEAD", ".git"]);

function withoutSecrets(name: string, content: Uint8Array): Uint8Array {
  if (!addressed.has(name)) return content;
  const text = new TextDecoder().decode(content);
  const clean = text.replaceAll(/:\/\/[^/@\s]+@/g, "://");
  return clean === text ? content : new TextEncoder().encode(clean);
}
