/** Whether pkm is one executable, as it is when people use it, and not run from its sources. */
export const isCompiled = import.meta.url.includes("$bunfs") || import.meta.url.includes("~BUN");
