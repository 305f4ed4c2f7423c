// Part "scripts" of `npm run interop`: what scripts written for pip do with pip is still what the transcripts say.
import { join } from "node:path";

const part = "scripts";

/** That pkm does the same as the transcripts is a test of its own. `interop` holds what all parts share. */
export function scripts({ env, peers, pkm, root, tool, verdict }, bun) {
  const file = join(root, "test", "surface", "scripts.test.ts");
  const asking = { PKM_TEST_EXECUTABLE: pkm, PKM_TEST_PEERS: peers, PKM_TEST_PIP: "1" };
  const { status, stderr } = tool([bun, "test", "--timeout", "600000", file], {
    cwd: root,
    env: { ...env, ...asking },
  });
  for (const [, result, title] of stderr.matchAll(/^\((pass|fail)\) .* > (\S+) prints/gm))
    verdict(part, title, result === "pass" ? [] : ["pip says something else by now"]);
  if (status !== 0) verdict(part, "all scripts", [stderr.slice(-400)]);
}
