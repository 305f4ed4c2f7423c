import { buildEditable, buildSdist, buildWheel, prepareMetadata } from "#backend/backend";
import type { BuildWorld, ConfigSettings } from "./build-options.ts";
import type { HookAnswer, HookName } from "./hooks.ts";

/** Answers a hook by the backend inside pkm: the same as `pkm-build` answers in an environment, without one. */
export async function callOwnBackend(
  hook: HookName,
  output: string,
  place: {
    readonly root: string;
    readonly settings: ConfigSettings;
    readonly python: () => string;
  },
  world: BuildWorld,
): Promise<HookAnswer> {
  const { root: source, settings, python } = place;
  const request = { source, output, settings, python };
  const done = (value: unknown): HookAnswer => ({ kind: "done", value });
  switch (hook) {
    case "build_wheel":
      return done(await buildWheel(request, world));
    case "build_editable":
      return done(await buildEditable(request, world));
    case "build_sdist":
      return done(await buildSdist(request, world));
    case "prepare_metadata_for_build_wheel":
    case "prepare_metadata_for_build_editable":
      return done(await prepareMetadata(request, world));
    case "get_requires_for_build_wheel":
    case "get_requires_for_build_editable":
    case "get_requires_for_build_sdist":
      return done([]);
    default:
      return hook satisfies never;
  }
}
