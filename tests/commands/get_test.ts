import type { Receiver } from "../../src/commands/receiver.ts";
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Deadline } from "../../src/clock.ts";
import type { Command } from "../../src/commands/command.ts";
import { DeleteCommand } from "../../src/commands/deletion.ts";
import { GetCommand, MAX_MERGED_KEYS } from "../../src/commands/get.ts";
import { CodecError, ProtocolError, TimeoutError } from "../../src/errors.ts";
import {
  allLinesBut,
  answer,
  expectErrorLines,
  expectSwallowed,
  expectUnexpected,
  requestOf,
  textDecoder,
  Told,
} from "./exchange.ts";
import { GET, get, joined } from "./gets.ts";

const KEY = "\xe9\x9b\xbb";

Deno.test("GetCommand.write() writes the word, the exptime of gat and gats, and the key", () => {
  assertEquals(requestOf(get("k")), "get k\r\n");
  assertEquals(requestOf(get(KEY, { name: "gets" })), `gets ${KEY}\r\n`);
  assertEquals(requestOf(get("k", { name: "gat", exptime: 0 })), "gat 0 k\r\n");
  assertEquals(
    requestOf(get("k".repeat(250), { name: "gats", exptime: -2147483648 })),
    `gats -2147483648 ${"k".repeat(250)}\r\n`,
  );
});

Deno.test("GetCommand tells the item it asked for, or a miss", () => {
  for (
    const [wire, value] of [
      ["VALUE k 0 3\r\nabc\r\nEND\r\n", "abc"],
      ["VALUE k 0 0\r\n\r\nEND\r\n", ""],
      ["VALUE k 0 5 18446744073709551615\r\nEND\r\n\r\nEND\r\n", "END\r\n#18446744073709551615"],
      ["END\r\n", undefined],
    ] as const
  ) {
    const told = new Told<string | undefined>();
    const command = get("k", { name: "gets" }, told);
    requestOf(command);
    assertEquals(answer(command, wire), true);
    told.expect(value);
  }
});

Deno.test("GetCommand.divide() makes one line of the gets of each group, each with its own outcome", () => {
  const told = Array.from({ length: 4 }, () => new Told<string | undefined>());
  const [first, ...others] = told.map((told, i) => get("abcd"[i], GET, told));
  for (const other of others) assertEquals(first.merge(other), true);
  first.bystanderResends = 1;
  assertEquals([first.key, first.keys, first.isRoutable], [undefined, ["a", "b", "c", "d"], true]);
  const parts = first.divide([
    { keys: ["b", "d"], positions: [1, 3] },
    { keys: ["a", "c"], positions: [0, 2] },
  ]);
  assertEquals(parts.map(requestOf), ["get b d\r\n", "get a c\r\n"]);
  assertEquals(parts.map(({ bystanderResends }) => bystanderResends), [1, 1]);
  assertEquals(answer(parts[0], "VALUE d 0 1\r\nD\r\nEND\r\n"), true);
  told[1].expect(undefined);
  told[3].expect("D");
  parts[1].fail(new TimeoutError("Late"));
  for (const i of [0, 2]) told[i].expectError();
});

Deno.test("GetCommand.item() leaves the reply open until END", () => {
  const told = new Told<string | undefined>();
  const command = get("k", GET, told);
  requestOf(command);
  assertEquals(answer(command, "VALUE k 0 1\r\na\r\n"), false);
  told.expectNothing();
});

Deno.test("GetCommand.item() refuses a key that was not asked, and the same key twice", () => {
  for (const key of ["x", "kk", "K", KEY]) {
    const told = new Told<string | undefined>();
    const command = get("k", GET, told);
    requestOf(command);
    assertThrows(
      () => answer(command, `VALUE ${key} 0 1\r\na\r\n`),
      ProtocolError,
      `Cannot take an item whose key was not asked: "${key}"`,
    );
    told.expectNothing();
  }
  const command = get("k");
  requestOf(command);
  assertThrows(() => answer(command, "VALUE k 0 1\r\na\r\nVALUE k 0 1\r\na\r\n"), ProtocolError);
});

Deno.test("GetCommand.line() refuses every other reply", () => {
  expectUnexpected(one, allLinesBut("END\r\n", "VALUE a 0 1\r\nb\r\n"));
});

Deno.test("GetCommand.refused() ends the command with the error line", () => expectErrorLines(one));

Deno.test("GetCommand.fail() tells it once and swallows the reply", () => {
  expectSwallowed(one, "VALUE k 0 1\r\na\r\nEND\r\n");
  expectSwallowed(one, "END\r\n");
});

Deno.test("GetCommand.item() rejects what cannot be decoded, once the reply is complete", () => {
  const told = new Told<string | undefined>();
  const command = get("k", GET, told);
  requestOf(command);
  assertEquals(answer(command, "VALUE k 0 4\r\n!abc\r\n"), false);
  told.expectNothing();
  assertEquals(answer(command, "END\r\n"), true);
  assert(told.expectError() instanceof CodecError);
});

