/** What happened between pkm and its repositories. Addresses come without credentials. */
export type RepositoryEvent =
  | { readonly type: "page-read"; readonly name: string; readonly repository: string }
  /** As pip: plain http to a host that is neither this machine nor trusted is not asked at all. */
  | { readonly type: "insecure-repository-ignored"; readonly url: string; readonly host: string }
  | { readonly type: "find-links-missing"; readonly location: string; readonly reason: string }
  | { readonly type: "git-fetch-began"; readonly url: string }
  | { readonly type: "git-fetch-ended"; readonly url: string }
  /** Large files stay what the repository has in their place. */
  | { readonly type: "git-lfs-missing"; readonly url: string }
  /** PEP 629: the page is newer than pkm by a minor version. */
  | { readonly type: "newer-page-met"; readonly repository: string; readonly version: string }
  | {
      readonly type: "download-started";
      readonly filename: string;
      readonly size: number | undefined;
    }
  | { readonly type: "download-advanced"; readonly filename: string; readonly received: number }
  | { readonly type: "download-finished"; readonly filename: string; readonly size: number };
