import type { Receiver } from "../../src/commands/receiver.ts";
import { assertEquals } from "@std/assert";
import type { BatchResult } from "../../src/commands/batch.ts";
import type { Command } from "../../src/commands/command.ts";
import { DeleteBatch, DeleteCommand } from "../../src/commands/deletion.ts";
import {
  allLinesBut,
  answer,
  expectErrorLines,
  expectSwallowed,
  expectUnexpected,
  requestOf,
  Told,
} from "./exchange.ts";

const KEY = "\xe9\x9b\xbb";

Deno.test("DeleteCommand.write() writes the key, and noreply", () => {
  assertEquals(requestOf(deletion(new Told())), "delete k\r\n");
  assertEquals(requestOf(new DeleteCommand("k", true, new Told())), "delete k noreply\r\n");
  assertEquals(requestOf(new DeleteCommand(KEY, false, new Told())), `delete ${KEY}\r\n`);
});

Deno.test("DeleteCommand.line() takes a key that was not there for gone", () => {
  for (const wire of ["DELETED\r\n", "NOT_FOUND\r\n"]) {
    const told = new Told<boolean>();
    const command = deletion(told);
    requestOf(command);
    assertEquals(answer(command, wire), true);
    told.expect(true, wire);
  }
});

Deno.test("DeleteCommand.line() refuses every other reply", () => {
  expectUnexpected(deletion, allLinesBut("DELETED\r\n", "NOT_FOUND\r\n"));
});

Deno.test("DeleteCommand.refused() ends the command with the error line", () => {
  expectErrorLines(deletion);
});

Deno.test("DeleteCommand.fail() tells it once and swallows the reply", () => {
  expectSwallowed(deletion, "DELETED\r\n");
});

Deno.test("DeleteCommand.completeWithoutReply() takes a noreply command for done", () => {
  const told = new Told<boolean>();
  const command = new DeleteCommand("k", true, told);
  assertEquals(command.traits.expectsReply, false);
  command.completeWithoutReply();
  told.expect(true);
});

Deno.test("DeleteCommand and DeleteBatch are safe to repeat and have no payload", () => {
  for (
    const command of [
      deletion(new Told()),
      new DeleteBatch({ keys: ["a"] }, [0, 1], false, new Told()),
    ]
  ) {
    assertEquals([command.traits.resend !== "never", command.traits.hasPayload], [true, false]);
    assertEquals([command.traits.resend === "always", command.name], [false, "delete"]);
  }
});

Deno.test("DeleteBatch.write() writes a line for each key of its range", () => {
  const group = { keys: ["a", "b", KEY, "d"] };
  assertEquals(
    requestOf(new DeleteBatch(group, [1, 4], false, new Told())),
    `delete b\r\ndelete ${KEY}\r\ndelete d\r\n`,
  );
  assertEquals(
    requestOf(new DeleteBatch(group, [0, 2], true, new Told())),
    "delete a noreply\r\ndelete b noreply\r\n",
  );
});

Deno.test("DeleteBatch.line() takes keys that were not there for gone, and only error lines for failures", () => {
  const told = new Told<BatchResult>();
  const command = new DeleteBatch(
    { keys: ["a", "b", "c"], positions: [5, 6, 7] },
    [0, 3],
    false,
    told,
  );
  requestOf(command);
  assertEquals(answer(command, "DELETED\r\nSERVER_ERROR x\r\nNOT_FOUND\r\n"), true);
  assertEquals(told.values[0].failed, [6]);
});

Deno.test("DeleteBatch.line() refuses every other reply, also in the middle", () => {
  const wires = allLinesBut("DELETED\r\n", "NOT_FOUND\r\n");
  expectUnexpected<BatchResult>(
    (receiver) => new DeleteBatch({ keys: ["a", "b"] }, [0, 2], false, receiver),
    [...wires, ...wires.map((wire) => `DELETED\r\n${wire}`)],
  );
});

function deletion(receiver: Receiver<boolean>): Command {
  return new DeleteCommand("k", false, receiver);
}
