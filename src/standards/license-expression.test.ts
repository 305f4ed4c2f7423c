import { expect, test } from "bun:test";
import { parseLicenseExpression } from "./license-expression.ts";

test.each([
  ["mit", "MIT"],
  ["MIT or apache-2.0", "MIT OR Apache-2.0"],
  ["mit AND (apache-2.0 or bsd-2-clause)", "MIT AND (Apache-2.0 OR BSD-2-Clause)"],
  ["GPL-2.0-only with classpath-exception-2.0", "GPL-2.0-only WITH Classpath-exception-2.0"],
  ["gpl-2.0+", "GPL-2.0+"],
  ["licenseref-My.Own-1", "LicenseRef-My.Own-1"],
  ["((mit))", "((MIT))"],
])("%p is written %p", (text, expected) => {
  expect(parseLicenseExpression(text)).toEqual({ kind: "valid", text: expected });
});

test.each([
  ["", "it is empty"],
  ["Nobody-1.0", "`Nobody-1.0` is no identifier of the SPDX list"],
  ["MIT AND", "it ends where a licence should follow"],
  ["AND MIT", "a licence has to stand before `AND`"],
  ["MIT Apache-2.0", "an operator has to stand before `Apache-2.0`"],
  ["(MIT", "a parenthesis is never closed"],
  ["MIT)", "a parenthesis closes nothing"],
  ["()", "a licence has to stand before `)`"],
  ["MIT WITH MIT", "`MIT` is no exception of the SPDX list"],
  ["(MIT) WITH LLVM-exception", "`WITH` has to follow a licence"],
  ["LicenseRef-a_b", "`LicenseRef-a_b` is no identifier of the SPDX list"],
  ["LicenseRef-a+", "`LicenseRef-a+` is no identifier of the SPDX list"],
])("%p is refused: %s", (text, why) => {
  expect(parseLicenseExpression(text)).toEqual({ kind: "invalid", why });
});
