import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { missingArgument } from "#cli/errors";
import type { Invocation } from "#cli/invocation";
import { Progress } from "#cli/progress";
import { openInvocationStore } from "#cli/services";
import { compareVersions, tryParseVersion } from "#standards/version";
import { searchFailed, searchUnavailable } from "./_errors.ts";
import { installedLines, installedVersion } from "./_installed-version.ts";
import { pipDefaults } from "./_pip-configuration.ts";
import { type IndexChoices } from "./_indexes.ts";
import { openHttp } from "./_repositories.ts";
import { formatCall, parseAnswer, type XmlValue } from "./_xml-rpc.ts";
import { generalOptions } from "./general-options.ts";

const options = {
  index: { help: "Address of an index that answers searches", value: "URL", short: "i" },
  ...generalOptions,
} as const;

/** Bytes of an answer. */
const limit = 32 * 1024 * 1024;

/** Asks an index by XML-RPC, as pip does. PyPI answers no such question any more, which needs no asking. */
export const search = defineCommand({
  examples: ["pkm pip search --index https://index.example/pypi requests"],
  arguments: { words: { help: "Words to look for", optional: true, many: true } },
  options,
  defaults: pipDefaults("search", options),
  async run(chosen, { words }, invocation) {
    if (words.length === 0) throw missingArgument("QUERY", invocation.name);
    if (chosen.index === undefined) throw searchUnavailable(words);
    const hits = await ask(chosen.index, words, chosen, invocation);
    const width =
      Math.max(0, ...hits.map(({ name, versions }) => name.length + newest(versions).length)) + 4;
    for (const { name, summary, versions } of hits) {
      const latest = newest(versions);
      const installed = await installedVersion(name, chosen.python, invocation);
      invocation.output.data(
        `${`${name} (${latest})`.padEnd(width)} - ${summary}\n${installedLines(installed, latest)}`,
      );
    }
    return hits.length > 0 ? exit.done : exit.noMatches;
  },
});

type Hit = { readonly name: string; summary: string; readonly versions: string[] };

async function ask(
  url: string,
  words: readonly string[],
  chosen: IndexChoices,
  invocation: Invocation,
): Promise<readonly Hit[]> {
  const store = openInvocationStore(invocation);
  const progress = new Progress(invocation.output, invocation.world.clock);
  try {
    const trusted = chosen["trusted-host"] ?? [];
    const indexes = [{ name: url, url }];
    const http = openHttp(chosen, indexes, trusted, store, invocation, progress.report);
    const body = formatCall("search", [{ name: words, summary: words }, "or"]);
    const bytes = await http.post(url, { contentType: "text/xml", body, limit });
    const answer = parseAnswer(new TextDecoder().decode(bytes));
    if (answer === undefined) throw searchFailed(url, "the answer is none of XML-RPC");
    if (answer.kind === "fault") throw searchFailed(url, `code ${answer.code}: ${answer.text}`);
    return collect(answer.value);
  } finally {
    progress.end();
    store.close();
  }
}

/** An answer lists versions; people look for projects, with the summary of the newest. */
function collect(value: XmlValue): readonly Hit[] {
  const hits = new Map<string, Hit>();
  for (const entry of Array.isArray(value) ? (value as readonly XmlValue[]) : []) {
    if (typeof entry !== "object" || Array.isArray(entry)) continue;
    const { name, version, summary } = entry as { readonly [key: string]: XmlValue };
    if (typeof name !== "string" || typeof version !== "string") continue;
    const told = typeof summary === "string" ? summary : "";
    const hit = hits.get(name);
    if (hit === undefined) hits.set(name, { name, summary: told, versions: [version] });
    else {
      hit.versions.push(version);
      if (newest(hit.versions) === version) hit.summary = told;
    }
  }
  return [...hits.values()];
}

function newest(versions: readonly string[]): string {
  return versions.reduce((best, each) => {
    const [a, b] = [tryParseVersion(best), tryParseVersion(each)];
    return a === undefined || (b !== undefined && compareVersions(b, a) > 0) ? each : best;
  });
}
