import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { version } from "#cli/version";
import type { InstalledDistribution } from "#environment/environment";
import { readInstaller } from "#environment/installed";
import { metadataOfEgg } from "#environment/metadata-file";
import { directUrlJson } from "#standards/direct-url";
import type { MarkerEnvironment } from "#standards/marker";
import { metadataJson } from "#standards/raw-metadata";
import { chosenInterpreter } from "./_described.ts";
import {
  readChosen,
  readingCompatibility,
  readingDefaults,
  readingOptions,
  standardLibrary,
} from "./_reading.ts";

const options = { ...readingOptions, ...readingCompatibility } as const;

/** pip's inspection report, version 1 (pip, "pip inspect"). */
export const inspect = defineCommand({
  examples: ["pkm pip inspect", "pkm pip inspect --python .venv --local"],
  arguments: {},
  ignoresWords: true,
  options,
  defaults: readingDefaults("inspect", options),
  async run(chosen, _words, invocation) {
    const { distributions } = await readChosen(chosen, invocation);
    const { markers } = await chosenInterpreter(chosen, invocation);
    const report = {
      version: "1",
      // The field names the tool whose report this is.
      pip_version: version,
      installed: distributions
        .filter(({ name }) => !standardLibrary.has(name))
        .map((distribution) => entryOf(distribution, invocation)),
      environment: inOrderOfPackaging(markers),
    };
    invocation.output.data(`${JSON.stringify(report, undefined, 2)}\n`);
    return exit.done;
  },
});

/** The order in which `packaging` tells the variables. */
function inOrderOfPackaging(markers: MarkerEnvironment): Partial<MarkerEnvironment> {
  const last = ["platform_python_implementation", "python_version", "sys_platform"] as const;
  const {
    platform_python_implementation: _,
    python_version: _p,
    sys_platform: _s,
    ...rest
  } = markers;
  return { ...rest, ...Object.fromEntries(last.map((name) => [name, markers[name]])) };
}

function entryOf(distribution: InstalledDistribution, { world }: Invocation): object {
  const { kind, metadataPath, directUrl, editableLocation } = distribution;
  const isDistInfo = kind === "dist-info";
  const text = isDistInfo
    ? world.files.tryReadText(`${metadataPath}/METADATA`)
    : metadataOfEgg(distribution, world.files);
  const installer = readInstaller(distribution, world);
  return {
    metadata: metadataJson(text ?? ""),
    metadata_location: metadataPath,
    ...(directUrl !== undefined
      ? { direct_url: directUrlJson(directUrl) }
      : editableLocation !== undefined
        ? {
            direct_url: {
              url: `file://${encodeURI(editableLocation)}`,
              dir_info: { editable: true },
            },
          }
        : {}),
    ...(installer === undefined || installer === "" ? {} : { installer }),
    ...(isDistInfo
      ? { requested: world.files.tryStat(`${metadataPath}/REQUESTED`) !== undefined }
      : {}),
  };
}
