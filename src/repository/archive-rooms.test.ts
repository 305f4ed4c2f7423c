import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { ArchiveRooms, type Room } from "./archive-rooms.ts";

const megabyte = 2 ** 20;

describe("ArchiveRooms", () => {
  test("memory that was given back is handed out again, at the length of whoever asks", () => {
    const rooms = new ArchiveRooms();
    const first = rooms.take(3 * megabyte);
    first.giveBack?.();
    const second = rooms.take(2 * megabyte);
    expect(second.bytes.buffer === first.bytes.buffer).toBe(true);
    expect(second.bytes.byteOffset).toBe(first.bytes.byteOffset);
    expect(second.bytes.length).toBe(2 * megabyte);
  });

  test("what was given back piece by piece is handed out as a whole", () => {
    const rooms = new ArchiveRooms();
    const pieces = Array.from({ length: 16 }, () => rooms.take(8 * megabyte));
    for (const { giveBack } of pieces) giveBack?.();
    const whole = rooms.take(128 * megabyte);
    expect(whole.bytes.buffer === pieces[0]?.bytes.buffer).toBe(true);
  });

  test("to give back twice does not take it from the next one", () => {
    const rooms = new ArchiveRooms();
    const first = rooms.take(megabyte);
    first.giveBack?.();
    const second = rooms.take(megabyte);
    first.giveBack?.();
    expect(overlap(placeOf(second), placeOf(rooms.take(megabyte)))).toBe(false);
  });

  test("where there is no room left, memory is taken that is nobody else's", () => {
    const rooms = new ArchiveRooms();
    const large = rooms.take(100 * megabyte);
    const other = rooms.take(60 * megabyte);
    expect(other.bytes.length).toBe(60 * megabyte);
    expect(other.bytes.buffer === large.bytes.buffer).toBe(false);
    expect(other.giveBack).toBeUndefined();
  });

  test("short archives alone share nothing", () => {
    const rooms = new ArchiveRooms();
    expect(rooms.take(1000).bytes.buffer).toBeInstanceOf(ArrayBuffer);
  });

  test("nobody gets memory that somebody else has", () => {
    const step = fc.record({
      length: fc.integer({ min: 1, max: 40 * megabyte }),
      leaves: fc.nat(9),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const rooms = new ArchiveRooms();
        const held: Room[] = [];
        for (const { length, leaves } of steps) {
          if (leaves < held.length) held.splice(leaves, 1)[0]?.giveBack?.();
          const room = rooms.take(length);
          expect(held.filter((other) => overlap(placeOf(room), placeOf(other)))).toEqual([]);
          held.push(room);
        }
      }),
      { numRuns: 30 },
    );
  });
});

type Place = { readonly memory: ArrayBufferLike; readonly start: number; readonly end: number };

function placeOf({ bytes }: Room): Place {
  const { buffer, byteOffset, byteLength } = bytes;
  return { memory: buffer, start: byteOffset, end: byteOffset + byteLength };
}

function overlap(a: Place, b: Place): boolean {
  return a.memory === b.memory && a.start < b.end && b.start < a.end;
}
