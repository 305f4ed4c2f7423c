#!/usr/bin/env bun
import { version } from "./version.ts";

// Only what is needed to answer `--version` is loaded here; the rest comes with the command.
const [first] = process.argv.slice(2);
if (first === "--version" || first === "-V") console.log(`pkm ${version}`);
else {
  const { runCommandLine } = await import("./run.ts");
  // Everything has been written by now; waiting for the event loop to run dry would only take time.
  process.exit(await runCommandLine(process.argv.slice(2)));
}
