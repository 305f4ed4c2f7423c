import { absolute } from "#cli/cache-folder";
import type { Invocation } from "#cli/invocation";
import { version } from "#cli/version";
import type { ProvisionOutcome, ProvisionRequest } from "#provision/request";
import { directUrlOf } from "#provision/direct-url-of";
import { digestsOf } from "#provision/lock-of";
import type { ProjectFile } from "#repository/listing";
import type { Repositories } from "#repository/repositories";
import type { ResolvedPackage, ResolvedSource } from "#resolver/resolution";
import { directUrlJson } from "#standards/direct-url";
import { withoutCredentials } from "#base/url";
import type { NormalizedName } from "#standards/name";
import type { CoreMetadata } from "#standards/metadata";
import { formatRequirement } from "#standards/requirement";
import { reportJson } from "./_python-json.ts";

/** pip's installation report (`pip install --report`, version 1), for what was or would be installed. */
export async function writeReport(
  place: string,
  outcome: ProvisionOutcome,
  request: ProvisionRequest,
  repositories: Repositories,
  { world, output }: Invocation,
): Promise<void> {
  const installs = outcome.kind === "planned" ? outcome.plan.installs : [];
  const packages = new Map<NormalizedName, ResolvedPackage>(
    outcome.kind === "planned"
      ? outcome.resolution.packages.map((found) => [found.name, found])
      : [],
  );
  const entries = [];
  for (const { wanted } of installs) {
    const found = packages.get(wanted.name);
    if (found !== undefined) entries.push(await entryOf(found, wanted.requested, repositories));
  }
  const report = {
    version: "1",
    // The field names the tool whose report this is.
    pip_version: version,
    install: entries,
    environment: request.target.markers,
  };
  const text = reportJson(report);
  if (place === "-") output.data(text);
  else world.files.write(absolute(place, world.host.cwd), text);
}

async function entryOf(
  found: ResolvedPackage,
  requested: boolean,
  repositories: Repositories,
): Promise<unknown> {
  const { source } = found;
  const file = fileOf(source);
  return {
    download_info:
      file === undefined ? treeInfo(source) : await archiveInfo(file, { repositories }),
    is_direct: source.kind !== "repository",
    is_yanked: file !== undefined && file.yanked !== false,
    requested,
    ...(found.extras.length > 0 && requested ? { requested_extras: found.extras } : {}),
    metadata: await metadataOf(found, file, repositories),
  };
}

function fileOf(source: ResolvedSource): ProjectFile | undefined {
  if (source.kind === "repository") return source.files[0];
  return source.kind === "url" ? source.file : undefined;
}

async function archiveInfo(
  file: ProjectFile,
  world: { readonly repositories: Repositories },
): Promise<unknown> {
  const hashes = await digestsOf(file, world);
  const { sha256 } = hashes;
  return {
    url: withoutCredentials(file.url),
    archive_info: { ...(sha256 === undefined ? {} : { hash: `sha256=${sha256}` }), hashes },
  };
}

/** Folders and checkouts, in the form that `direct_url.json` has as well (PEP 610). */
function treeInfo(source: ResolvedSource): unknown {
  const directUrl = directUrlOf(source);
  return directUrl === undefined ? {} : directUrlJson(directUrl);
}

async function metadataOf(
  found: ResolvedPackage,
  file: ProjectFile | undefined,
  repositories: Repositories,
): Promise<Record<string, unknown>> {
  const answer = file === undefined ? undefined : await repositories.metadata(file);
  const metadata = answer?.kind === "metadata" ? answer.metadata : found.metadata;
  return metadata === undefined
    ? { name: found.displayName, version: found.version.text }
    : metadataJsonOf(metadata);
}

/** Metadata in the JSON form of PEP 566, without the description, which the resolver does not keep. */
function metadataJsonOf(metadata: CoreMetadata): Record<string, unknown> {
  const json: Record<string, unknown> = {
    metadata_version: metadata.metadataVersion,
    name: metadata.displayName,
    version: metadata.version.text,
    dynamic: metadata.dynamic,
    platform: metadata.platforms,
    supported_platform: metadata.supportedPlatforms,
    summary: metadata.summary,
    description_content_type: metadata.descriptionContentType,
    keywords: metadata.keywords?.split(",").map((word) => word.trim()),
    home_page: metadata.homePage,
    download_url: metadata.downloadUrl,
    author: metadata.author,
    author_email: metadata.authorEmail,
    maintainer: metadata.maintainer,
    maintainer_email: metadata.maintainerEmail,
    license: metadata.license,
    license_expression: metadata.licenseExpression,
    license_file: metadata.licenseFiles,
    classifier: metadata.classifiers,
    requires_dist: metadata.requiresDist.map(formatRequirement),
    requires_python: metadata.requiresPython,
    requires_external: metadata.requiresExternal,
    project_url: metadata.projectUrls,
    provides_extra: metadata.providesExtra,
    provides_dist: metadata.providesDist,
    obsoletes_dist: metadata.obsoletesDist,
  };
  return Object.fromEntries(
    Object.entries(json).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
}
