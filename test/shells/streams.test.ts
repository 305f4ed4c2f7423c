import { afterAll, describe, expect, test } from "bun:test";
import { pkmCommand, Sandbox } from "../support/pkm.ts";

const sandbox = new Sandbox();
afterAll(() => sandbox.remove());

const quoted = pkmCommand.map((word) => `'${word}'`).join(" ");
const escape = "\u001B[";

describe("standard streams", () => {
  test("a reader that goes away ends the command quietly", async () => {
    // The reader is gone before the first line is written.
    const { stderr } = await sandbox.run([
      "sh",
      "-c",
      `(${quoted} help; echo "status $?" >&2) | true`,
    ]);
    expect(stderr).toBe("status 0\n");
  });

  test("data goes to stdout alone, talk to stderr, and -q silences talk", async () => {
    const { stdout, stderr } = await sandbox.pkm(["cache", "verify", "--json", "-q"]);
    expect(JSON.parse(stdout)).toMatchObject({ wheels: 0, broken: [] });
    expect(stderr).toBe("");
    const said = await sandbox.pkm(["cache", "verify"]);
    expect(said.stdout).toBe("");
    expect(said.stderr).toBe("Verified 0 wheels: all are whole\n");
  });

  test.each([
    ["nothing said", {}, [], false],
    ["NO_COLOR", { NO_COLOR: "1" }, [], false],
    ["FORCE_COLOR", { NO_COLOR: "", FORCE_COLOR: "1" }, [], true],
    ["NO_COLOR before FORCE_COLOR", { NO_COLOR: "1", FORCE_COLOR: "1" }, [], false],
    ["--color always", { NO_COLOR: "1" }, ["--color", "always"], true],
    ["--color never", { NO_COLOR: "", FORCE_COLOR: "1" }, ["--color=never"], false],
    ["--no-color", { NO_COLOR: "", FORCE_COLOR: "1" }, ["--no-color"], false],
  ] as const)("colour with %s, nobody watching", async (_title, env, options, isColored) => {
    const { stderr, status } = await sandbox.pkm(["pip", "tree", "--depth", "x", ...options], {
      env,
    });
    expect(status).toBe(2);
    expect(stderr.includes(escape)).toBe(isColored);
  });
});
