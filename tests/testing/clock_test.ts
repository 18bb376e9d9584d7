import { assert, assertEquals, assertThrows } from "@std/assert";
import { TestClock } from "@libmc/libmc/testing";

Deno.test("TestClock stands still where it was started, and goes where it is turned", () => {
  const clock = new TestClock(0);
  assertEquals(clock.now(), 0);
  clock.advance(0);
  clock.advance(0.25);
  clock.advance(4_294_967_295);
  assertEquals(clock.now(), 4_294_967_295.25);
});

Deno.test("TestClock runs with the wall clock unless it was given a start", () => {
  const before = Date.now() / 1000;
  const clock = new TestClock(undefined);
  clock.advance(10);
  const found = clock.now();
  assert(found >= before + 10 && found <= Date.now() / 1000 + 10, `${before}, ${found}`);
});

const REFUSED = [
  [NaN, RangeError, "a number from 0 to 4294967295: current value is NaN"],
  [Infinity, RangeError, "current value is Infinity"],
  [-1, RangeError, "current value is -1"],
  // A time in milliseconds.
  [1_700_000_000_000, RangeError, "current value is 1700000000000"],
  ["5", TypeError, "a number: current type is string"],
  [null, TypeError, "a number: current type is null"],
] as const;

for (const [value, error, told] of REFUSED) {
  Deno.test(`TestClock refuses to start at ${Deno.inspect(value)}, and to be turned by it`, () => {
    assertThrows(() => new TestClock(value as number), error, `Cannot use start as it must be`);
    const clock = new TestClock(5);
    assertThrows(() => clock.advance(value as number), error, told);
    assertEquals(clock.now(), 5);
  });
}

Deno.test("TestClock.advance() refuses undefined", () => {
  const clock = new TestClock(5) as unknown as { advance(seconds?: number): void };
  assertThrows(() => clock.advance(), TypeError, "Cannot use seconds as it must be a number");
});
