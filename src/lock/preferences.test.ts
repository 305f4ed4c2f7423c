import { expect, test } from "bun:test";
import { formatMarker, type MarkerEnvironment } from "#standards/marker";
import { normalizeName } from "#standards/name";
import { preferencesFor, readPreferences } from "./preferences.ts";

const text = `# head
--index-url https://index.example/simple
a==1.0 ; python_version < "3.12" \\
    --hash=sha256:aa
    # via b
a==2.0 ; python_version >= "3.12"
b==3.0
c>=1
d @ https://index.example/d-1.0-py3-none-any.whl
`;

test("readPreferences() reads pins with their markers and passes over everything else", () => {
  const told = [...readPreferences(text)].map(([name, pins]) => [
    name as string,
    pins.map(({ version, marker }) => [version.text, marker && formatMarker(marker)]),
  ]);
  expect(told).toEqual([
    [
      "a",
      [
        ["1.0", 'python_version < "3.12"'],
        ["2.0", 'python_version >= "3.12"'],
      ],
    ],
    ["b", [["3.0", undefined]]],
  ]);
});

test("preferencesFor() takes the pin that is for the machine", () => {
  const a = normalizeName("a");
  const on = (python: string): string | undefined => {
    const environment = { python_version: python } as MarkerEnvironment;
    return preferencesFor(readPreferences(text), environment).get(a)?.version.text;
  };
  expect([on("3.11"), on("3.13")]).toEqual(["1.0", "2.0"]);
});
