import { assertEquals } from "@std/assert";
import { systemClock } from "../../src/clock.ts";
import { abortedAtEnd, eitherEnds, type End, Ending } from "../../src/engine/ending.ts";
import { ClosedError } from "../../src/errors.ts";

const endOf = (timeout: number): End => ({
  reason: new ClosedError(`after ${timeout}`),
  clock: systemClock,
  timeout,
});

Deno.test("Ending tells each listener once, one that comes late at once, and none that has left", () => {
  const ending = new Ending();
  const told: string[] = [];
  ending.onEnd(() => told.push("early"));
  ending.onEnd(() => told.push("gone"))();
  assertEquals(ending.hasBegun, false);
  ending.begin(endOf(1));
  ending.begin(endOf(2));
  ending.onEnd(({ timeout }) => told.push(`late ${timeout}`))();
  assertEquals([ending.hasBegun, told], [true, ["early", "late 1"]]);
});

Deno.test("eitherEnds() tells of both ends, each as it is", () => {
  const [one, other] = [new Ending(), new Ending()];
  const told: number[] = [];
  const forget = eitherEnds(one, other).onEnd(({ timeout }) => told.push(timeout));
  other.begin(endOf(2));
  assertEquals(told, [2]);
  one.begin(endOf(1));
  assertEquals(told, [2, 1]);
  const third = new Ending();
  eitherEnds(third, third).onEnd(({ timeout }) => told.push(timeout))();
  third.begin(endOf(3));
  forget();
  assertEquals(told, [2, 1]);
});

Deno.test("abortedAtEnd() gives a signal that is aborted by the caller's own or the end, until it is released", () => {
  const own = new AbortController();
  const byOwn = abortedAtEnd(new Ending(), own.signal);
  const ending = new Ending();
  const byEnd = abortedAtEnd(ending, own.signal);
  const released = abortedAtEnd(ending, own.signal);
  released.release();
  ending.begin(endOf(1));
  assertEquals((byEnd.signal.reason as Error).message, "after 1");
  own.abort("enough");
  assertEquals([byOwn.signal.reason, released.signal.aborted], ["enough", false]);
  assertEquals(abortedAtEnd(new Ending(), own.signal).signal.reason, "enough");
  assertEquals(abortedAtEnd(ending, undefined).signal.aborted, true);
});
