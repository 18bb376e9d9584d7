/** Callers who ask for the same key in one tick. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { GetCommand } from "../../src/commands/get.ts";
import { CodecError, ProtocolError } from "../../src/errors.ts";
import { answer, requestOf, Told } from "./exchange.ts";
import { get, joined } from "./gets.ts";

Deno.test("GetCommand.merge() asks once for a key that several callers want, and answers all of them", () => {
  const { tolds, command } = joined(["a", "b", "a", "c", "b", "a"]);
  assertEquals([command.keysDue, command.keys], [3, ["a", "a", "a", "b", "b", "c"]]);
  assertEquals(requestOf(command), "get a b c\r\n");
  assertEquals(answer(command, "VALUE b 0 1\r\n2\r\nVALUE a 0 1\r\n1\r\nEND\r\n"), true);
  assertEquals(tolds.map((told) => told.values), [["1"], ["2"], ["1"], [undefined], ["2"], ["1"]]);
  const counts = { hits: 0, misses: 0, stores: 0 };
  command.tally(counts, true);
  assertEquals(counts, { hits: 2, misses: 1, stores: 0 });

  const again = joined(["a", "b", "a"]);
  requestOf(again.command);
  const item = "VALUE a 0 1\r\n1\r\n";
  assertThrows(() => answer(again.command, item.repeat(2)), ProtocolError, "was not asked");
});

Deno.test("GetCommand.merge() asks once for one key alone, which stays the key of the command", () => {
  const { tolds, command } = joined(["a", "a", "a"]);
  assertEquals([command.key, command.keys, command.keysDue], ["a", ["a"], 1]);
  assertEquals(requestOf(command), "get a\r\n");
  assertEquals(command.askApart(), undefined);
  tolds[0].settled = true;
  assertEquals(answer(command, "VALUE a 0 1\r\n1\r\nEND\r\n"), true);
  assertEquals(tolds.map((told) => told.values), [[undefined], ["1"], ["1"]]);
});

Deno.test("GetCommand.item() decodes an object for each caller, and what cannot be changed once", () => {
  const decoded: unknown[] = [];
  const decoders: readonly [make: () => unknown, times: number][] = [
    [() => "text", 1],
    [() => 1.5, 1],
    [() => 7n, 1],
    [() => false, 1],
    [() => null, 1],
    [() => ({}), 3],
    [() => [], 3],
    [() => new Uint8Array(1), 3],
  ];
  for (const [make, times] of decoders) {
    decoded.length = 0;
    const decoder = {
      decode: () => {
        const value = make();
        decoded.push(value);
        return value;
      },
    };
    const tolds = Array.from({ length: 3 }, () => new Told<unknown>());
    const [first, ...others] = tolds.map((told) => new GetCommand("a", decoder, told));
    for (const other of others) assert(first.merge(other));
    requestOf(first);
    assertEquals(answer(first, "VALUE a 0 1\r\n1\r\nEND\r\n"), true);
    assertEquals(decoded.length, times);
    assertEquals(new Set(tolds.map(({ values }) => values[0])).size, times);
  }
});

Deno.test("GetCommand.merge() shares no place between those who decode in different ways", () => {
  const [raw, value] = [new Told<unknown>(), new Told<unknown>()];
  const first = new GetCommand<unknown>("a", { decode: () => 1 }, raw);
  assert(first.merge(new GetCommand<unknown>("a", { decode: () => 2 }, value)));
  assertEquals(requestOf(first), "get a a\r\n");
  assertEquals(answer(first, "VALUE a 0 1\r\n1\r\n".repeat(2) + "END\r\n"), true);
  raw.expect(1);
  value.expect(2);
});

Deno.test("GetCommand.item() gives each caller of one key its own error for data that is broken", () => {
  const { tolds, command } = joined(["a", "a", "b"]);
  requestOf(command);
  assertEquals(answer(command, "VALUE a 0 1\r\n!\r\nEND\r\n"), true);
  const [first, second] = tolds.map((told) => told.errors[0]);
  assert(first instanceof CodecError && second instanceof CodecError && first !== second);
  tolds[2].expect(undefined);
});

Deno.test("GetCommand.divide() and askApart() keep callers of one key together", () => {
  const { tolds, command } = joined(["a", "b", "a", "c", "b"]);
  assertEquals(command.keys, ["a", "a", "b", "b", "c"]);
  requestOf(command);
  answer(command, "VALUE b 0 1\r\n2\r\n");
  const [some, rest] = command.divide([
    { keys: ["b", "b"], positions: [2, 3] },
    { keys: ["a", "a", "c"], positions: [0, 1, 4] },
  ]);
  assertEquals([some, rest].map((part) => requestOf(part)), ["get b\r\n", "get a c\r\n"]);
  assertEquals(answer(some, "VALUE b 0 1\r\n3\r\nEND\r\n"), true);
  for (const i of [1, 4]) tolds[i].expect("3");
  const parts = rest.askApart();
  assertEquals(parts?.map((part) => requestOf(part)), ["get a\r\n", "get c\r\n"]);
  assertEquals(answer(parts![0], "VALUE a 0 1\r\n1\r\nEND\r\n"), true);
  for (const i of [0, 2]) tolds[i].expect("1");
});

Deno.test("GetCommand.askApart() gives the key of a caller who has gone to those who share it", () => {
  const { tolds, command } = joined(["a", "a", "a", "b"]);
  requestOf(command);
  tolds[0].settled = true;
  const parts = command.askApart();
  assertEquals(parts?.map((part) => requestOf(part)), ["get a\r\n", "get b\r\n"]);
  assertEquals(answer(parts![0], "VALUE a 0 1\r\n1\r\nEND\r\n"), true);
  assertEquals(tolds.map((told) => told.values), [[], ["1"], ["1"], []]);
});

Deno.test("GetCommand.merge() lets a line answer at most 1,000 callers", () => {
  const command = get("a");
  let count = 1;
  while (command.merge(get("a"))) count++;
  assertEquals(count, 1000);
  assertEquals(command.merge(get("b")), false);
  assertEquals(requestOf(command), "get a\r\n");
});
