/** What `Client.config()` means for what is under way: pauses, silences, repetitions, calls and dials. */

import { assertEquals, assertThrows } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { settle } from "../support/settle.ts";

Deno.test("Client.config() of retryTimeout counts from now on, in a pause that has begun", async () => {
  for (
    const { before, passed, after, isTried } of [
      { before: 5000, passed: 0, after: 0, isTried: true },
      { before: 5000, passed: 1000, after: 1000, isTried: true },
      { before: 5000, passed: 1000, after: 1251, isTried: false },
      { before: 1000, passed: 1000, after: 5000, isTried: false },
      { before: 1000, passed: 5000, after: 5000, isTried: true },
    ]
  ) {
    await using rig = new Rig({ retryTimeout: before });
    const { client, dialler } = rig;
    dialler.refuse();
    await client.get("a");
    assertEquals(dialler.dials.length, 1);
    await rig.pass(passed);
    client.config({ retryTimeout: after });
    dialler.open();
    const call = client.version();
    await settle();
    const name = JSON.stringify({ before, passed, after });
    assertEquals(dialler.dials.length, isTried ? 2 : 1, name);
    if (isTried) dialler.transport.feed("VERSION 1\r\n");
    assertEquals((await call).size, isTried ? 1 : 0, name);
  }
});

Deno.test("Client.config() of retryTimeout counts from now on for one more connection that was refused", async () => {
  await using rig = new Rig({ connections: 2 });
  const { client, dialler } = rig;
  const asks = () => [client.incr("a"), client.incr("b")];
  await rig.connect();
  dialler.refuse();
  const calls = asks();
  await settle();
  assertEquals(dialler.dials.length, 2, "one more is tried");
  calls.push(...asks());
  await settle();
  assertEquals(dialler.dials.length, 2, "and not again at once");
  client.config({ retryTimeout: 0 });
  calls.push(...asks());
  await settle();
  assertEquals(dialler.dials.length, 3);
  dialler.transport.feed("1\r\n".repeat(6));
  assertEquals(await Promise.all(calls), Array(6).fill(1));
});

Deno.test("Client.config() of deadAfter counts from the next silence on", async () => {
  for (const [before, after, isDead] of [[0, 2, true], [5, 1, true], [2, 0, false]] as const) {
    await using rig = new Rig({ deadAfter: before, timeout: 0 });
    const { client, dialler } = rig;
    const silence = async () => {
      const call = client.get("a");
      await settle();
      await rig.pass(1000);
      assertEquals(await call, undefined);
    };
    dialler.open();
    await silence();
    client.config({ deadAfter: after });
    await silence();
    const { length } = dialler.dials;
    const call = client.get("a");
    await settle();
    assertEquals(dialler.dials.length - length, isDead ? 0 : 1, `${before}, then ${after}`);
    await rig.pass(1000);
    await call;
  }
});

Deno.test("Client.config() refuses what belongs to a call", async () => {
  await using rig = new Rig({});
  const wrong = { routeBy: "group" } as never;
  assertThrows(() => rig.client.config(wrong), TypeError, "routeBy");
});

Deno.test("Client.config() of pollTimeout counts from now on, in a silence that has begun", async () => {
  await using rig = new Rig({ pollTimeout: 300, timeout: 0 });
  const { client } = rig;
  const transport = await rig.connect();
  const call = client.get("a");
  await settle();
  await rig.pass(200);
  client.config({ pollTimeout: 1000 });
  await rig.pass(700);
  transport.feed("VALUE a 0 1\r\nx\r\nEND\r\n");
  assertEquals(await call, "x");
  const late = client.get("a");
  await settle();
  await rig.pass(200);
  client.config({ pollTimeout: 100 });
  await rig.pass(200);
  assertEquals(await late, undefined);
  assertEquals(transport.closed, true);
});

Deno.test("Client.config() of maxRetries counts for commands that are under way", async () => {
  await using rig = new Rig({});
  const { client, dialler } = rig;
  const first = await rig.connect();
  const call = client.set("a", 1);
  await settle();
  client.config({ maxRetries: 1 });
  first.end();
  await settle();
  dialler.transport.feed("STORED\r\n");
  assertEquals([await call, dialler.dials.length], [true, 2]);
});

Deno.test("Client.config() of timeout and connectTimeout leaves the calls and dials that have begun alone", async () => {
  await using rig = new Rig({ timeout: 1000, connectTimeout: 1000, pollTimeout: 0 });
  const { client, dialler } = rig;
  dialler.answer = undefined;
  const waiting = client.get("a");
  client.config({ connectTimeout: 10, timeout: 10 });
  await rig.pass(900);
  const transport = dialler.last.succeed();
  await settle();
  transport.feed("VALUE a 0 1\r\nx\r\nEND\r\n");
  assertEquals(await waiting, "x");
  const hasty = client.get("a");
  await settle();
  await rig.pass(20);
  assertEquals(await hasty, undefined);
});

/** A client of one server, whose clock and dials a test turns. */
class Rig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly dialler = new ScriptedDialler().open();
  readonly client: Client;

  constructor(options: ClientOptions) {
    this.client = new Client("one:11211", {
      ...options,
      connect: this.dialler.connect,
      clock: this.clock,
    });
  }

  /** Makes the first connection. */
  async connect(): Promise<ScriptedDialler["transport"]> {
    const call = this.client.version();
    await settle();
    this.dialler.transport.feed("VERSION 1\r\n");
    await call;
    return this.dialler.transport;
  }

  /** Lets time pass. */
  async pass(milliseconds: number): Promise<void> {
    this.clock.advance(milliseconds);
    await settle();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const transport of this.dialler.transports) transport.end();
    await settle();
    await this.client.close();
  }
}
