import type { ProjectListing } from "#repository/listing";
import { type Expectation, Foresight } from "#resolver/foresight";
import type { Preference, ResolveRequest } from "#resolver/request";
import type { UniversalRequest } from "#resolver/universal";
import type { NormalizedName } from "#standards/name";
import { isRememberable, type Memo } from "./memo.ts";
import type { ProvisionWorld } from "./world.ts";

/** Versions by name, several where machines have different ones. */
export type EarlierVersions = ReadonlyMap<NormalizedName, readonly Pick<Preference, "version">[]>;

/**
 * Begins to ask for everything that an earlier answer to the question had: the pages, and the metadata of what will
 * probably be taken as soon as its page is there. Nobody waits for any of it. What the resolver needs as well it finds
 * under way, and with it the failure; what it does not need was asked for nothing. Answers how to stop.
 */
export function askEarly(
  request: ResolveRequest | UniversalRequest,
  memo: Pick<Memo, "earlier"> | undefined,
  earlier: EarlierVersions = new Map(),
  { repositories }: Pick<ProvisionWorld, "repositories">,
): () => void {
  // A URL that comes to light on the way decides where a project comes from, and its index must not hear of it.
  if (!isRememberable(request) || !request.policy.followDependencies) return () => {};
  const foresight = new Foresight(request);
  const packages = memo?.earlier() ?? [];
  const expected =
    packages.length > 0 ? foresight.fromAnswer(packages) : foresight.fromVersions(earlier);
  const line = expected.entries().take(mostNames);
  let isOver = false;
  const askMetadata = async (listing: ProjectListing, likely: Expectation): Promise<void> => {
    const file = foresight.likelyFile(listing, likely);
    if (file !== undefined) await repositories.metadata(file);
  };
  const askInTurn = async (): Promise<void> => {
    for (let next = line.next(); !isOver && next.done !== true; next = line.next()) {
      const [name, list] = next.value;
      try {
        const listing = await repositories.listing(name);
        if (isOver || "kind" in listing) continue;
        for (const likely of list) askMetadata(listing, likely).catch(() => {});
      } catch {
        // The same question fails in the same way when it is asked in earnest.
      }
    }
  };
  for (let i = 0; i < mostAtATime; i++) void askInTurn();
  return () => {
    isOver = true;
  };
}

/** The same for those who do not know yet on which machine the answer has to hold: the first pages only. */
export function askFirstPagesEarly(
  asked: Pick<ResolveRequest, "roots" | "constraints" | "overrides">,
  earlier: EarlierVersions,
  { repositories }: Pick<ProvisionWorld, "repositories">,
): void {
  if (isRememberable(asked)) repositories.prefetch(earlier.keys().take(mostAtATime));
}

/** More than the largest of known answers has; what is beyond is no guess. */
const mostNames = 1000;

/** Fewer pages than a host is asked for at a time, so that a wrong guess is not in the way of what is needed. */
const mostAtATime = 40;
