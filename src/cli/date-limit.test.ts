import { describe, expect, test } from "bun:test";
import { parseDateLimit } from "./date-limit.ts";

const now = Date.parse("2026-11-21T12:00:00Z");

describe("parseDateLimit()", () => {
  test.each([
    ["2026-11-01", "2026-11-02T00:00:00Z"],
    ["2026-11-01T10:00:00Z", "2026-11-01T10:00:00Z"],
    ["2026-11-01T10:00:00+02:00", "2026-11-01T08:00:00Z"],
    ["2026-11-01 10:00", "2026-11-01T10:00:00Z"],
    ["7 days", "2026-11-14T12:00:00Z"],
    ["1 week ago", "2026-11-14T12:00:00Z"],
    ["24h", "2026-11-20T12:00:00Z"],
    ["P7D", "2026-11-14T12:00:00Z"],
    ["P1DT12H", "2026-11-20T00:00:00Z"],
    ["PT30M", "2026-11-21T11:30:00Z"],
  ])("reads %s", (text, expected) => {
    expect(new Date(parseDateLimit(text, now) as number).toISOString()).toBe(
      expected.replace("Z", ".000Z"),
    );
  });

  test.each(["", "P", "PT", "yesterday", "2026-13-01", "2026-02-30", "7 moons", "-3 days"])(
    "does not take %p for a date",
    (text) => {
      expect(parseDateLimit(text, now)).toBeUndefined();
    },
  );
});
