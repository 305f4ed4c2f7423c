import { expect, test } from "bun:test";
import { HostSlots } from "./host-slots.ts";

test("one host's requests come in turn, those that go first before all others", async () => {
  const slots = new HostSlots(2);
  const begun: string[] = [];
  const ask = async (name: string, goesFirst = false): Promise<void> => {
    const turn = slots.take("index.example", goesFirst);
    if (turn !== undefined) await turn;
    begun.push(name);
  };
  const all = [
    ask("page 1"),
    ask("page 2"),
    ask("page 3"),
    ask("page 4"),
    ask("wheel 1", true),
    ask("wheel 2", true),
  ];
  await Promise.resolve();
  expect(begun).toEqual(["page 1", "page 2"]);
  for (let ended = 0; ended < 4; ended++) {
    slots.giveBack("index.example");
    await Promise.resolve();
  }
  await Promise.all(all);
  expect(begun.slice(2)).toEqual(["wheel 1", "wheel 2", "page 3", "page 4"]);
});

test("hosts do not wait for each other", () => {
  const slots = new HostSlots(1);
  expect(slots.take("a.example")).toBeUndefined();
  expect(slots.take("b.example")).toBeUndefined();
  expect(slots.take("a.example")).toBeInstanceOf(Promise);
});
