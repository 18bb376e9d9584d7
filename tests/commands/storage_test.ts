import type { PartReceiver, Receiver } from "../../src/commands/receiver.ts";
import { assertEquals } from "@std/assert";
import type { Encoded } from "../../src/codec/codec.ts";
import type { BatchResult } from "../../src/commands/batch.ts";
import type { Command } from "../../src/commands/command.ts";
import { StorageBatch, StorageCommand, type StorageName } from "../../src/commands/storage.ts";
import { wireKey } from "../../src/key.ts";
import { bytesOf } from "../support/wire.ts";
import {
  allLinesBut,
  answer,
  expectErrorLines,
  expectSwallowed,
  expectUnexpected,
  requestOf,
  Told,
} from "./exchange.ts";

const NAMES: readonly StorageName[] = ["set", "add", "replace", "append", "prepend", "cas"];
const PLAIN = { exptime: 0, noreply: false };

Deno.test("StorageCommand.write() writes each word, key, flags, exptime and length, then the data", () => {
  for (const name of NAMES) {
    assertEquals(
      requestOf(storage(name, "k", { data: "abc", flags: 7 })),
      `${name} k 7 0 3\r\nabc\r\n`,
    );
  }
});

Deno.test("StorageCommand.write() writes bytes as they are and text as UTF-8", () => {
  assertEquals(
    requestOf(storage("set", "k", { data: bytesOf("\0\r\n\xff"), flags: 128 })),
    "set k 128 0 4\r\n\0\r\n\xff\r\n",
  );
  assertEquals(
    requestOf(storage("set", "k", { data: "電\r\n", flags: 0 })),
    "set k 0 0 5\r\n\xe9\x9b\xbb\r\n\r\n",
  );
  assertEquals(requestOf(storage("set", "k", { data: "", flags: 0 })), "set k 0 0 0\r\n\r\n");
});

Deno.test("StorageCommand.write() writes the bounds of every number", () => {
  const key = "k".repeat(250);
  assertEquals(
    requestOf(
      storage("cas", key, { data: "", flags: 4294967295 }, {
        exptime: -2147483648,
        noreply: false,
        cas: 18446744073709551615n,
      }),
    ),
    `cas ${key} 4294967295 -2147483648 0 18446744073709551615\r\n\r\n`,
  );
  assertEquals(
    requestOf(storage("set", "k", { data: "", flags: 0 }, { exptime: 2147483647, noreply: false })),
    "set k 0 2147483647 0\r\n\r\n",
  );
});

Deno.test("StorageCommand.write() puts cas before noreply", () => {
  const item = { data: "a", flags: 0 };
  assertEquals(
    requestOf(storage("cas", "k", item, { exptime: 5, noreply: true, cas: 0n })),
    "cas k 0 5 1 0 noreply\r\na\r\n",
  );
  assertEquals(
    requestOf(storage("set", "k", item, { exptime: 5, noreply: true })),
    "set k 0 5 1 noreply\r\na\r\n",
  );
});

Deno.test("StorageCommand.write() writes a key's UTF-8 bytes", () => {
  assertEquals(
    requestOf(storage("set", wireKey("電"), { data: "é", flags: 0 })),
    "set \xe9\x9b\xbb 0 0 2\r\n\xc3\xa9\r\n",
  );
});

Deno.test("StorageCommand.write() writes the same once more", () => {
  const command = storage("set", "k", { data: bytesOf("abc"), flags: 0 });
  assertEquals(requestOf(command), requestOf(command));
});

Deno.test("StorageCommand.line() tells stored from a condition that was not met", () => {
  for (const name of NAMES) {
    for (
      const [wire, stored] of [
        ["STORED\r\n", true],
        ["NOT_STORED\r\n", false],
        ["EXISTS\r\n", false],
        ["NOT_FOUND\r\n", false],
      ] as const
    ) {
      const told = new Told<boolean>();
      const command = storage(name, "k", { data: "", flags: 0 }, PLAIN, told);
      requestOf(command);
      assertEquals(answer(command, wire), true);
      told.expect(stored, `${name}: ${wire}`);
    }
  }
});

Deno.test("StorageCommand.line() refuses every other reply", () => {
  expectUnexpected(set, allLinesBut("STORED\r\n", "NOT_STORED\r\n", "EXISTS\r\n", "NOT_FOUND\r\n"));
});

Deno.test("StorageCommand.refused() ends the command with the error line", () =>
  expectErrorLines(set));

Deno.test("StorageCommand.fail() tells it once and swallows the reply", () => {
  expectSwallowed(set, "STORED\r\n");
});

Deno.test("StorageCommand.completeWithoutReply() takes a noreply command for stored", () => {
  const told = new Told<boolean>();
  const command = storage("set", "k", { data: "", flags: 0 }, { exptime: 0, noreply: true }, told);
  assertEquals(command.traits.expectsReply, false);
  command.completeWithoutReply();
  command.completeWithoutReply();
  told.expect(true);
});

