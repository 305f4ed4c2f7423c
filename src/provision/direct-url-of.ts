import { withoutCredentials } from "#base/url";
import { gitDirectUrl } from "#repository/git-address";
import type { ResolvedSource } from "#resolver/resolution";
import { type DirectUrl, withoutSecrets } from "#standards/direct-url";

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
