import { assertEquals, assertInstanceOf } from "@std/assert";
import { Deadline } from "../../src/clock.ts";
import { TimeoutError } from "../../src/errors.ts";
import { get, hit, incr, loneGet, remove, set, summaries } from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { POLL_TIMEOUT, Rig } from "./rig.ts";

Deno.test("Connection closes when it was silent for longer than pollTimeout", async () => {
  await using rig = new Rig();
  const [first, second] = [incr("a"), incr("b")];
  await rig.submit(first);
  await rig.pass(200);
  await rig.submit(second);
  await rig.pass(POLL_TIMEOUT - 200);
  assertEquals(rig.ends, []);
  await rig.pass(20);
  const { error, desync, head, sent } = rig.end;
  assertInstanceOf(error, TimeoutError);
  assertEquals([error.server, error.sent, desync], ["one:11211", "maybe", false]);
  assertEquals([head, sent], [first.command, [second.command]]);
  assertEquals(rig.clock.timers, 0);
});

Deno.test("Connection waits on while parts of an answer come", async () => {
  await using rig = new Rig();
  const issued = get("a");
  await rig.submit(issued);
  for (const piece of hit("a", "0123456789")) {
    await rig.pass(POLL_TIMEOUT - 20);
    await rig.reply(piece);
  }
  assertEquals(summaries([issued]), ["0123456789"]);
  assertEquals(rig.ends, []);
});

Deno.test("Connection takes no time for silence in which a command was not written", async () => {
  await using rig = new Rig();
  const issued = get("a");
  rig.connection.submit(issued.command);
  rig.clock.oversleep(POLL_TIMEOUT + 200);
  await settle();
  assertEquals(rig.transport.written, "get a\r\n");
  await rig.pass(POLL_TIMEOUT - 20);
  assertEquals(rig.ends, []);
  await rig.pass(40);
  assertInstanceOf(rig.end.error, TimeoutError);
});

Deno.test("Connection waits on while a long write makes progress and nothing older is due", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const issued = set("a", "x".repeat(1000));
  await rig.submit(issued);
  for (let i = 0; i < 10; i++) {
    await rig.pass(POLL_TIMEOUT - 20);
    rig.transport.take(50);
    await settle();
  }
  assertEquals(rig.ends, []);
  await rig.pass(POLL_TIMEOUT + 20);
  assertEquals([rig.end.head, rig.end.error?.name], [issued.command, "TimeoutError"]);
});

Deno.test("Connection takes the progress of a write for no sign of life when a reply is due", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const [older, long] = [incr("a"), set("b", "x".repeat(1000))];
  await rig.submit(older);
  rig.transport.take();
  await rig.submit(long);
  for (let i = 0; i < 3; i++) {
    await rig.pass(100);
    rig.transport.take(50);
    await settle();
  }
  await rig.pass(20);
  assertEquals(rig.end.head, older.command);
});

Deno.test("Connection counts progress after a refusal that came before the whole request", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const [big, next] = [set("big", "x".repeat(2000)), get("a")];
  await rig.submit(big);
  rig.transport.take(50);
  await settle();
  await rig.reply("SERVER_ERROR object too large for cache\r\n");
  await rig.submit(next);
  for (let i = 0; i < 5; i++) {
    await rig.pass(POLL_TIMEOUT - 20);
    rig.transport.take(50);
    await settle();
  }
  assertEquals(rig.ends, []);
  rig.transport.release();
  await settle();
  await rig.reply(hit("a", "1"));
  assertEquals(summaries([next]), ["1"]);
});

Deno.test("Connection closes when a write stalls that nobody's reply hangs on", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const [big, next] = [set("big", "x".repeat(2000)), get("a")];
  await rig.submit(big);
  rig.transport.take(50);
  await settle();
  await rig.reply("SERVER_ERROR object too large for cache\r\n");
  // All is answered; the rest of the request still has to leave, and does not.
  await rig.pass(POLL_TIMEOUT - 100);
  await rig.submit(next);
  await rig.pass(200);
  assertInstanceOf(rig.end.error, TimeoutError);
  assertEquals([rig.end.head, rig.end.unsent], [undefined, [next.command]]);
});

Deno.test("Connection closes when a write of noreply commands stalls", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }));
  const silent = set("a", "v", { noreply: true });
  await rig.submit(silent);
  await rig.pass(POLL_TIMEOUT + 20);
  assertEquals([rig.end.head, rig.end.error?.name], [silent.command, "TimeoutError"]);
});

Deno.test("Connection with pollTimeout 0 waits for as long as it takes", async () => {
  await using rig = new Rig(new ScriptedTransport(), { pollTimeout: 0 });
  const issued = get("a");
  await rig.submit(issued);
  await rig.pass(100_000);
  await rig.reply(hit("a", "1"));
  assertEquals(summaries([issued]), ["1"]);
});

