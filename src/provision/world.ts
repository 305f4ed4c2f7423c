import type { Report } from "#base/report";
import type { InstallerEvent } from "#installer/events";
import type { World } from "#platform/ports";
import type { ResolverEvent } from "#resolver/events";
import type { Repositories } from "#repository/repositories";
import type { Store } from "#store/store";
import type { BuildEvent, SourceBuilder } from "./source-builder.ts";

export type ProvisionEvent =
  | ResolverEvent
  | BuildEvent
  | { readonly type: "resolution-began"; readonly requirements: number }
  | { readonly type: "resolution-ended"; readonly packages: number; readonly remembered: boolean }
  | { readonly type: "preparation-began"; readonly wheels: number }
  | {
      readonly type: "wheel-ready";
      readonly name: string;
      readonly version: string;
      readonly fetched: boolean;
    }
  | { readonly type: "warning"; readonly text: string };

/** What filling an environment needs of the world. */
export type ProvisionWorld = Pick<
  World,
  "files" | "clock" | "hashing" | "host" | "inflate" | "expectLongWork"
> & {
  readonly repositories: Repositories;
  readonly store: Store;
  /** Left out where nothing may be built. */
  readonly builds?: SourceBuilder;
  readonly report: Report<ProvisionEvent | InstallerEvent>;
  /** Called between attempts of a resolution: lets signals in, and throws when it shall end. */
  readonly pause?: () => Promise<void> | undefined;
};
