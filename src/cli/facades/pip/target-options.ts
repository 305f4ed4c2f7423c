import type { OptionTable } from "#cli/command";

/** The interpreter that wheels are chosen for, part by part, with pip's names. */
export const targetOptions = {
  platform: {
    help: "Platform tag to choose wheels for, such as manylinux_2_28_x86_64",
    value: "TAG",
    many: true,
  },
  implementation: {
    help: "Implementation to choose wheels for: cp, pp, py",
    value: "NAME",
  },
  abi: { help: "ABI tag to choose wheels for, such as cp312 or abi3", value: "TAG", many: true },
} as const satisfies OptionTable;

/** For commands that take no other option of the kind. */
export const pythonVersionOption = {
  "python-version": { help: "Python version to choose files for", value: "X.Y" },
} as const satisfies OptionTable;