Deno.test("StorageCommand is safe to repeat only as set, and always has a payload", () => {
  for (const name of NAMES) {
    const command = storage(name, "k", { data: "", flags: 0 });
    assertEquals(command.traits.resend !== "never", name === "set", name);
    assertEquals([command.traits.hasPayload, command.traits.resend === "always", command.keysDue], [
      true,
      false,
      0,
    ]);
    assertEquals([command.name, command.traits.expectsReply], [name, true]);
  }
});

Deno.test("StorageBatch.write() writes the items of its range, each by its place", () => {
  assertEquals(
    requestOf(batch("set", { keys: ["b", "c", "d"], positions: [1, 3, 4] }, [1, 3])),
    "set c 3 9 2\r\nc3\r\nset d 4 9 2\r\nd4\r\n",
  );
  assertEquals(
    requestOf(batch("append", { keys: ["a", "b"] }, [0, 2])),
    "append a 0 9 2\r\na0\r\nappend b 1 9 2\r\nb1\r\n",
  );
});

Deno.test("StorageBatch.write() writes noreply on every line", () => {
  assertEquals(
    requestOf(batch("set", { keys: ["a", "b"] }, [0, 2], true)),
    "set a 0 9 2 noreply\r\na0\r\nset b 1 9 2 noreply\r\nb1\r\n",
  );
});

Deno.test("StorageBatch.write() writes text, bytes and UTF-8 in any mix, and the cas if there is one", () => {
  const mixes: readonly (readonly (readonly [data: Encoded["data"], wire: string])[])[] = [
    [["a", "1\r\na"], ["", "0\r\n"]],
    [["a", "1\r\na"], [bytesOf("\xff"), "1\r\n\xff"], ["b", "1\r\nb"]],
    [["a", "1\r\na"], ["電", "3\r\n\xe9\x9b\xbb"], ["\r\n", "2\r\n\r\n"]],
    [["€".repeat(4), `12\r\n${"\xe2\x82\xac".repeat(4)}`], ["a", "1\r\na"]],
  ];
  for (const mix of mixes) {
    for (const key of ["k", "\xe9\x9b\xbb"]) {
      for (const cas of [undefined, 7n]) {
        const options = cas === undefined ? PLAIN : { ...PLAIN, cas };
        const command = new StorageBatch(
          "set",
          { keys: mix.map(() => key) },
          [0, mix.length],
          mix.map(([data]) => ({ data, flags: 1 })),
          options,
          new Told(),
        );
        const word = cas === undefined ? "" : " 7";
        assertEquals(
          requestOf(command),
          mix.map(([, wire]) => `set ${key} 1 0 ${wire.replace("\r\n", `${word}\r\n`)}\r\n`).join(
            "",
          ),
        );
      }
    }
  }
});

Deno.test("StorageBatch.line() collects the positions of what was not stored", () => {
  const told = new Told<BatchResult>();
  const command = batch(
    "set",
    { keys: ["a", "b", "c", "d"], positions: [9, 3, 4, 7] },
    [0, 4],
    false,
    told,
  );
  requestOf(command);
  assertEquals(answer(command, "STORED\r\nNOT_STORED\r\nEXISTS\r\n"), false);
  told.expectNothing();
  assertEquals(answer(command, "STORED\r\n"), true);
  told.expect({ failed: [3, 4], errors: [] });
});

Deno.test("StorageBatch.line() refuses every other reply, also in the middle", () => {
  const good = ["STORED\r\n", "NOT_STORED\r\n", "EXISTS\r\n", "NOT_FOUND\r\n"];
  const wires = allLinesBut(...good);
  expectUnexpected(setBatch, [...wires, ...wires.map((wire) => `STORED\r\n${wire}`)]);
});

Deno.test("StorageBatch.refused() fails the key that the error line answers, and goes on", () => {
  const told = new Told<BatchResult>();
  const command = batch("set", { keys: ["a", "b", "c"] }, [0, 3], false, told);
  requestOf(command);
  assertEquals(answer(command, "STORED\r\nSERVER_ERROR x\r\nSTORED\r\n"), true);
  assertEquals(told.values.map(({ failed }) => failed), [[1]]);
  assertEquals(told.values[0].errors.map((error) => error.message), ["SERVER_ERROR x"]);
});

function set(receiver: Receiver<boolean>): Command {
  return storage("set", "k", { data: "abc", flags: 0 }, PLAIN, receiver);
}

function setBatch(receiver: PartReceiver<BatchResult>): Command {
  return batch("set", { keys: ["a", "b"] }, [0, 2], false, receiver);
}

function storage(
  name: StorageName,
  key: string,
  item: Encoded,
  options: { exptime: number; noreply: boolean; cas?: bigint } = PLAIN,
  receiver: Receiver<boolean> = new Told(),
): StorageCommand {
  return new StorageCommand(name, key, item, options, receiver);
}

/** A batch of items that tell their key and place. */
function batch(
  name: StorageName,
  group: { keys: string[]; positions?: number[] },
  range: [number, number],
  noreply = false,
  receiver: PartReceiver<BatchResult> = new Told(),
): StorageBatch {
  const items: Encoded[] = [];
  group.keys.forEach((key, i) => {
    const place = group.positions?.[i] ?? i;
    items[place] = { data: `${key}${place}`, flags: place };
  });
  return new StorageBatch(name, group, range, items, { exptime: 9, noreply }, receiver);
}
