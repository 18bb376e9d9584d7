import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { incr } from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { microtasks, settle } from "../support/settle.ts";
import { authenticateWith } from "../../src/engine/authentication.ts";
import { ClusterRig } from "../cluster/rig.ts";

const AUTH = authenticateWith({ username: "user", password: "secret" });
const REFUSAL = "CLIENT_ERROR unauthenticated\r\n";

Deno.test("Server authenticates a connection before it sends anything else", async () => {
  await using rig = new ClusterRig(undefined, {}, AUTH);
  rig.dialler.open();
  const issued = incr("a");
  await rig.submit(issued);
  assertEquals(rig.transport.written, "version\r\n");
  await rig.reply(REFUSAL);
  assertEquals(rig.transport.writes.at(-1), "set authenticate 0 0 11\r\nuser secret\r\n");
  assertEquals(rig.server.connected, false);
  await rig.reply("STORED\r\n");
  assertEquals(rig.transport.writes.at(-1), "incr a 1\r\n");
  await rig.reply("1\r\n");
  assertEquals(issued.outcome.summary, 1n);
  assertEquals(rig.changes, ["connect one:11211"]);
});

Deno.test("Server sends no password to a server that asks for none", async () => {
  await using rig = new ClusterRig(undefined, {}, AUTH);
  rig.dialler.open();
  const issued = incr("a");
  await rig.submit(issued);
  await rig.reply("VERSION 1.6.18\r\n");
  await rig.reply("1\r\n");
  assertEquals(issued.outcome.summary, 1n);
  assertEquals(rig.transport.written, "version\r\nincr a 1\r\n");
});

Deno.test("Server that refuses the credentials is dead, and the password is in no message", async () => {
  await using rig = new ClusterRig(undefined, {}, AUTH);
  rig.dialler.open();
  const issued = incr("a");
  await rig.submit(issued);
  await rig.reply(REFUSAL);
  await rig.reply("CLIENT_ERROR authentication failure\r\n");
  assertEquals(issued.outcome.summary, "ConnectionError, sent no");
  assertStringIncludes(issued.outcome.error?.message ?? "", "authentication failure");
  assert(!Deno.inspect(issued.outcome.error).includes("secret"));
  assertEquals([rig.server.dead, rig.transport.closed, rig.changes], [
    true,
    true,
    ["dead one:11211"],
  ]);
});

Deno.test("Server whose authentication ends badly fails those who wait, once", async () => {
  const endings: Record<string, (rig: ClusterRig) => Promise<void>> = {
    "end of stream": async (rig) => {
      rig.transport.end();
      await settle();
    },
    "garbage": (rig) => rig.reply("what is this\r\n"),
    "garbage behind the answer": (rig) => rig.reply("VERSION 1\r\nwhat is this\r\n"),
    "full": (rig) => rig.reply("ERROR Too many open connections\r\n"),
    "silence": (rig) => rig.pass(400),
    "failed write": async (rig) => {
      rig.transport.failWrite();
      await rig.reply(REFUSAL);
    },
  };
  for (const [about, ending] of Object.entries(endings)) {
    await using rig = new ClusterRig(undefined, {}, AUTH);
    rig.dialler.open();
    const issued = incr("a");
    await rig.submit(issued);
    await ending(rig);
    assertEquals(issued.outcome.summary, "ConnectionError, sent no", about);
    assertEquals([rig.server.connected, rig.transport.closed], [false, true], about);
    assertEquals([rig.dialler.dials.length, rig.changes], [1, ["dead one:11211"]], about);
  }
});

Deno.test("Server bounds dial and authentication even without pollTimeout", async () => {
  await using rig = new ClusterRig(undefined, { pollTimeout: 0 }, AUTH);
  rig.dialler.open();
  const issued = incr("a");
  await rig.submit(issued);
  await rig.pass(150);
  assertEquals(issued.outcome.summary, "ConnectionError, sent no");
  assertEquals(rig.transport.closed, true);
});

Deno.test("Server.close() at any moment of an authentication leaves nothing open", async () => {
  for (let count = 0, isAnswered = false; !isAnswered; count++) {
    assert(count < 1000, "it is never answered");
    await using rig = new ClusterRig(undefined, {}, AUTH);
    const issued = incr("a");
    rig.cluster.submitTo(rig.server, issued.command);
    const transport = rig.dialler.last.succeed(new AnsweringTransport());
    await microtasks(count);
    isAnswered = issued.outcome.settled;
    const closing = rig.server.close();
    await settle();
    await closing;
    await settle();
    assertEquals(transport.closed, true, `after ${count} microtasks`);
    assert(issued.outcome.settled, `after ${count} microtasks`);
  }
});

Deno.test("Server.close() ends an authentication that stalls, at once", async () => {
  for (const said of ["", REFUSAL]) {
    await using rig = new ClusterRig(undefined, { pollTimeout: 0 }, AUTH);
    rig.dialler.open();
    const issued = incr("a");
    await rig.submit(issued);
    if (said !== "") await rig.reply(said);
    const closing = rig.server.close();
    await settle();
    assertEquals([rig.transport.closed, issued.outcome.settled], [true, true], said);
    await closing;
  }
});

/** Answers each request of an authentication and the `incr` behind it. */
class AnsweringTransport extends ScriptedTransport {
  readonly #replies = [REFUSAL, "STORED\r\n", "1\r\n"];

  override write(bytes: Uint8Array): Promise<number> {
    this.feed(this.#replies.shift() ?? "");
    return super.write(bytes);
  }
}
