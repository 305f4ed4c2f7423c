import type { Claimant } from "./collisions.ts";

/** Part of a distribution, laid out in the staging folder as it shall lie in the environment. */
export type StagedPart = Claimant & {
  /** Where it lies. */
  readonly from: string;
  /** Where it goes. */
  readonly to: string;
  /** The first folders, or file names, of its files. */
  readonly tops: readonly string[];
  /** All its files; asked only where something else is in the same place. */
  readonly files: () => readonly StagedFile[];
  /** Makes a real folder of one that was staged as a link; nothing for any other. */
  readonly open?: (path: string) => void;
};

export type StagedFile = {
  readonly path: string;
  /** As RECORD writes it, `""` for what has no hash there. */
  readonly sha256: string;
};
