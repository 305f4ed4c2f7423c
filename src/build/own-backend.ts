import { buildEditable, buildSdist, buildWheel, prepareMetadata } from "#backend/backend";
import type { BuildWorld, ConfigSettings } from "./build-options.ts";
import type { HookAnswer, HookName } from "./hooks.ts";

/** Answers a hook by the backend inside pkm: the same as `pkm-build` answers in an environment, without one. */
export async function callOwnBackend(
  hook: HookName,
  args: Readonly<Record<string, unknown>>,
  place: {
    readonly root: string;
    readonly settings: ConfigSettings;
    readonly python: () => string;
  },
  world: BuildWorld,
): Promise<HookAnswer> {
  const request = (output: unknown) => ({
    source: place.root,
    output: output as string,
    settings: place.settings,
    python: place.python,
  });
  const done = (value: unknown): HookAnswer => ({ kind: "done", value });
  switch (hook) {
    case "build_wheel":
      return done(await buildWheel(request(args.wheel_directory), world));
    case "build_editable":
      return done(await buildEditable(request(args.wheel_directory), world));
    case "build_sdist":
      return done(await buildSdist(request(args.sdist_directory), world));
    case "prepare_metadata_for_build_wheel":
    case "prepare_metadata_for_build_editable":
      return done(await prepareMetadata(request(args.metadata_directory), world));
    case "get_requires_for_build_wheel":
    case "get_requires_for_build_editable":
    case "get_requires_for_build_sdist":
      return done([]);
    default:
      return hook satisfies never;
  }
}
