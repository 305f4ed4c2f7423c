const commands: ReadonlySet<string> = new Set(["pip", "pip-compile", "pip-sync", "virtualenv"]);

/**
 * The command that an executable's name stands for, when it is called through a link: `pip`, `pip3`, `pip3.12`,
 * `pip-compile`, `pip-sync` and `virtualenv`, with `.exe` where there is one.
 */
export function linkedCommand(program: string): string | undefined {
  const name = /([^/\\]*?)(?:3(?:\.\d+)?)?(?:\.exe)?$/i.exec(program)?.[1] ?? "";
  return commands.has(name) ? name : undefined;
}
