import type { Receiver } from "../../src/commands/receiver.ts";
import { assertEquals } from "@std/assert";
import type { Command } from "../../src/commands/command.ts";
import { TouchCommand } from "../../src/commands/touch.ts";
import {
  allLinesBut,
  answer,
  expectErrorLines,
  expectSwallowed,
  expectUnexpected,
  requestOf,
  Told,
} from "./exchange.ts";

Deno.test("TouchCommand.write() writes key and exptime, and noreply", () => {
  assertEquals(requestOf(touch(new Told())), "touch k 60\r\n");
  assertEquals(
    requestOf(new TouchCommand("\xe9\x9b\xbb", -2147483648, true, new Told())),
    "touch \xe9\x9b\xbb -2147483648 noreply\r\n",
  );
});

Deno.test("TouchCommand.line() tells whether the item was there", () => {
  for (const [wire, found] of [["TOUCHED\r\n", true], ["NOT_FOUND\r\n", false]] as const) {
    const told = new Told<boolean>();
    const command = touch(told);
    requestOf(command);
    assertEquals(answer(command, wire), true);
    told.expect(found);
  }
});

Deno.test("TouchCommand.line() refuses every other reply", () => {
  expectUnexpected(touch, allLinesBut("TOUCHED\r\n", "NOT_FOUND\r\n"));
});

Deno.test("TouchCommand.refused() ends the command with the error line", () => {
  expectErrorLines(touch);
});

Deno.test("TouchCommand.fail() tells it once and swallows the reply", () => {
  expectSwallowed(touch, "TOUCHED\r\n");
});

Deno.test("TouchCommand.completeWithoutReply() takes a noreply command for done", () => {
  const told = new Told<boolean>();
  const command = new TouchCommand("k", 0, true, told);
  assertEquals(command.traits.expectsReply, false);
  command.completeWithoutReply();
  told.expect(true);
});

Deno.test("TouchCommand is safe to repeat and has no payload", () => {
  const command = touch(new Told());
  assertEquals([
    command.traits.resend !== "never",
    command.traits.resend === "always",
    command.traits.hasPayload,
  ], [
    true,
    false,
    false,
  ]);
});

function touch(receiver: Receiver<boolean>): Command {
  return new TouchCommand("k", 60, false, receiver);
}
