import { expect, test } from "bun:test";
import { linkedCommand } from "./linked-name.ts";

test.each([
  ["pip", "pip"],
  ["./pip3", "pip"],
  ["/usr/local/bin/pip3.12", "pip"],
  ["C:\\tools\\pip.exe", "pip"],
  ["pip-compile", "pip-compile"],
  ["bin/pip-sync", "pip-sync"],
  ["virtualenv", "virtualenv"],
  ["pkm", undefined],
  ["pipx", undefined],
  ["/home/pip/pkm", undefined],
  ["", undefined],
])("linkedCommand() takes %s for %p", (program, command) => {
  expect(linkedCommand(program)).toBe(command);
});
