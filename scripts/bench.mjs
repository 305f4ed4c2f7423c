// npm run bench [-- options of bench/run.py]: builds pkm and times it against the pinned uv.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { peersFolder } from "./peers.mjs";
import { root, run } from "./setup.mjs";

run(process.execPath, [join(root, "scripts", "build.mjs")]);
const peers = peersFolder();
if (peers === undefined) process.exit(1);
const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "pkm-bench");
const snapshot = process.env.PKM_BENCH_SNAPSHOT || join(cache, "snapshot");
if (!existsSync(join(snapshot, "sets.json"))) {
  process.stderr.write(
    `bench: there is no recorded index in ${snapshot}; bench/README.md says how to record one\n`,
  );
  process.exit(1);
}
const wheels = process.env.PKM_BENCH_WHEELS || join(cache, "wheels");
if (!existsSync(wheels)) run("sh", [join(root, "bench", "fetch-wheels.sh"), wheels]);
run(
  process.env.PKM_TEST_PYTHON || "python3",
  [join(root, "bench", "run.py"), ...process.argv.slice(2)],
  {
    env: {
      ...process.env,
      PKM: join(root, "dist", "pkm"),
      UV: join(peers, "bin", "uv"),
      PIP: `${join(peers, "bin", "python")} -m pip`,
    },
  },
);
