import { describe, expect, test } from "bun:test";
import { ArchiveRooms } from "./archive-rooms.ts";

const megabyte = 2 ** 20;

describe("ArchiveRooms", () => {
  test("memory that was given back is handed out again, at the length of whoever asks", () => {
    const rooms = new ArchiveRooms();
    const first = rooms.take(3 * megabyte);
    rooms.giveBack(first.buffer as ArrayBuffer);
    const second = rooms.take(2 * megabyte);
    expect(second.buffer).toBe(first.buffer);
    expect(second.length).toBe(2 * megabyte);
  });

  test("the smallest that does is taken, and nobody gets memory that somebody else has", () => {
    const rooms = new ArchiveRooms();
    const large = rooms.take(8 * megabyte);
    const small = rooms.take(megabyte);
    rooms.giveBack(large.buffer as ArrayBuffer);
    rooms.giveBack(small.buffer as ArrayBuffer);
    expect(rooms.take(megabyte).buffer).toBe(small.buffer);
    expect(rooms.take(megabyte).buffer).toBe(large.buffer);
    expect(rooms.take(megabyte).buffer).not.toBe(large.buffer);
  });

  test("what lies idle is bounded", () => {
    const rooms = new ArchiveRooms();
    const taken = Array.from({ length: 12 }, () => rooms.take(8 * megabyte));
    for (const { buffer } of taken) rooms.giveBack(buffer as ArrayBuffer);
    const known = new Set(taken.map(({ buffer }) => buffer));
    const again = taken.map(() => rooms.take(8 * megabyte));
    expect(again.filter(({ buffer }) => known.has(buffer)).length).toBe(6);
  });
});
