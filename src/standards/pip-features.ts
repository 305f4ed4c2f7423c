/** What `--use-feature` of pip 26.3 takes, on the command line and in requirements files. */
export const pipFeatures: readonly string[] = [
  "fast-deps",
  "inprocess-build-deps",
  "venv-isolation",
  "truststore",
  "no-binary-enable-wheel-cache",
  "build-constraint",
];
