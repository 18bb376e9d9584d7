/** A reply that goes on although nobody waits for it any more: all callers stand behind it. */

import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import { Deadline } from "../../src/clock.ts";
import { TimeoutError } from "../../src/errors.ts";
import { hit, incr, type Issued, loneGet, set, summaries } from "../support/issued.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { POLL_TIMEOUT, Rig } from "./rig.ts";

/** Milliseconds that each call has. */
const TIMEOUT = 500;

Deno.test("Connection closes when a data block trickles on that nobody waits for", async () => {
  await using rig = new Rig();
  const first = within(rig, loneGet("a"));
  await rig.submit(first);
  await rig.reply("VALUE a 0 100000000\r\nabcde");
  const later: Issued[] = [];
  const began = rig.clock.now();
  // Callers go on, and their replies are taken for the data.
  while (rig.ends.length === 0) {
    later.push(within(rig, incr("n")));
    await rig.submit(later[later.length - 1]);
    await rig.reply("5\r\n");
    await rig.pass(20);
    assert(rig.clock.now() - began < 60_000);
  }
  assert(rig.clock.now() - began <= TIMEOUT + POLL_TIMEOUT + 40);
  const { error, desync, head, sent } = rig.end;
  assertInstanceOf(error, TimeoutError);
  assertStringIncludes(error.message, "a reply was not over 300 ms after its call");
  assertEquals([error.server, error.command, error.sent], ["one:11211", "get", "maybe"]);
  assertEquals([desync, head, sent.length], [false, first.command, later.length]);
  assertEquals(summaries([first]), ["TimeoutError, sent maybe"]);
});

Deno.test("Connection closes when a line trickles on that nobody waits for", async () => {
  await using rig = new Rig();
  await rig.submit(within(rig, incr("a")));
  await trickle(rig, () => rig.reply(" "), TIMEOUT + POLL_TIMEOUT);
  assertInstanceOf(rig.end.error, TimeoutError);
});

Deno.test("Connection closes when replies come one by one, each long after its call", async () => {
  await using rig = new Rig();
  await rig.submit(...Array.from({ length: 100 }, () => within(rig, incr("a"))));
  await trickle(rig, () => rig.reply("1\r\n"), TIMEOUT + POLL_TIMEOUT);
  assertInstanceOf(rig.end.error, TimeoutError);
  assert(rig.end.sent.length > 80);
});

for (const noreply of [false, true]) {
  Deno.test(`Connection closes when a write trickles on that nobody waits for, noreply ${noreply}`, async () => {
    await using rig = new Rig(new ScriptedTransport({ held: true }));
    const big = within(rig, set("a", "x".repeat(10_000), { noreply }));
    await rig.submit(big);
    await trickle(rig, async () => {
      rig.transport.take(1);
      await settle();
    }, TIMEOUT + POLL_TIMEOUT);
    assertInstanceOf(rig.end.error, TimeoutError);
    assertEquals(rig.end.head, big.command);
  });
}

Deno.test("Connection waits for a data block of 100 MB as long as somebody waits for it", async () => {
  await using rig = new Rig();
  const issued = loneGet("a");
  issued.command.deadline = new Deadline(rig.clock.now() + 60_000);
  await rig.submit(issued);
  await rig.reply("VALUE a 0 100000000\r\n");
  for (let i = 0; i < 190; i++) {
    await rig.pass(POLL_TIMEOUT);
    await rig.reply("abcde");
  }
  assertEquals([summaries([issued]), rig.ends], [["open"], []]);
});

Deno.test("Connection reads the reply to an aborted call to its end, while there is time for it", async () => {
  await using rig = new Rig();
  const [first, second] = [within(rig, loneGet("a")), loneGet("b")];
  await rig.submit(first, second);
  await rig.reply("VALUE a 0 100\r\n");
  first.outcome.abandon();
  for (let i = 0; i < 10; i++) {
    await rig.pass(70);
    await rig.reply("0123456789");
  }
  await rig.reply("\r\nEND\r\n" + hit("b", "2"));
  assertEquals([summaries([first, second]), rig.ends], [["gone", "2"], []]);
});

Deno.test("Connection does not wait for ever for the reply to an aborted call without a deadline", async () => {
  await using rig = new Rig();
  const issued = loneGet("a");
  await rig.submit(issued);
  await rig.reply("VALUE a 0 100000000\r\n");
  issued.outcome.abandon();
  await trickle(rig, () => rig.reply("a"), POLL_TIMEOUT);
  assertInstanceOf(rig.end.error, TimeoutError);
});

Deno.test("Connection stays open when late replies come before the next caller has waited long", async () => {
  await using rig = new Rig();
  const first = within(rig, loneGet("a"));
  await rig.submit(first);
  await rig.reply("VALUE a 0 5\r\n");
  await rig.pass(TIMEOUT - 250);
  await rig.reply("ab");
  await rig.pass(250);
  await rig.reply("c");
  const second = within(rig, loneGet("b"));
  await rig.submit(second);
  await rig.pass(POLL_TIMEOUT - 40);
  await rig.reply("de\r\nEND\r\n" + hit("b", "2"));
  assertEquals(summaries([first, second]), ["TimeoutError, sent maybe", "2"]);
  await rig.pass(1000);
  assertEquals(rig.ends, []);
});

Deno.test("Connection stays open when a program was blocked past its calls' time and their replies have come", async () => {
  await using rig = new Rig();
  const issued = Array.from({ length: 10 }, () => within(rig, incr("a")));
  await rig.submit(...issued);
  rig.clock.oversleep(10_000);
  await rig.reply("1\r\n".repeat(10));
  await rig.pass(1000);
  assertEquals(summaries(issued), Array(10).fill(1n));
  assertEquals(rig.ends, []);
});

/** Gives a command its time, from now on. */
function within<T>(rig: Rig, issued: Issued<T>): Issued<T> {
  issued.command.deadline = new Deadline(rig.clock.now() + TIMEOUT);
  return issued;
}

/** Lets a little happen after each silence that is allowed, until the connection ends; fails if that takes too long. */
async function trickle(rig: Rig, little: () => Promise<void>, most: number): Promise<void> {
  const began = rig.clock.now();
  while (rig.ends.length === 0) {
    await rig.pass(POLL_TIMEOUT - 20);
    if (rig.ends.length === 0) await little();
    assert(rig.clock.now() - began <= most + POLL_TIMEOUT, `${rig.clock.now() - began} ms`);
  }
}
