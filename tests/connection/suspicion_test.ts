/** What a connection does while the server may close it behind an error line, as some proxies do. */

import { assertEquals } from "@std/assert";
import { get, getMany, hit, incr, loneGet, set, summaries } from "../support/issued.ts";
import { Rig } from "./rig.ts";

const REFUSED = "SERVER_ERROR Connection refused\r\n";

Deno.test("Connection looks at the stream behind a SERVER_ERROR before it writes what must not be sent twice", async () => {
  await using rig = new Rig();
  await rig.submit(getMany(["a", "b"]));
  await rig.reply(REFUSED);
  const [store, read] = [set("c"), loneGet("d")];
  await rig.submit(store, read);
  assertEquals(rig.transport.written, "get a b\r\n");
  rig.transport.end();
  await rig.pass(0);
  assertEquals([rig.end.unsent, rig.end.sent], [[store.command, read.command], []]);
});

Deno.test("Connection goes on behind a SERVER_ERROR when the stream has not ended within 4 ms", async () => {
  await using rig = new Rig();
  await rig.submit(getMany(["a", "b"]));
  await rig.reply(REFUSED);
  const issued = set("c");
  await rig.submit(issued);
  for (let look = 1; look <= 2; look++) await rig.pass(2);
  await rig.reply("STORED\r\n");
  assertEquals(issued.outcome.summary, true);
});

Deno.test("Connection writes what only reads at once behind a SERVER_ERROR, and calls its end stale until that is answered", async () => {
  for (const isAnswered of [false, true]) {
    await using rig = new Rig();
    await rig.submit(getMany(["a", "b"]));
    await rig.reply(REFUSED);
    await rig.submit(get("c"));
    assertEquals(rig.transport.written, "get a b\r\nget c\r\n");
    if (isAnswered) {
      await rig.reply(hit("c", "1"));
      await rig.submit(get("d"));
    }
    rig.transport.end();
    await rig.pass(0);
    assertEquals([rig.end.stale, rig.end.behindError], [!isAnswered, !isAnswered]);
  }
});

Deno.test("Connection does not take an answer to what was written before a SERVER_ERROR for a sign that it stays open", async () => {
  await using rig = new Rig();
  const before = [getMany(["a", "b"]), incr("c"), incr("d")];
  await rig.submit(...before);
  await rig.reply(REFUSED);
  await rig.reply("1\r\n");
  await rig.reply("2\r\n");
  assertEquals(summaries(before.slice(1)), [1n, 2n]);
  await rig.submit(set("e"));
  rig.transport.end();
  await rig.pass(0);
  assertEquals([rig.end.stale, rig.end.unsent.length], [true, 1]);
});

Deno.test("Connection waits once for a server that stays open behind SERVER_ERROR, however often it says so", async () => {
  await using rig = new Rig();
  const full = "SERVER_ERROR out of memory storing object\r\n";
  for (let i = 0; i < 10; i++) {
    const issued = set("a");
    await rig.submit(issued);
    if (i === 1) { for (let look = 1; look <= 2; look++) await rig.pass(2); }
    await rig.reply(full);
    assertEquals(issued.outcome.summary, "ReplyError, sent maybe", `${i}`);
  }
  assertEquals(rig.clock.now(), 1004);
  // Behind a line for many keys it may be otherwise.
  await rig.submit(getMany(["a", "b"]));
  await rig.reply("SERVER_ERROR Connection refused\r\n");
  const issued = set("a");
  await rig.submit(issued);
  assertEquals(rig.transport.written.endsWith("get a b\r\n"), true);
});

Deno.test("Connection waits again once the server has closed behind such a line", async () => {
  await using first = new Rig();
  await first.submit(get("a"));
  await first.reply(REFUSED);
  await first.submit(get("b"));
  await first.reply(hit("b", "1"));
  const { habits } = first;
  assertEquals([habits.goesOnAfterOne, habits.goesOnAfterMany], [true, false]);
  await first.submit(get("a"));
  await first.reply(REFUSED);
  await first.submit(set("c"));
  assertEquals(first.transport.written.endsWith("set c 0 0 1\r\nv\r\n"), true);
  first.transport.end();
  await first.pass(0);
  assertEquals([habits.goesOnAfterOne, habits.goesOnAfterMany], [false, false]);
});

Deno.test("Connection waits for nothing behind a CLIENT_ERROR that leaves the stream in step", async () => {
  await using rig = new Rig();
  const issued = [incr("a"), incr("b")];
  await rig.submit(issued[0]);
  await rig.reply("CLIENT_ERROR cannot increment or decrement non-numeric value\r\n");
  await rig.submit(issued[1]);
  await rig.reply("1\r\n");
  assertEquals(summaries(issued), ["ReplyError, sent maybe", 1n]);
});
