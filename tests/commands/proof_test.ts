import { assertEquals, assertThrows } from "@std/assert";
import { ProofCommand } from "../../src/commands/proof.ts";
import { ProtocolError, ReplyError, TimeoutError } from "../../src/errors.ts";
import { ReplyWord } from "../../src/protocol/reply.ts";
import { requestOf } from "./exchange.ts";

const NOTHING = new Uint8Array(0);

Deno.test("ProofCommand asks for its key, and takes END and nothing else", () => {
  const command = new ProofCommand("p:proof", () => {});
  assertEquals(requestOf(command), "get p:proof\r\n");
  assertEquals(command.line(ReplyWord.END, NOTHING, 0, 0), true);
  for (const word of Object.values(ReplyWord)) {
    if (word === ReplyWord.END) continue;
    assertThrows(() => command.line(word, NOTHING, 0, 0), ProtocolError);
  }
});

Deno.test("ProofCommand belongs to nobody, is sent once and is a retrieval", () => {
  const { abandoned, traits, key, keys, isRoutable } = new ProofCommand("proof", () => {});
  assertEquals([abandoned, key, keys, isRoutable], [true, undefined, [], false]);
  assertEquals([traits.resend, traits.isRetrieval, traits.expectsReply], ["never", true, true]);
});

Deno.test("ProofCommand says that it was refused, and not that it failed otherwise", () => {
  let refusals = 0;
  const command = new ProofCommand("proof", () => void refusals++);
  command.fail(new TimeoutError("silence"));
  command.fail(new ReplyError("away", { kind: "SERVER_ERROR" }));
  assertEquals(refusals, 0);
  command.fail(new ReplyError("bad key", { kind: "CLIENT_ERROR" }));
  command.fail(new ReplyError("no such command", { kind: "ERROR" }));
  assertEquals(refusals, 2);
});
