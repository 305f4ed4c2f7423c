import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { PkmError } from "#base/errors";
import { specifierText } from "./_version-arbitraries.ts";
import {
  formatRequirement,
  parseRequirement,
  tryParsePin,
  tryParseRequirement,
} from "./requirement.ts";

describe("parseRequirement() reads dependency specifiers (PEP 508)", () => {
  test.each([
    ["a", "a"],
    ["  Foo.Bar_baz\t", "Foo.Bar_baz"],
    ["a[]", "a"],
    ["a[ b , C ]", "a[C,b]"],
    ["a[b,b]", "a[b]"],
    ["a >= 1 , < 2", "a<2,>=1"],
    ["a>=1,", "a>=1"],
    ["a (>=1,<2)", "a<2,>=1"],
    ["a()", "a"],
    ["a==1.0+l.1", "a==1.0+l.1"],
    ["a===x,<2", "a<2,===x"],
    ["a===foo;os_name=='nt'", 'a===foo; os_name == "nt"'],
    ["a @ https://h/x", "a @ https://h/x"],
    ["a[b]@https://h/x;m", "a[b] @ https://h/x;m"],
    ["a @ https://h/x ; os_name=='nt'", 'a @ https://h/x ; os_name == "nt"'],
    ["a;python_version<'3'", 'a; python_version < "3"'],
    ["a[x]>1;extra=='B_c'", 'a[x]>1; extra == "b-c"'],
    ["foo_", "foo_"],
  ])("%p is %p", (text, expected) => {
    expect(formatRequirement(parseRequirement(text))).toBe(expected);
  });

  test("names and extras are normalised, their spelling is kept", () => {
    expect(parseRequirement("Zope.Interface[Test_X,test-x,A]>=1")).toMatchObject({
      name: "zope-interface",
      displayName: "Zope.Interface",
      extras: ["a", "test-x"],
      displayExtras: ["A", "Test_X", "test-x"],
      url: undefined,
      marker: undefined,
    });
  });

  test("a URL goes on up to white space", () => {
    expect(parseRequirement("a @ git+https://h/r@v1#egg=a;x ; os_name == 'nt'").url).toBe(
      "git+https://h/r@v1#egg=a;x",
    );
  });
});

describe("an error says what is wrong, with a caret under the place", () => {
  test.each([
    ["", "it does not begin with a name", "  \n  ^"],
    ["-a", "it does not begin with a name", "  -a\n  ^"],
    ["a b", "expected `;` and a marker, or the end", "  a b\n    ^"],
    ["a[b,]", "the name of an extra has to follow the comma", "  a[b,]\n      ^"],
    ["a[b", "this bracket is never closed", "  a[b\n   ^"],
    ["a[b c]", "extras are names with commas between them", "  a[b c]\n      ^"],
    ["a(>=1", "this parenthesis is never closed", "  a(>=1\n   ^"],
    ["a(>=1 <2)", "expected a comma or `)`", "  a(>=1 <2)\n        ^"],
    ["a>=1.x,<2", "`1.x` is not a version", "  a>=1.x,<2\n   ^^^^^"],
    ["a~=1", "`~=` needs a release of at least two numbers", "  a~=1\n   ^^^"],
    ["a >=1,,<2", "expected `;` and a marker, or the end", "  a >=1,,<2\n        ^"],
    ["a @", "a URL has to follow `@`", "  a @\n     ^"],
    ["a>=1\n", "expected `;` and a marker, or the end", "  a>=1\n      ^"],
    [
      "a @ https://h/\rb",
      "a URL has no control characters",
      "  a @ https://h/\rb\n                ^",
    ],
  ])("%p: %s", (text, why, excerpt) => {
    expect(tryParseRequirement(text)).toBeUndefined();
    expect(() => parseRequirement(text)).toThrow(
      expect.objectContaining({ code: "invalid-requirement", why, excerpt }),
    );
  });

  test("a mistake in the marker is shown in the whole requirement", () => {
    expect(() => parseRequirement("a>=1; os_nam=='x'")).toThrow(
      expect.objectContaining({ excerpt: "  a>=1; os_nam=='x'\n        ^^^^^^" }),
    );
  });

  test.each([
    "a @ https://user:secret@h/x y",
    "a @ https://user:secret@h/x ; os_nam=='x'",
    "a[ @ https://user:secret@h/x",
  ])("%p shows no password", (text) => {
    const error = (() => {
      try {
        parseRequirement(text);
      } catch (thrown) {
        return thrown as PkmError;
      }
      throw new Error("it was accepted");
    })();
    expect(error).toBeInstanceOf(PkmError);
    expect(`${error.what} ${error.why} ${error.excerpt}`).not.toContain("secret");
    expect(error.excerpt).toContain("https://h/x");
  });
});

test("what is printed reads back as the same requirement", () => {
  const name = fc.constantFrom("a", "Foo", "zope.interface", "x_1");
  const extras = fc.array(fc.constantFrom("a", "B", "c-d", "c_d"), { maxLength: 3 });
  const specifiers = fc.array(specifierText, { maxLength: 3 });
  const url = fc.constantFrom("https://h/x.whl#sha256=00", "file:///x;y", "git+ssh://h/r@v1");
  const marker = fc.constantFrom(
    "",
    "os_name=='nt'",
    "(extra == 'A' or python_version<'3')and os_name!='x'",
  );
  fc.assert(
    fc.property(name, extras, fc.oneof(specifiers, url), marker, (title, wanted, where, when) => {
      const place = typeof where === "string" ? ` @ ${where} ` : where.join(" , ");
      const text = `${title}[${wanted.join(",")}]${place}${when === "" ? "" : `; ${when}`}`;
      const printed = formatRequirement(parseRequirement(text));
      expect(formatRequirement(parseRequirement(printed))).toBe(printed);
      const { specifier: _, ...parts } = parseRequirement(text);
      expect(parseRequirement(printed)).toMatchObject(parts);
    }),
  );
});

describe("tryParsePin()", () => {
  test.each([
    "a==1",
    "zope-interface==5.0.0",
    "p2==2026.9.1",
    "x==0",
    "long==123456789012345678.1",
  ])("reads `%s` as every requirement is read", (pin) => {
    expect(tryParsePin(pin)).toEqual(parseRequirement(pin));
  });

  test.each([
    "a",
    "A==1",
    "a-==1",
    "a>=1",
    "a==1.*",
    "a==1rc1",
    "a==1.",
    "a==.1",
    "a ==1",
    "a==1;",
    "a==1.zip",
  ])("leaves `%s` to others", (text) => {
    expect(tryParsePin(text)).toBeUndefined();
  });
});
