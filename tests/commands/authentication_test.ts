import type { Receiver } from "../../src/commands/receiver.ts";
import { assertEquals } from "@std/assert";
import { AuthenticationCommand } from "../../src/commands/authentication.ts";
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

Deno.test("AuthenticationCommand.write() sends user and password as the data of a set", () => {
  assertEquals(requestOf(authentication(new Told())), "set authenticate 0 0 7\r\nada s:3\r\n");
  const command = new AuthenticationCommand({ username: "é", password: "電 x" }, new Told());
  assertEquals(
    requestOf(command),
    "set authenticate 0 0 8\r\n\xc3\xa9 \xe9\x9b\xbb x\r\n",
  );
});

Deno.test("AuthenticationCommand.line() takes STORED", () => {
  const told = new Told<void>();
  const command = authentication(told);
  requestOf(command);
  assertEquals(answer(command, "STORED\r\n"), true);
  told.expect(undefined);
});

Deno.test("AuthenticationCommand.line() refuses every other reply", () => {
  expectUnexpected(authentication, allLinesBut("STORED\r\n"));
});

Deno.test("AuthenticationCommand.refused() ends the command with the error line", () => {
  expectErrorLines(authentication);
});

Deno.test("AuthenticationCommand.fail() tells it once and swallows the reply", () => {
  expectSwallowed(authentication, "STORED\r\n");
});

Deno.test("AuthenticationCommand is never sent twice", () => {
  const command = authentication(new Told());
  assertEquals([
    command.traits.resend !== "never",
    command.traits.resend === "always",
    command.traits.hasPayload,
  ], [
    false,
    false,
    true,
  ]);
});

function authentication(receiver: Receiver<void>): Command {
  return new AuthenticationCommand({ username: "ada", password: "s:3" }, receiver);
}
