import { assertEquals } from "@std/assert";
import { Sweeper } from "../../src/connection/sweeper.ts";
import { ManualClock } from "../support/manual_clock.ts";

Deno.test("Sweeper sets no timer while nothing is watched", () => {
  const clock = new ManualClock();
  new Sweeper(clock, () => 10);
  assertEquals(clock.timers, 0);
});

Deno.test("Sweeper.watch() sweeps once a period until nothing waits", () => {
  const clock = new ManualClock();
  const sweeper = new Sweeper(clock, () => 10);
  const swept = new Counter(3);
  sweeper.watch(swept);
  clock.advance(9);
  assertEquals(swept.times, []);
  clock.advance(100);
  assertEquals(swept.times, [1010, 1020, 1030]);
  assertEquals(clock.timers, 0);
});

Deno.test("Sweeper.watch() sets one timer for any number", () => {
  const clock = new ManualClock();
  const sweeper = new Sweeper(clock, () => 10);
  const all = [new Counter(1), new Counter(2), new Counter(2)];
  for (const swept of all) sweeper.watch(swept);
  sweeper.watch(all[0]);
  assertEquals(clock.timers, 1);
  clock.advance(50);
  assertEquals(all.map(({ times }) => times.length), [1, 2, 2]);
});

Deno.test("Sweeper.watch() begins anew with what had come to rest", () => {
  const clock = new ManualClock();
  const sweeper = new Sweeper(clock, () => 10);
  const swept = new Counter(1);
  sweeper.watch(swept);
  clock.advance(50);
  sweeper.watch(swept);
  clock.advance(50);
  assertEquals(swept.times, [1010, 1060]);
});

Deno.test("Sweeper.watch() may be called by what is swept", () => {
  const clock = new ManualClock();
  const sweeper = new Sweeper(clock, () => 10);
  const other = new Counter(2);
  sweeper.watch({
    sweep() {
      sweeper.watch(other);
      return false;
    },
  });
  clock.advance(10);
  assertEquals(clock.timers, 1);
  clock.advance(100);
  assertEquals(other.times.length, 2);
  assertEquals(clock.timers, 0);
});

Deno.test("Sweeper asks for its period anew each time", () => {
  const clock = new ManualClock();
  let period = 10;
  const sweeper = new Sweeper(clock, () => period);
  const swept = new Counter(3);
  sweeper.watch(swept);
  clock.advance(5);
  period = 100;
  clock.advance(500);
  assertEquals(swept.times, [1010, 1110, 1210]);
});

Deno.test("Sweeper lets replies go first, once, when it is late by a period", () => {
  const clock = new LateClock();
  const sweeper = new Sweeper(clock, () => 10);
  const swept = new Counter(2);
  sweeper.watch(swept);
  clock.fire(1025);
  assertEquals(swept.times, [], "25 ms in place of 10: skipped");
  clock.fire(1099);
  assertEquals(swept.times, [1099], "late again: not skipped twice");
  clock.fire(1115);
  assertEquals(swept.times, [1099, 1115], "6 ms late is not late");
  assertEquals(swept.lost, [15 + 64, 0], "all that is lost is told, once");
});

Deno.test("Sweeper.close() stops the timer and forgets what was watched", () => {
  const clock = new ManualClock();
  const sweeper = new Sweeper(clock, () => 10);
  const swept = new Counter(5);
  sweeper.watch(swept);
  sweeper.close();
  assertEquals(clock.timers, 0);
  clock.advance(100);
  assertEquals(swept.times, []);
});

Deno.test("Sweeper.close() during a sweep sets no further timer", () => {
  const clock = new ManualClock();
  const sweeper = new Sweeper(clock, () => 10);
  const swept = new Counter(5);
  sweeper.watch({
    sweep() {
      sweeper.close();
      return true;
    },
  });
  sweeper.watch(swept);
  clock.advance(100);
  assertEquals(swept.times, []);
  assertEquals(clock.timers, 0);
});

/** Waits for so many sweeps. */
class Counter {
  readonly times: number[] = [];
  readonly lost: number[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  sweep(now: number, lost: number): boolean {
    this.times.push(now);
    this.lost.push(lost);
    return this.times.length < this.#most;
  }
}

/** A clock whose one timer fires when the test says so, however late. */
class LateClock {
  #now = 1000;
  #callback: (() => void) | undefined;

  now(): number {
    return this.#now;
  }

  after(_milliseconds: number, callback: () => void): () => void {
    this.#callback = callback;
    return () => void (this.#callback = undefined);
  }

  fire(now: number): void {
    this.#now = now;
    this.#callback?.();
  }
}
