import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStrictEquals,
} from "@std/assert";
import { dial } from "../../src/cluster/dial.ts";
import type { Connect } from "../../src/transports/transport.ts";
import { TimeoutError } from "../../src/errors.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { settle } from "../support/settle.ts";

const ENDPOINT = { hostname: "one", port: 11211 };

Deno.test("dial() gives what the dialler gives, and leaves no timer", async () => {
  const { clock, dialler, begin } = rig();
  const dialled = begin();
  const transport = dialler.last.succeed();
  assertStrictEquals(await dialled, transport);
  assertEquals(dialler.last.endpoint, ENDPOINT);
  assertEquals([clock.timers, transport.closed, dialler.last.signal.aborted], [0, false, false]);
});

Deno.test("dial() rejects with what the dialler throws, and leaves no timer", async () => {
  const { clock, dialler, begin } = rig();
  const dialled = begin();
  dialler.last.fail("no such host");
  await assertRejects(() => dialled, Error, "no such host");
  assertEquals(clock.timers, 0);
});

Deno.test("dial() rejects when the time is up, and tells the dialler", async () => {
  const { clock, dialler, begin } = rig();
  const dialled = begin();
  clock.advance(99);
  assertEquals(dialler.last.signal.aborted, false);
  clock.advance(1);
  const error = await assertRejects(() => dialled, TimeoutError, "Cannot connect within 100 ms");
  assertEquals(error.sent, "no");
  assertStrictEquals(dialler.last.signal.reason, error);
  assertEquals(clock.timers, 0);
});

Deno.test("dial() makes up for time in which the program was busy, once, and for no more than it had", async () => {
  for (const [busy, more] of [[110, 10], [150, 50], [900, 100]]) {
    const { clock, dialler, begin } = rig();
    const dialled = begin();
    clock.oversleep(busy);
    assertEquals([dialler.last.signal.aborted, clock.timers], [false, 1]);
    clock.advance(more - 1);
    assertEquals(dialler.last.signal.aborted, false);
    clock.oversleep(500);
    await assertRejects(() => dialled, TimeoutError, "Cannot connect within 100 ms");
    assertEquals(clock.timers, 0);
  }
  const { clock, dialler, begin } = rig();
  const dialled = begin();
  clock.oversleep(300);
  dialler.last.succeed();
  await dialled;
  assertEquals(clock.timers, 0, "the second timer is called off, too");
});

Deno.test("dial() ends in time with a dialler that ignores the signal, and closes what comes late", async () => {
  const { clock, dialler, begin } = rig();
  dialler.heedsSignal = false;
  const dialled = begin();
  clock.advance(100);
  await assertRejects(() => dialled, TimeoutError);
  const late = dialler.last.succeed();
  await settle();
  assertEquals(late.closes, 1);
});

Deno.test("dial() hears nothing of a dialler that fails late", async () => {
  const { clock, dialler, begin } = rig();
  dialler.heedsSignal = false;
  const dialled = begin();
  clock.advance(100);
  await assertRejects(() => dialled, TimeoutError);
  dialler.last.fail();
  assertEquals(await unhandledRejections(), []);
});

Deno.test("dial() leaves no rejection when what comes late cannot be closed", async () => {
  const { clock, dialler, begin } = rig();
  dialler.heedsSignal = false;
  const dialled = begin();
  clock.advance(100);
  await assertRejects(() => dialled, TimeoutError);
  const late = new ScriptedTransport();
  late.close = () => {
    throw new Error("cannot close");
  };
  dialler.last.succeed(late);
  assertEquals(await unhandledRejections(), []);
});

Deno.test("dial() has no bound with timeout 0", async () => {
  const { clock, dialler, begin } = rig(0);
  const dialled = begin();
  assertEquals(clock.timers, 0);
  clock.advance(1_000_000);
  const transport = dialler.last.succeed();
  assertStrictEquals(await dialled, transport);
});

Deno.test("dial() rejects with the signal's reason, and closes what comes late", async () => {
  const { clock, dialler, begin, controller } = rig();
  dialler.heedsSignal = false;
  const dialled = begin();
  const reason = new Error("no longer wanted");
  controller.abort(reason);
  assertStrictEquals(await assertRejects(() => dialled), reason);
  assertStrictEquals(dialler.last.signal.reason, reason);
  const late = dialler.last.succeed();
  await settle();
  assertEquals([late.closes, clock.timers], [1, 0]);
});

Deno.test("dial() does not begin once the signal is aborted", async () => {
  const { clock, dialler, begin, controller } = rig();
  controller.abort(new Error("no longer wanted"));
  await assertRejects(begin, Error, "no longer wanted");
  assertEquals([dialler.dials.length, clock.timers], [0, 0]);
});

Deno.test("dial() takes a dialler that throws at once for one that rejects", async () => {
  const { clock, controller } = rig();
  const connect: Connect = () => {
    throw new TypeError("bad endpoint");
  };
  const error = await assertRejects(() =>
    dial(connect, ENDPOINT, { clock, timeout: 100, signal: controller.signal })
  );
  assertInstanceOf(error, TypeError);
  assertEquals(clock.timers, 0);
  clock.advance(1000);
  controller.abort();
  assertEquals(await unhandledRejections(), []);
});

Deno.test("dial() gives one answer when success and the end of time meet", async () => {
  for (const first of ["success", "time"]) {
    const { clock, dialler, begin } = rig();
    dialler.heedsSignal = false;
    const dialled = begin();
    if (first === "success") dialler.last.succeed();
    clock.advance(100);
    if (first === "time") dialler.last.succeed();
    const won = await dialled.then(() => true, () => false);
    await settle();
    assert(won !== dialler.transport.closed, `${first} first: open exactly if it was given`);
  }
});

function rig(timeout = 100) {
  const clock = new ManualClock();
  const dialler = new ScriptedDialler();
  const controller = new AbortController();
  const { signal } = controller;
  const begin = () => dial(dialler.connect, ENDPOINT, { clock, timeout, signal });
  return { clock, dialler, controller, begin };
}

/** The rejections that nobody has handled by the time Deno looks. */
async function unhandledRejections(): Promise<unknown[]> {
  const unhandled: unknown[] = [];
  const listener = (event: PromiseRejectionEvent) => {
    event.preventDefault();
    unhandled.push(event.reason);
  };
  addEventListener("unhandledrejection", listener);
  await new Promise((resolve) => setTimeout(resolve, 0));
  removeEventListener("unhandledrejection", listener);
  return unhandled;
}