Deno.test("GetCommand.item() lets through what is no fault of the data", () => {
  const command = new GetCommand("k", {
    decode: () => {
      throw new RangeError("A fault in a codec");
    },
  }, new Told());
  requestOf(command);
  assertThrows(() => answer(command, "VALUE k 0 1\r\na\r\n"), RangeError, "A fault in a codec");
});

Deno.test("GetCommand.item() does not decode for a caller who has left", () => {
  const told = new Told<string | undefined>();
  let reads = 0;
  const command = new GetCommand("k", { decode: () => `${++reads}` }, told);
  requestOf(command);
  told.settled = true;
  assertEquals(answer(command, "VALUE k 0 1\r\na\r\nEND\r\n"), true);
  assertEquals(reads, 0);
});

Deno.test("GetCommand.write() forgets what an earlier connection answered", () => {
  const told = new Told<string | undefined>();
  const command = get("k", GET, told);
  requestOf(command);
  answer(command, "VALUE k 0 1\r\na\r\n");
  assertEquals(requestOf(command), "get k\r\n");
  assertEquals(answer(command, "END\r\n"), true);
  told.expect(undefined);

  const again = new Told<string | undefined>();
  const other = get("k", GET, again);
  requestOf(other);
  answer(other, "VALUE k 0 1\r\n!\r\n");
  requestOf(other);
  assertEquals(answer(other, "VALUE k 0 1\r\nb\r\nEND\r\n"), true);
  again.expect("b");
});

Deno.test("GetCommand.merge() joins gets into one line, each with its own outcome", () => {
  const { tolds, command } = joined(["a", "b", KEY, "d"]);
  assertEquals(command.keysDue, 4);
  assertEquals(requestOf(command), `get a b ${KEY} d\r\n`);
  assertEquals(
    answer(command, `VALUE a 0 1\r\n1\r\nVALUE ${KEY} 0 1\r\n3\r\nVALUE d 0 1\r\n4\r\nEND\r\n`),
    true,
  );
  assertEquals(tolds.map((told) => told.values), [["1"], [undefined], ["3"], ["4"]]);
});

Deno.test("GetCommand.merge() joins lists that have been joined before", () => {
  const { tolds, command } = joined(["a", "b"]);
  const more = joined(["c", "d"]);
  assert(command.merge(more.command));
  assert(command.merge(get("e", GET, tolds[0])));
  assertEquals(command.keysDue, 5);
  assertEquals(requestOf(command), "get a b c d e\r\n");
  assertEquals(answer(command, "VALUE d 0 1\r\n4\r\nEND\r\n"), true);
  more.tolds[1].expect("4");
});

Deno.test("GetCommand.item() gives items to those who asked, in any order, with misses in between", () => {
  for (const order of ["abc", "acb", "bac", "bca", "cab", "cba", "ca", "ac", "b", ""]) {
    const { tolds, command } = joined(["a", "b", "c"]);
    requestOf(command);
    const wire = [...order].map((key) => `VALUE ${key} 0 1\r\n${key}\r\n`).join("");
    assertEquals(answer(command, `${wire}END\r\n`), true);
    ["a", "b", "c"].forEach((key, i) => {
      tolds[i].expect(order.includes(key) ? key : undefined, order);
    });
  }
});

Deno.test("GetCommand.fail() and refused() reach every caller joined", () => {
  const error = new TimeoutError("Late", { server: "one", command: "get", sent: "maybe" });
  const failed = joined(["a", "b", "c"]);
  failed.tolds[1].settled = true;
  assertEquals(failed.command.abandoned, false);
  failed.command.fail(error);
  assertEquals(failed.command.abandoned, true);
  const errors = failed.tolds.map((told) => told.expectError());
  assertEquals(new Set(errors).size, 3, "each caller has its own");
  for (const { name, message, server, command, sent } of errors) {
    assertEquals([name, message, server, command, sent], [
      "TimeoutError",
      "Late",
      "one",
      "get",
      "maybe",
    ]);
  }

  const refused = joined(["a", "b", "c"]);
  requestOf(refused.command);
  assertEquals(answer(refused.command, "SERVER_ERROR x\r\n"), true);
  for (const told of refused.tolds) assertEquals(told.expectError().message, "SERVER_ERROR x");
});

Deno.test("GetCommand.item() keeps one caller's broken data from the others", () => {
  const { tolds, command } = joined(["a", "b"]);
  requestOf(command);
  assertEquals(answer(command, "VALUE a 0 1\r\n!\r\nVALUE b 0 1\r\nx\r\nEND\r\n"), true);
  assert(tolds[0].expectError() instanceof CodecError);
  tolds[1].expect("x");
});

Deno.test("GetCommand.abandoned is true only once every caller joined has left", () => {
  const { tolds, command } = joined(["a", "b", "c"]);
  for (const told of tolds) {
    assertEquals(command.abandoned, false);
    told.settled = true;
  }
  assertEquals(command.abandoned, true);
});

