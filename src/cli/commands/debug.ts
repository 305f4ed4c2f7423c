import { exit } from "#base/errors";
import { defineCommand } from "#cli/command";
import { type DebugFamily, debugFamilies, type Json } from "#cli/debug-families";
import { invalidOptionValue } from "#cli/errors";
import { nearest } from "#base/text";

export const debug = defineCommand({
  examples: [`echo '"1.0-RC1"' | pkm debug version`, `echo '["1.0", "1.0.0"]' | pkm debug compare`],
  arguments: {
    family: {
      help: `What the lines ask about: ${Object.keys(debugFamilies).join(", ")}`,
      choices: Object.keys(debugFamilies),
    },
  },
  options: {},
  async run(_options, { family }, { name, output }) {
    const answer = Object.hasOwn(debugFamilies, family) ? debugFamilies[family] : undefined;
    if (answer === undefined)
      throw invalidOptionValue({
        option: "FAMILY",
        value: family,
        expected: Object.keys(debugFamilies).join(", "),
        command: name,
        similar: nearest(family, Object.keys(debugFamilies)),
      });
    const decoder = new TextDecoder();
    let rest = "";
    for await (const chunk of process.stdin) {
      const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split("\n");
      rest = lines.pop() as string;
      if (lines.length > 0) output.data(lines.map((line) => answerLine(answer, line)).join(""));
    }
    rest += decoder.decode();
    if (rest !== "") output.data(answerLine(answer, rest));
    return exit.done;
  },
});

/** One JSON value in, one out; what is no JSON is answered, too. */
function answerLine(answer: DebugFamily, line: string): string {
  let input: Json;
  try {
    input = JSON.parse(line) as Json;
  } catch {
    return `${JSON.stringify({ ok: false, error: "the line is no JSON value" })}\n`;
  }
  return `${JSON.stringify(answer(input))}\n`;
}
