import { exit } from "#base/errors";
import { defineCommand, type OptionValues } from "#cli/command";
import type { Invocation } from "#cli/invocation";
import { interpreterWorld, openInvocationStore } from "#cli/services";
import { version } from "#cli/version";
import type { Interpreter } from "#interpreter/interpreter";
import { readPipConfiguration } from "#settings/pip-configuration";
import { compatibleTags } from "#standards/tags";
import { resolvingInterpreter } from "./_interpreter.ts";
import { pythonRepr } from "./_python-repr.ts";
import { readingDefaults } from "./_reading.ts";
import { targetMachine } from "./_requests.ts";
import { generalOptions } from "./general-options.ts";
import { pythonVersionOption, targetOptions } from "./target-options.ts";

const options = { ...generalOptions, ...pythonVersionOption, ...targetOptions } as const;

type Chosen = OptionValues<typeof options>;

/** What pip prints for reports of faults: the interpreter as it sees itself, and the tags it can use. */
export const debug = defineCommand({
  examples: ["pkm pip debug", "pkm pip debug --verbose --python-version 3.14"],
  arguments: {},
  ignoresWords: true,
  options,
  defaults: readingDefaults("debug", options),
  async run(chosen, _words, invocation) {
    const { output, world } = invocation;
    output.warn("this output is for people who look for a fault, and may change at any time");
    const store = openInvocationStore(invocation);
    try {
      const interpreter = await resolvingInterpreter(chosen, interpreterWorld(invocation, store));
      const { env } = world.host;
      const { major, minor } = interpreter;
      output.data(
        `${[
          `pkm version: pkm ${version} (python ${major}.${minor})`,
          ...(await facts(interpreter, invocation)),
          `'cert' config value: ${certificateSource(chosen, invocation)}`,
          `SSL_CERT_FILE: ${env.SSL_CERT_FILE ?? "None"}`,
          ...tagLines(interpreter, chosen, invocation),
        ].join("\n")}\n`,
      );
    } finally {
      store.close();
    }
    return exit.done;
  },
});

/** Only the interpreter itself knows these. */
const script = `import sys, locale
print("sys.version:", " ".join(sys.version.split()))
print("sys.executable:", sys.executable)
print("sys.getdefaultencoding:", sys.getdefaultencoding())
print("sys.getfilesystemencoding:", sys.getfilesystemencoding())
print("locale.getencoding:", getattr(locale, "getencoding", locale.getpreferredencoding)())
print("sys.platform:", sys.platform)
print("sys.implementation:")
print("  name:", sys.implementation.name)`;

async function facts(
  { executable }: Interpreter,
  { world }: Invocation,
): Promise<readonly string[]> {
  const { stdout } = await world.processes.run({ argv: [executable, "-I", "-c", script] });
  return stdout.trimEnd().split(/\r?\n/);
}

function certificateSource({ isolated, cert }: Chosen, { world }: Invocation): string {
  if (cert !== undefined) return cert;
  const found = readPipConfiguration({ command: "install", isolated }, world).get("cert");
  return found === undefined ? "Not specified" : `${found.text} (${found.origin})`;
}

const shownTags = 10;

function tagLines(interpreter: Interpreter, chosen: Chosen, invocation: Invocation): string[] {
  const tags = compatibleTags(targetMachine(interpreter, chosen, invocation).tags);
  const isShort = invocation.global.verbose === 0 && tags.length > shownTags;
  return [
    `Compatible tags: ${tags.length}${givenTarget(chosen)}`,
    ...tags.slice(0, isShort ? shownTags : undefined).map((tag) => `  ${tag}`),
    ...(isShort ? ["  ...", `  [First ${shownTags} tags shown. Pass --verbose to show all.]`] : []),
  ];
}

/** The options that were given, as Python would show their values. */
function givenTarget(chosen: Chosen): string {
  const list = (values: readonly string[]): string => `[${values.map(pythonRepr).join(", ")}]`;
  const { platform, abi, implementation, "python-version": python } = chosen;
  const given = [
    ...(platform.length === 0 ? [] : [`platforms=${list(platform)}`]),
    ...(python === undefined ? [] : [`version_info=${pythonRepr(python)}`]),
    ...(abi.length === 0 ? [] : [`abis=${list(abi)}`]),
    ...(implementation === undefined ? [] : [`implementation=${pythonRepr(implementation)}`]),
  ];
  return given.length === 0 ? "" : ` (target: ${given.join(" ")})`;
}
