import { busyForSeconds } from "#base/busy-code";
/** Headers that a resolution looks at: the first of each single one, all of those that may repeat. Not trimmed. */
export type QuickHeaders = {
  metadataVersion: string | undefined;
  name: string | undefined;
  version: string | undefined;
  requiresPython: string | undefined;
  /** The lines of Requires-Dist and Provides-Extra, whole. */
  needs: string;
  readonly dynamic: string[];
};

/**
 * Takes the few headers that decide about dependencies out of metadata as all common tools write it, each header with
 * its usual name on a line of its own. `undefined` for anything unusual, which `readHeaders` knows how to read: all other
 * headers are passed over without a look at what they say.
 */
export function quickHeaders(text: string): QuickHeaders | undefined {
  if (text.includes("\r")) return undefined;
  const found: QuickHeaders = {
    metadataVersion: undefined,
    name: undefined,
    version: undefined,
    requiresPython: undefined,
    needs: "",
    dynamic: [],
  };
  let isWanted = false;
  let needsStart = -1;
  for (let at = 0; at < text.length;) {
    const feed = text.indexOf("\n", at);
    const end = feed === -1 ? text.length : feed;
    const first = text.charCodeAt(at);
    if (isNeed(text, first, at)) {
      isWanted = true;
      if (needsStart === -1) needsStart = at;
      at = end + 1;
      continue;
    }
    if (needsStart !== -1) {
      found.needs += text.slice(needsStart, at);
      needsStart = -1;
    }
    if (first === newline) break;
    if (first === space || first === tab) {
      // What is wanted is folded by nobody.
      if (isWanted || at === 0) return undefined;
    } else if (isPassedOver(text, first, at)) isWanted = false;
    else {
      isWanted = true;
      if (text.startsWith("Requires-Python: ", at))
        found.requiresPython ??= text.slice(at + 17, end);
      else if (text.startsWith("Metadata-Version: ", at))
        found.metadataVersion ??= text.slice(at + 18, end);
      else if (text.startsWith("Name: ", at)) found.name ??= text.slice(at + 6, end);
      else if (text.startsWith("Version: ", at)) found.version ??= text.slice(at + 9, end);
      else if (text.startsWith("Dynamic: ", at)) found.dynamic.push(text.slice(at + 9, end));
      else return undefined;
    }
    at = end + 1;
  }
  if (needsStart !== -1) found.needs += text.slice(needsStart);
  return found;
}

/** What follows the name of each line of {@link QuickHeaders.needs}. */
export function readNeeds(needs: string): { requiresDist: string[]; providesExtra: string[] } {
  const requiresDist: string[] = [];
  const providesExtra: string[] = [];
  for (let at = 0; at < needs.length;) {
    const feed = needs.indexOf("\n", at);
    const end = feed === -1 ? needs.length : feed;
    if (needs.charCodeAt(at) === letterR) requiresDist.push(needs.slice(at + 15, end).trim());
    else providesExtra.push(needs.slice(at + 16, end).trim());
    at = end + 1;
  }
  return { requiresDist, providesExtra };
}

/** The lines that {@link readNeeds} would read so. */
export function writeNeeds(
  requiresDist: readonly string[],
  providesExtra: readonly string[],
): string {
  return [
    ...requiresDist.map((line) => `Requires-Dist: ${line}`),
    ...providesExtra.map((line) => `Provides-Extra: ${line}`),
  ].join("\n");
}

const newline = 0x0a;
const space = 0x20;
const tab = 0x09;
const letterP = 0x50;
const letterR = 0x52;

function isNeed(text: string, first: number, at: number): boolean {
  if (first === letterR) return text.startsWith("Requires-Dist: ", at);
  return first === letterP && text.startsWith("Provides-Extra: ", at);
}

/** Headers that are nothing to a resolution, by their first letter. */
function isPassedOver(text: string, first: number, at: number): boolean {
  switch (first) {
    case 0x41:
      return (
        text.startsWith("Author:", at) ||
        text.startsWith("Author-email:", at) ||
        text.startsWith("Author-Email:", at)
      );
    case 0x43:
      return text.startsWith("Classifier:", at);
    case 0x44:
      return (
        text.startsWith("Description-Content-Type:", at) || text.startsWith("Download-URL:", at)
      );
    case 0x48:
      return text.startsWith("Home-page:", at);
    case 0x49:
      return text.startsWith("Import-Name:", at) || text.startsWith("Import-Namespace:", at);
    case 0x4b:
      return text.startsWith("Keywords:", at);
    case 0x4c:
      return (
        text.startsWith("License-File:", at) ||
        text.startsWith("License:", at) ||
        text.startsWith("License-Expression:", at)
      );
    case 0x4d:
      return text.startsWith("Maintainer:", at) || text.startsWith("Maintainer-email:", at);
    case letterP:
      return text.startsWith("Project-URL:", at) || text.startsWith("Platform:", at);
    case 0x53:
      return text.startsWith("Summary:", at);
    default:
      return false;
  }
}

busyForSeconds(quickHeaders, isPassedOver, isNeed);
