#!/usr/bin/env bun
import { linkedCommand } from "./linked-name.ts";
import { version } from "./version.ts";

const linked = linkedCommand(process.argv0);
const words = process.argv.slice(2);
if (linked !== undefined) words.unshift(linked);
// Only what is needed to answer `--version` is loaded here; the rest comes with the command.
const [first] = words;
if (first === "--version" || first === "-V") console.log(`pkm ${version}`);
else {
  // Only answers of pip's commands are kept.
  const again =
    first === "pip" ? await (await import("./kept-answers.ts")).answerAgain(words) : undefined;
  if (again !== undefined) process.exit(again);
  const { runCommandLine } = await import("./run.ts");
  // Everything has been written by now; waiting for the event loop to run dry would only take time.
  process.exit(await runCommandLine(words));
}