Deno.test("Connection sets no timer while nothing is due", async () => {
  await using rig = new Rig();
  assertEquals(rig.clock.timers, 0);
  await rig.submit(get("a"));
  assertEquals(rig.clock.timers, 1);
  await rig.reply(hit("a", "1"));
  await rig.pass(50);
  assertEquals(rig.clock.timers, 0);
});

Deno.test("Connection begins a new silence with each command after rest", async () => {
  await using rig = new Rig();
  const [first, second] = [get("a"), get("b")];
  await rig.submit(first);
  await rig.reply(hit("a", "1"));
  await rig.pass(900);
  await rig.submit(second);
  await rig.pass(POLL_TIMEOUT);
  assertEquals(rig.ends, []);
  await rig.pass(20);
  assertEquals(rig.end.head, second.command);
});

Deno.test("Connection gives up one command at its deadline and swallows its reply", async () => {
  await using rig = new Rig();
  const [first, second] = [loneGet("a"), loneGet("b")];
  first.command.deadline = new Deadline(rig.clock.now() + 100);
  await rig.submit(first);
  await rig.pass(50);
  await rig.submit(second);
  await rig.pass(70);
  assertEquals(summaries([first, second]), ["TimeoutError, sent maybe", "open"]);
  assertEquals([first.outcome.error?.server, first.outcome.error?.command], ["one:11211", "get"]);
  await rig.reply(hit("a", "late") + hit("b", "2"));
  assertEquals(summaries([first, second]), ["TimeoutError, sent maybe", "2"]);
  assertEquals(rig.ends, []);
});

Deno.test("Connection gives up a command that waits behind a write, and never writes it", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }), { pollTimeout: 0 });
  const [first, second, third] = [set("a"), incr("b"), incr("c")];
  await rig.submit(first);
  second.command.deadline = new Deadline(rig.clock.now() + 100);
  await rig.submit(second, third);
  await rig.pass(150);
  assertEquals(summaries([second, third]), ["TimeoutError, sent no", "open"]);
  rig.transport.release();
  await settle();
  assertEquals(rig.transport.written, "set a 0 0 1\r\nv\r\nincr c 1\r\n");
});

Deno.test("Connection lets no get join one that has been given up", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }), { pollTimeout: 0 });
  const [first, second] = [get("a"), get("b")];
  await rig.submit(set("s"));
  await rig.submit(first);
  first.outcome.abandon();
  await rig.submit(second);
  rig.transport.release();
  await settle();
  await rig.reply("STORED\r\n" + hit("b", "2"));
  assertEquals(rig.transport.written, "set s 0 0 1\r\nv\r\nget b\r\n");
  assertEquals(summaries([first, second]), ["gone", "2"]);
});

Deno.test("Connection gives up a noreply command whose write stalls at its deadline", async () => {
  await using rig = new Rig(new ScriptedTransport({ held: true }), { pollTimeout: 0 });
  const silent = set("a", "v", { noreply: true });
  silent.command.deadline = new Deadline(rig.clock.now() + 100);
  await rig.submit(silent);
  await rig.pass(150);
  assertEquals(summaries([silent]), ["TimeoutError, sent maybe"]);
  rig.transport.release();
  await settle();
  assertEquals(summaries([silent]), ["TimeoutError, sent maybe"]);
});

Deno.test("Connection never writes what was abandoned before", async () => {
  await using rig = new Rig();
  const [first, second, third] = [incr("a"), set("b"), remove("c")];
  first.outcome.abandon();
  rig.connection.submit(first.command);
  rig.connection.submit(second.command);
  rig.connection.submit(third.command);
  third.outcome.abandon();
  await settle();
  assertEquals(rig.transport.written, "set b 0 0 1\r\nv\r\n");
  await rig.reply("STORED\r\n");
  assertEquals(summaries([second]), [true]);
});

Deno.test("Connection writes nothing and rests when all was abandoned before", async () => {
  await using rig = new Rig();
  const issued = incr("a");
  rig.connection.submit(issued.command);
  issued.outcome.abandon();
  await settle();
  assertEquals([rig.transport.writes, rig.connection.queued], [[], 0]);
  await rig.pass(POLL_TIMEOUT + 20);
  assertEquals(rig.ends, []);
});

Deno.test("Connection swallows the reply to what was abandoned after", async () => {
  await using rig = new Rig();
  const [first, second] = [incr("a"), incr("b")];
  await rig.submit(first, second);
  first.outcome.abandon();
  await rig.reply("1\r\n2\r\n");
  assertEquals(summaries([first, second]), ["gone", 2n]);
  assertEquals(rig.ends, []);
});

Deno.test("Connection closes a silent stream even if everybody has gone", async () => {
  await using rig = new Rig();
  const issued = incr("a");
  await rig.submit(issued);
  issued.outcome.abandon();
  await rig.pass(POLL_TIMEOUT + 20);
  assertEquals(rig.end.head, issued.command);
});
