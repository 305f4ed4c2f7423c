import type { Scenario } from "#resolver/_scenario";

/*
 * The newest boto3 beside an old urllib3, as indexes had them in November 2026: each boto3 wants a botocore of its own day, and
 * 1,471 versions of botocore in a row want an urllib3 that is too new.
 */

/** Releases by minor version: `1.15:0-18` is 1.15.0 to 1.15.18. */
const boto3Releases =
  "1.14:44-63 1.15:0-18 1.16:0-63 1.17:0-112 1.18:0-65 1.19:0-12 1.20:0-54 1.21:0-46 1.22:0-13 1.23:0-10 " +
  "1.24:0-96 1.25:0-5 1.26:0-165 1.27:0-1 1.28:0-85 1.29:0-7 1.33:0-13 1.34:0-162 1.35:0-99 1.36:0-26 " +
  "1.37:0-38 1.38:0-46 1.39:0-17 1.40:0-76 1.41:0-5 1.42:0-97 1.43:0-127 1.44:0-5";
const botocoreReleases =
  "1.17:45-63 1.18:0-18 1.19:0-63 1.20:0-112 1.21:0-65 1.22:0-12 1.23:0-54 1.24:0-46 1.25:0-13 1.26:0-10 " +
  "1.27:0-96 1.28:0-5 1.29:0-165 1.30:0-1 1.31:0-85 1.32:0-7 1.33:0-13 1.34:0-162 1.35:0-99 1.36:0-26 " +
  "1.37:0-38 1.38:0-46 1.39:0-17 1.40:0-76 1.41:0-6 1.42:1-97 1.43:0-127 1.44:0-5";

type Since = readonly [version: string, needs: readonly string[]];

/** What they ask for beside each other, from a version on. */
const boto3Needs: readonly Since[] = [
  ["1.14.44", ["jmespath>=0.7.1,<1.0.0", "s3transfer>=0.3.0,<0.4.0"]],
  ["1.17.54", ["jmespath>=0.7.1,<1.0.0", "s3transfer>=0.4.0,<0.5.0"]],
  ["1.18.0", ["jmespath>=0.7.1,<1.0.0", "s3transfer>=0.5.0,<0.6.0"]],
  ["1.21.21", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.5.0,<0.6.0"]],
  ["1.24.0", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.6.0,<0.7.0"]],
  ["1.28.55", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.7.0,<0.8.0"]],
  ["1.29.7", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.8.0,<0.9.0"]],
  ["1.34.0", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.9.0,<0.10.0"]],
  ["1.34.6", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.10.0,<0.11.0"]],
  ["1.36.0", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.11.0,<0.12.0"]],
  ["1.38.0", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.12.0,<0.13.0"]],
  ["1.38.22", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.13.0,<0.14.0"]],
  ["1.40.27", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.14.0,<0.15.0"]],
  ["1.41.1", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.15.0,<0.16.0"]],
  ["1.42.0", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.16.0,<0.17.0"]],
  ["1.43.0", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.17.0,<0.18.0"]],
  ["1.43.17", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.18.0,<0.19.0"]],
  ["1.43.31", ["jmespath>=0.7.1,<2.0.0", "s3transfer>=0.19.0,<0.20.0"]],
];
const botocoreNeeds: readonly Since[] = [
  ["1.17.45", ["docutils>=0.10,<0.16", ...withUrllib3(">=1.20,<1.26", "<1.0.0")]],
  ["1.18.0", withUrllib3(">=1.20,<1.26", "<1.0.0")],
  ["1.19.0", withUrllib3(">=1.25.4,<1.26", "<1.0.0")],
  ["1.19.17", withUrllib3(">=1.25.4,<1.27", "<1.0.0")],
  ["1.24.21", withUrllib3(">=1.25.4,<1.27", "<2.0.0")],
  ["1.31.62", withUrllib3(">=1.25.4,<2.1", "<2.0.0")],
  ["1.34.63", withUrllib3("!=2.2.0,<3,>=1.25.4", "<2.0.0")],
];

function withUrllib3(urllib3: string, jmespath: string): string[] {
  return ["python-dateutil<3.0.0,>=2.1", `jmespath>=0.7.1,${jmespath}`, `urllib3${urllib3}`];
}

/** `sister` tells from the numbers of a release what it needs of the other project. */
function releases(
  text: string,
  since: readonly Since[],
  sister: (minor: number, micro: number) => readonly string[],
): Record<string, readonly string[]> {
  const all: Record<string, readonly string[]> = {};
  let run = 0;
  for (const [, minor = "", first = "", last = ""] of text.matchAll(/1\.(\d+):(\d+)-(\d+)/g))
    for (let micro = Number(first); micro <= Number(last); micro++) {
      const version = `1.${minor}.${micro}`;
      while (since[run + 1] !== undefined && isReached(since[run + 1] as Since, minor, micro))
        run++;
      all[version] = [...sister(Number(minor), micro), ...(since[run] as Since)[1]];
    }
  return all;
}

function isReached([version]: Since, minor: string, micro: number): boolean {
  const [, sinceMinor, sinceMicro] = version.split(".").map(Number) as [number, number, number];
  return Number(minor) > sinceMinor || (Number(minor) === sinceMinor && micro >= sinceMicro);
}

const s3transfers =
  "0.3.7 0.4.2 0.5.2 0.6.2 0.7.0 0.8.2 0.9.0 0.10.4 0.11.5 0.12.0 0.13.1 0.14.0 0.15.0 0.16.1 0.17.1 0.18.0 0.19.3";

export const boto3AndUrllib3: Scenario = {
  tells: "rules out six years of boto3 and botocore for the sake of an old urllib3",
  projects: {
    // Three minor versions apart, until botocore skipped them.
    boto3: releases(boto3Releases, boto3Needs, (minor, micro) => {
      const own = minor < 33 ? minor + 3 : minor;
      return [`botocore>=1.${own}.${micro},<1.${own + 1}.0`];
    }),
    botocore: releases(botocoreReleases, botocoreNeeds, () => []),
    s3transfer: Object.fromEntries(
      s3transfers.split(" ").map((version) => [version, ["botocore>=1.12.36,<2.0a0"]]),
    ),
    urllib3: { "1.25.3": [], "1.25.4": [], "1.26.20": [], "2.0.7": [], "2.8.0": [] },
    jmespath: { "0.10.0": [], "1.0.1": [], "1.1.0": [] },
    "python-dateutil": { "2.9.0": ["six>=1.5"], "3.0.0": ["six>=1.6"] },
    six: { "1.17.0": [] },
    docutils: { "0.15.2": [], "0.22": [] },
  },
  ask: ["boto3", "urllib3<1.25.4"],
  expect: {
    packages: [
      "boto3==1.15.18",
      "botocore==1.18.18",
      "jmespath==0.10.0",
      "python-dateutil==2.9.0",
      "s3transfer==0.3.7",
      "six==1.17.0",
      "urllib3==1.25.3",
    ],
    attempts: 71,
  },
};
