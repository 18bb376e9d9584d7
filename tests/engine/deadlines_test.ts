/** The whole timeout for each call, however long the program works in between. */

import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals } from "@std/assert";
import { Client, TimeoutError } from "@libmc/libmc";
import { Deadline, Turns } from "../../src/clock.ts";
import { Deadlines } from "../../src/engine/deadlines.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";
import { VERBS } from "../support/verbs.ts";

const TIMEOUT = 500;

Deno.test("Deadlines.next() gives the calls of one turn one deadline, which counts from its end", async () => {
  const clock = new ManualClock();
  const began = clock.now();
  const deadlines = new Deadlines(new Turns(clock), { timeout: TIMEOUT });
  const first = deadlines.next();
  clock.oversleep(600);
  assertStrictEquals(deadlines.next(), first);
  assertEquals(first.at, Infinity);
  await settle();
  assertEquals(first.at, began + 600 + TIMEOUT);
  clock.oversleep(50);
  const second = deadlines.next();
  assertNotStrictEquals(second, first);
  await settle();
  assertEquals([first.at, second.at], [began + 600 + TIMEOUT, began + 650 + TIMEOUT]);
});

Deno.test("Deadlines.next() gives calls before and after a change of the timeout their own", async () => {
  const clock = new ManualClock();
  const began = clock.now();
  const settings = { timeout: TIMEOUT };
  const deadlines = new Deadlines(new Turns(clock), settings);
  const before = deadlines.next();
  settings.timeout = 0;
  assertStrictEquals(deadlines.next(), Deadline.NEVER);
  settings.timeout = 7;
  const after = deadlines.next();
  await settle();
  assertEquals([before.at, after.at, Deadline.NEVER.at], [began + TIMEOUT, began + 7, Infinity]);
});

Deno.test("Client gives each call its whole timeout, though it follows long work in the same turn", async () => {
  for (const { name, call } of VERBS.filter(({ command }) => command !== "none")) {
    const clock = new ManualClock();
    const transport = new ScriptedTransport();
    const connect = () => Promise.resolve(transport);
    const client = new Client("one", {
      allowFlushAll: true,
      clock,
      connect,
      pollTimeout: 0,
      strict: true,
      timeout: TIMEOUT,
    });
    const failed: unknown[] = [];
    const calls = [call(client).catch((error) => failed.push(error))];
    clock.oversleep(600);
    calls.push(call(client).catch((error) => failed.push(error)));
    const began = clock.now();
    await settle();
    while (failed.length === 0) {
      clock.advance(10);
      await settle();
      assert(clock.now() - began < 2 * TIMEOUT, name);
    }
    assert(clock.now() - began >= TIMEOUT, `${name} failed after ${clock.now() - began} ms`);
    transport.end();
    await Promise.all(calls);
    await client.close();
  }
});

Deno.test("Client gives each call its whole timeout while it is being connected", async () => {
  const clock = new ManualClock();
  const connect = () => new Promise<never>(() => {});
  const client = new Client("one", {
    clock,
    connect,
    connectTimeout: 60_000,
    strict: true,
    timeout: TIMEOUT,
  });
  const failed: number[] = [];
  const fails = (error: unknown) => {
    assert(error instanceof TimeoutError, String(error));
    failed.push(clock.now());
  };
  const first = client.set("a", 1).catch(fails);
  clock.oversleep(600);
  const second = client.set("b", 1).catch(fails);
  const began = clock.now();
  await settle();
  clock.advance(TIMEOUT - 60);
  await settle();
  assertEquals(failed, []);
  clock.advance(120);
  await settle();
  await Promise.all([first, second]);
  assert(failed.every((at) => at >= began + TIMEOUT), `${failed}`);
  await client.close();
});
