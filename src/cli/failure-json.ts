import type { PassedOver } from "#resolver/resolution";
import { commandText } from "./failed-command.ts";
import type { KeptFailure, ToldFailure } from "./kept-failure.ts";

/** A failure for programs. */
export function failureJson(
  { failure, fixes, similar }: ToldFailure,
  { command }: KeptFailure,
): string {
  const [summary] = failure.explanation.split("\n");
  const json = {
    summary,
    command: commandText([...command.path, ...command.typed]),
    explanation: failure.explanation.split("\n").slice(1),
    causes: failure.causes,
    fixes: fixes.map(({ summary: text, files, commands }) => ({
      summary: text,
      files,
      commands: commands.map(commandText),
    })),
    similar: similar.map(({ name, existing }) => ({ name, existing })),
    derivation: failure.derivation.split("\n"),
    "passed-over": failure.passedOver.map(passedOverJson),
    attempts: failure.attempts,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}

export function passedOverJson({ name, version, reason }: PassedOver): unknown {
  return { name, version: version.text, ...reason };
}