Deno.test("GetCommand.write() forgets the answers of all callers joined", () => {
  const { tolds, command } = joined(["a", "b"]);
  requestOf(command);
  answer(command, "VALUE a 0 1\r\n1\r\nVALUE b 0 1\r\n!\r\n");
  assertEquals(requestOf(command), "get a b\r\n");
  assertEquals(answer(command, "VALUE b 0 1\r\n2\r\nEND\r\n"), true);
  tolds[0].expect(undefined);
  tolds[1].expect("2");
});

Deno.test("GetCommand.merge() joins at most so many keys", () => {
  const { command } = joined(Array.from({ length: MAX_MERGED_KEYS }, (_, i) => `k${i}`));
  assertEquals(command.keysDue, MAX_MERGED_KEYS);
  assertEquals(command.merge(get("more")), false);
  assertEquals(command.keysDue, MAX_MERGED_KEYS);
  const half = joined(Array.from({ length: 51 }, (_, i) => `k${i}`)).command;
  const other = joined(Array.from({ length: 50 }, (_, i) => `k${i}`)).command;
  assertEquals(half.merge(other), false);
  assertEquals(requestOf(other).split(" ").length, 51);
});

Deno.test("GetCommand.merge() joins keys to lines of at most 16,000 bytes, also after a division", () => {
  for (const name of ["get", "gets"] as const) {
    let number = 100;
    const longest = () => get("k".repeat(247) + number++, { name });
    const command = longest();
    let count = 1;
    while (command.merge(longest())) count++;
    assertEquals(count, 63);
    assertEquals(command.merge(get("k".repeat(181), { name })), false);
    assert(command.merge(get("k".repeat(180), { name })));
    assertEquals(requestOf(command).length, name === "gets" ? 16_000 : 15_999);

    const [part] = command.divide([{ keys: command.keys.slice(0, 2), positions: [0, 1] }]);
    for (count = 2; part.merge(longest());) count++;
    assertEquals(count, 63);
  }
});

Deno.test("GetCommand.askApart() keeps the answers that came, and gives a command for each of the other keys", () => {
  const { tolds, command } = joined(["a", "b", "c", "d"]);
  command.ownResends = command.bystanderResends = 1;
  requestOf(command);
  answer(command, "VALUE b 0 1\r\n2\r\n");
  tolds[3].settled = true;
  const parts = command.askApart();
  assertEquals(parts?.map((part) => requestOf(part)), ["get a\r\n", "get c\r\n"]);
  assertEquals(parts?.map((part) => [part.ownResends, part.bystanderResends]), [[2, 0], [2, 0]]);
  tolds[1].expect("2");
  tolds[0].expectNothing();
  assertEquals(parts![0].merge(parts![1]), false);
  assertEquals(get("e").merge(parts![0]), false);
  assertEquals(parts![0].askApart(), undefined);
  assertEquals(answer(parts![0], "VALUE a 0 1\r\n1\r\nEND\r\n"), true);
  tolds[0].expect("1");
});

Deno.test("GetCommand.merge() joins only what asks in the same words", () => {
  assertEquals(get("a", { name: "gets" }).merge(get("b", { name: "gets" })), true);
  assertEquals(get("a").merge(get("b", { name: "gets" })), false);
  assertEquals(get("a", { name: "gets" }).merge(get("b")), false);
  for (const name of ["gat", "gats"] as const) {
    const how = { name, exptime: 5 };
    assertEquals(get("a", how).merge(get("b", how)), false, name);
    assertEquals(get("a").merge(get("b", how)), false, name);
    assertEquals(get("a", how).merge(get("b")), false, name);
  }
  assertEquals(get("a").merge(new DeleteCommand("b", false, new Told())), false);
});

Deno.test("GetCommand.merge() joins nothing that was made not to be", () => {
  const alone = () => new GetCommand("a", textDecoder, new Told(), GET, false);
  assertEquals(alone().merge(get("b")), false);
  assertEquals(get("b").merge(alone()), false);
});

Deno.test("GetCommand.merge() joins calls of one turn only: they are given up together", () => {
  const [command, next, later] = [get("a"), get("b"), get("c")];
  command.deadline = next.deadline = new Deadline(10);
  later.deadline = new Deadline(10);
  assert(command.merge(next));
  assertEquals(command.merge(later), false);
  assertEquals(command.deadline.at, 10);
  assertEquals(get("d").merge(command), false);
  assert(get("d").merge(get("e")), "without a deadline");
});

Deno.test("GetCommand is a retrieval, safe to repeat, without payload", () => {
  const command = get("k");
  assertEquals([
    command.traits.resend === "always",
    command.traits.resend !== "never",
    command.traits.hasPayload,
  ], [
    true,
    true,
    false,
  ]);
  assertEquals([command.traits.expectsReply, command.keysDue, command.name], [true, 1, "get"]);
});

function one(receiver: Receiver<string | undefined>): Command {
  return get("k", GET, receiver);
}
