import type { Host } from "#platform/ports";

/** A path for people: what is in the home folder begins with `~`. */
export function shownPath(path: string, { home }: Pick<Host, "home">): string {
  return home.length > 1 && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
