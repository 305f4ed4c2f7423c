import { exit, PkmError } from "#base/errors";

/** Two builds of one source that differ; `difference` says where first. */
export function notReproducible(filename: string, difference: string): PkmError {
  return new PkmError({
    code: "not-reproducible",
    what: `Cannot call \`${filename}\` reproducible: two builds of it differ`,
    why: difference,
    fix: [
      "the backend, or what it runs, writes something of the moment: times, random names, the order of a folder",
      "ask its documentation for SOURCE_DATE_EPOCH, which was set for both builds",
    ],
  });
}

export function alreadySdist(path: string): PkmError {
  return new PkmError({
    code: "already-sdist",
    what: `Cannot make an sdist of \`${path}\``,
    why: "it is a file, and sdists are made of the folder of a project",
    fix: ["leave out `--sdist` to make a wheel of it"],
    exit: exit.usage,
  });
}

export function sourceMissing(path: string): PkmError {
  return new PkmError({
    code: "source-missing",
    what: `Cannot build \`${path}\`: it is not there`,
    why: "distributions are made of the folder of a project, or of an sdist",
    exit: exit.usage,
  });
}
