import { expect, test } from "bun:test";
import { shellWord } from "./text.ts";

test("a shell reads back from shellWord() what was put in, and the usual words stay bare", async () => {
  const words = [
    "plain-1.0",
    "with space",
    "it's",
    '"$HOME" `x`',
    "a\nb",
    "*",
    "",
    "~/x",
    "-r",
    "ü",
  ];
  const printed = Bun.spawn(["sh", "-c", `printf '%s\\0' ${words.map(shellWord).join(" ")}`]);
  expect((await new Response(printed.stdout).text()).split("\0").slice(0, -1)).toEqual(words);
  expect(["name==1.0", "./folder/x.txt", "--opt=value"].map(shellWord)).toEqual([
    "name==1.0",
    "./folder/x.txt",
    "--opt=value",
  ]);
});
