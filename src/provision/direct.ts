import { type DirectUrl, withoutSecrets } from "#standards/direct-url";
import { withoutCredentials } from "#base/url";
import { directFile } from "#repository/direct-file";
import { gitDirectUrl } from "#repository/git";
import type { ResolvedSource } from "#resolver/resolution";
import type { DirectCandidate } from "#resolver/sources";
import type { NormalizedName } from "#standards/name";
import { vcsOf } from "#standards/requirement-word";
import { directUnusable } from "./errors.ts";
import type { ProvisionWorld } from "./world.ts";

export type DirectQuestion = {
  readonly url: string;
  readonly name: NormalizedName | undefined;
  readonly editable: boolean;
};

/** Opens a URL requirement far enough to know what it is: a wheel, or an sdist whose metadata is static. */
export async function openDirect(
  question: DirectQuestion,
  world: ProvisionWorld,
): Promise<DirectCandidate> {
  const { url, name, editable } = question;
  const shown = withoutCredentials(url);
  if (editable)
    return needsBuild(
      shown,
      "an editable installation is a build, and pkm cannot build from source yet",
    );
  const vcs = vcsOf(url);
  if (vcs !== undefined)
    return needsBuild(shown, `it is a ${vcs} checkout, and pkm cannot build from source yet`);
  const folder = localFolder(url, world);
  if (folder !== undefined)
    return needsBuild(shown, "it is a source tree, and pkm cannot build from source yet");
  const found = directFile(url, name);
  if (found.kind === "archive" || found.subdirectory !== undefined)
    return needsBuild(
      shown,
      "only a build tells what the archive holds, and pkm cannot build from source yet",
    );
  const { file } = found;
  const answer = await world.repositories.metadata(file);
  if (answer.kind === "needs-build") return needsBuild(shown, answer.reason);
  if (answer.kind === "invalid") throw answer.error ?? directUnusable(url, answer.reason);
  return { kind: "file", file, metadata: answer.metadata };
}

function needsBuild(url: string, reason: string): DirectCandidate {
  return { kind: "needs-build", url, reason };
}

function localFolder(url: string, { files }: ProvisionWorld): string | undefined {
  if (!/^file:/i.test(url)) return undefined;
  const path = decodeURIComponent(new URL(url).pathname);
  return files.tryStat(path)?.kind === "folder" ? path : undefined;
}

/** What `direct_url.json` says of a source; nothing for what came from a repository (PEP 610). */
export function directUrlOf(source: ResolvedSource): DirectUrl | undefined {
  switch (source.kind) {
    case "repository":
    case "installed":
      return undefined;
    case "url":
      return {
        url: withoutCredentials(source.url).replace(/#.*$/, ""),
        source: { kind: "archive", hashes: source.file.hashes },
      };
    case "archive":
      return {
        url: withoutSecrets(source.url),
        subdirectory: source.subdirectory,
        source: { kind: "archive", hashes: source.hashes },
      };
    case "checkout":
      return gitDirectUrl(source.git);
    case "folder":
      return {
        url: `file://${encodeURI(source.path)}`,
        source: { kind: "directory", editable: source.editable },
      };
    default:
      return source satisfies never;
  }
}
