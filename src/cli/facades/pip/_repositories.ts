import type { Report } from "#base/report";
import { invalidOptionValue } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { isOffline, runSettings } from "#cli/setting-values";
import { version } from "#cli/version";
import { HttpClient } from "#http/client";
import type { HttpEvent } from "#http/events";
import { defaultHttpSettings, type HttpSettings } from "#http/settings";
import { RealSecrets } from "#platform/real/secrets";
import type { IndexConfiguration, RepositoryConfiguration } from "#repository/configuration";
import { ConfiguredRepositories } from "#repository/configured-repositories";
import type { RepositoryEvent } from "#repository/events";
import type { Store } from "#store/store";
import { type IndexChoices, refreshing } from "./_indexes.ts";

export type SourceEvents = Report<HttpEvent | RepositoryEvent>;

/** The HTTP client of this run, as options and variables configure it. */
export function openHttp(
  options: IndexChoices,
  indexes: readonly IndexConfiguration[],
  trustedHosts: readonly string[],
  store: Store,
  invocation: Invocation,
  report: SourceEvents,
): HttpClient {
  const { world } = invocation;
  const defaults = defaultHttpSettings(world.host);
  const settings: HttpSettings = {
    ...defaults,
    timeout:
      options.timeout === undefined
        ? defaults.timeout
        : 1000 * seconds("--timeout", options.timeout, invocation),
    retries:
      options.retries === undefined
        ? defaults.retries
        : count("--retries", options.retries, invocation),
    ...(options["resume-retries"] === undefined
      ? {}
      : { resumes: count("--resume-retries", options["resume-retries"], invocation) }),
    offline: isOffline(invocation),
    connections: runSettings(world).get("concurrent-downloads"),
    ...refreshing(options),
    cacheFolder: `${store.root}/pages`,
    indexes: indexes.map(({ name, url }) => ({ name, url })),
    keyring:
      (options["keyring-provider"] as HttpSettings["keyring"] | undefined) ?? defaults.keyring,
    proxy: options.proxy ?? (options["no-proxy-env"] === true ? "" : undefined),
    certificates: options.cert,
    clientCertificate: options["client-cert"],
    trustedHosts,
    userAgent: `pkm/${version}`,
    secrets: new RealSecrets(),
  };
  return new HttpClient(settings, world, report);
}

export function openRepositories(
  configuration: RepositoryConfiguration,
  http: HttpClient,
  store: Store,
  { world }: Invocation,
  report: SourceEvents,
): ConfiguredRepositories {
  return new ConfiguredRepositories(
    configuration,
    { client: http, shelf: store.metadata, report, workers: world.workers },
    world,
  );
}

function seconds(option: string, value: string, { name }: Invocation): number {
  const number = Number(value);
  if (Number.isFinite(number) && number > 0) return number;
  const expected = "a number of seconds above 0";
  throw invalidOptionValue({ option, value, expected, command: name });
}

function count(option: string, value: string, { name }: Invocation): number {
  const number = Number(value);
  if (Number.isInteger(number) && number >= 0) return number;
  const expected = "a whole number, 0 or more";
  throw invalidOptionValue({ option, value, expected, command: name });
}
