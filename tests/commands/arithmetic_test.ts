import type { Receiver } from "../../src/commands/receiver.ts";
import { assertEquals } from "@std/assert";
import { ArithmeticCommand } from "../../src/commands/arithmetic.ts";
import type { Command } from "../../src/commands/command.ts";
import {
  allLinesBut,
  answer,
  expectErrorLines,
  expectSwallowed,
  expectUnexpected,
  requestOf,
  Told,
} from "./exchange.ts";

Deno.test("ArithmeticCommand.write() writes key and delta, and noreply", () => {
  assertEquals(requestOf(new ArithmeticCommand("incr", "k", 1, false, new Told())), "incr k 1\r\n");
  assertEquals(
    requestOf(new ArithmeticCommand("decr", "\xe9\x9b\xbb", 0n, true, new Told())),
    "decr \xe9\x9b\xbb 0 noreply\r\n",
  );
});

Deno.test("ArithmeticCommand.write() writes the largest deltas in full", () => {
  for (const delta of [2 ** 53 - 1, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    assertEquals(
      requestOf(new ArithmeticCommand("incr", "k", delta, false, new Told())),
      `incr k ${delta}\r\n`,
    );
  }
});

Deno.test("ArithmeticCommand.line() gives the new value exactly", () => {
  for (const value of ["0", "7", "9007199254740993", "18446744073709551615"]) {
    const told = new Told<bigint | undefined>();
    const command = incr(told);
    requestOf(command);
    assertEquals(answer(command, `${value}\r\n`), true);
    told.expect(BigInt(value));
  }
});

Deno.test("ArithmeticCommand.line() reads a value that decr padded", () => {
  const told = new Told<bigint | undefined>();
  assertEquals(answer(incr(told), "99 \r\n"), true);
  told.expect(99n);
});

Deno.test("ArithmeticCommand.line() gives undefined for an absent counter", () => {
  const told = new Told<bigint | undefined>();
  assertEquals(answer(incr(told), "NOT_FOUND\r\n"), true);
  told.expect(undefined);
});

Deno.test("ArithmeticCommand.line() refuses every other reply", () => {
  expectUnexpected(incr, allLinesBut("5\r\n", "NOT_FOUND\r\n"));
});

Deno.test("ArithmeticCommand.refused() ends the command with the error line", () => {
  expectErrorLines(incr);
});

Deno.test("ArithmeticCommand.fail() tells it once and swallows the reply", () => {
  expectSwallowed(incr, "6\r\n");
});

Deno.test("ArithmeticCommand.completeWithoutReply() knows no value", () => {
  const told = new Told<bigint | undefined>();
  const command = new ArithmeticCommand("incr", "k", 1, true, told);
  assertEquals(command.traits.expectsReply, false);
  command.completeWithoutReply();
  told.expect(undefined);
});

Deno.test("ArithmeticCommand is never safe to repeat", () => {
  for (const name of ["incr", "decr"] as const) {
    const command = new ArithmeticCommand(name, "k", 1, false, new Told());
    assertEquals([
      command.traits.resend !== "never",
      command.traits.resend === "always",
      command.traits.hasPayload,
    ], [
      false,
      false,
      false,
    ]);
    assertEquals(command.name, name);
  }
});

function incr(receiver: Receiver<bigint | undefined>): Command {
  return new ArithmeticCommand("incr", "k", 1, false, receiver);
}
