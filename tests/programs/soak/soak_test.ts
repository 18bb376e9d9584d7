import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { type Client, MemcachedError } from "@libmc/libmc";
import { Random } from "../../support/random.ts";
import { moment } from "../../faults/matrix/scene.ts";
import { parseArguments } from "./arguments.ts";
import { writeBigs } from "./big_writers.ts";
import { Caller } from "./caller.ts";
import { bigValue, checkedValue, isCheckedValue } from "./checked_value.ts";
import { FairClock } from "./fair_clock.ts";
import { withListeners } from "./listeners.ts";
import { growthOf, least, median, type Memory, type MemorySample } from "./memory.ts";
import { playMove } from "./moving_callers.ts";
import { OwnCounter } from "./own_counter.ts";
import { callInOrder } from "./quiet_callers.ts";
import { changeInOrder } from "./repeating_callers.ts";
import { exitCodeOf, requirementsOf } from "./report.ts";
import type { SoakResult } from "./soak.ts";
import { Tally } from "./tally.ts";

const ROOT = new URL("../../../", import.meta.url);

Deno.test("soak: Ctrl-C ends it, with the figures so far", async () => {
  const child = new Deno.Command("deno", {
    args: ["run", "-q", "-P=live", "tests/programs/soak/main.ts", "--minutes", "10", "--seed", "5"],
    cwd: ROOT,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const ended = child.output();
  const timer = setTimeout(() => child.kill("SIGINT"), 3000);
  const { code, stdout, stderr } = await ended;
  clearTimeout(timer);
  const [said, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  assertEquals([code, error], [0, ""], said);
  assertMatch(said, /^soak: interrupted/m);
  assertMatch(said, /^operations: \d{3,}/m);
  assertMatch(said, /^ok +wrong answers: 0$/m);
  assertMatch(said, /^ok +calls that did not settle: 0$/m);
  assertMatch(said, /^ok +sockets after close: 0$/m);
});

Deno.test("isCheckedValue() finds out every other key and every change", () => {
  const random = new Random(3);
  for (const make of [checkedValue, bigValue]) {
    const value = make(random, "key:1");
    assert(isCheckedValue("key:1", value));
    assert(!isCheckedValue("key:11", value));
    assert(!isCheckedValue("key:1", value.slice(0, -1)));
    assert(!isCheckedValue("key:1", value + "1"));
    assert(!isCheckedValue("key:1", value.slice(0, 20) + "#" + value.slice(21)));
    assert(!isCheckedValue("key:1", undefined));
  }
});

Deno.test("growthOf() compares the last quarter with the second", () => {
  assertEquals(growthOf([], median), 0);
  assertEquals(growthOf([1, 2, 3], median), 0);
  assertEquals(growthOf([9, 9, 4, 4, 8, 8, 5, 5], median), 0.25);
  assertEquals(growthOf([1, 8, 99, 4], median), -0.5);
  const peaks = [9, 9, 9, 4, 9, 5, 1, 1, 1, 9, 9, 6];
  assertEquals([growthOf(peaks, median), growthOf(peaks, least)], [0.8, 0.5]);
});

Deno.test("requirementsOf() finds out each thing that a soak must not leave", () => {
  assertEquals([unmet(resultWith({})), exitCodeOf(resultWith({}))], [[], 0]);
  assertEquals(exitCodeOf(resultWith({ tally: { wrong: 1 } })), 1);
  assertEquals(unmet(resultWith({ tally: { wrong: 1 } })), ["wrong answers"]);
  assertEquals(unmet(resultWith({ tally: { unsettled: 1 } })), ["calls that did not settle"]);
  assertEquals(unmet(resultWith({ tally: { slowest: 4001 } })), ["slowest call"]);
  const hung = { hangs: 2, hangsTold: 1 };
  assertEquals(unmet(resultWith({ tally: hung })), ["servers that hung and were told as dead"]);
  assertEquals(unmet(resultWith({ most: 2 ** 31 })), ["RSS, most"]);
  for (const socketsAtRest of [5, 13]) {
    assertEquals(unmet(resultWith({ socketsAtRest })), ["sockets at rest"]);
  }
  assertEquals(unmet(resultWith({ socketsClosed: 1 })), ["sockets after close"]);
  assertEquals(unmet(resultWith({ growth: { heap: 0.11, rss: 0.1 } })), ["heap, last quarter"]);
  assertEquals(unmet(resultWith({ growth: { heap: 0.1, rss: 0.11 } })), ["RSS, last quarter"]);
  assertEquals(unmet(resultWith({ seconds: 60, growth: { heap: 0, rss: 0.4 } })), []);
});

Deno.test("Caller of the soak finds wrong answers of every method, and errors that cannot be", async () => {
  const wrong = "of another key";
  const liar = new Proxy({}, {
    get: (_, method: string) => async () => {
      await Promise.resolve();
      if (method === "getMulti") return new Map([["key:x", wrong]]);
      if (method === "getList") return [wrong];
      if (method === "setMulti") return { ok: true, failed: ["key:x"] };
      if (method === "version") return new Map([["one", "?"]]);
      if (method === "gets") return { value: wrong, cas: 1n };
      if (method === "incr") return 10 ** 9;
      if (method === "touch") throw new Error("odd");
      return method === "get" || method === "gat" ? wrong : "odd";
    },
  }) as Client;
  const tally = new Tally();
  await runFor(liar, tally, 5000);
  // Each call that was answered at all was answered wrongly.
  assert(tally.operations > 4000, String(tally.operations));
  assert(tally.wrong >= tally.operations, `${tally.wrong} of ${tally.operations}`);
  assertEquals([tally.hits, tally.unsettled], [0, 0]);
});

Deno.test("Caller of the soak takes an error for wrong where the call was not strict", async () => {
  const failing = new Proxy({}, {
    get: () => () => Promise.reject(new MemcachedError("lost")),
  }) as Client;
  const tally = new Tally();
  await runFor(failing, tally, 2000);
  assertEquals(tally.wrong + tally.rejected, tally.operations);
  assert(tally.wrong > tally.rejected && tally.rejected > 0, `${tally.rejected} rejected`);
});

Deno.test("OwnCounter can be nothing that another counter is", () => {
  const [one, other] = [OwnCounter.next(), OwnCounter.next()];
  for (const counter of [one, one, one, other]) counter.raise();
  assertEquals([1, 2, 3, 4].map((by) => one.canBe(one.base + by)), [true, true, true, false]);
  for (const value of [one.base, other.base + 1, undefined, "1"]) assert(!one.canBe(value));
  assert(other.canBe(other.base + 1));
});

Deno.test("withListeners() finds an event that is told inside of a call, and lets its listeners call", async () => {
  for (const [isInside, wrong] of [[true, 1], [false, 0]] as const) {
    class Failing extends EventTarget {
      calls: string[] = [];
      get(key: string): Promise<undefined> {
        if (this.calls.push(key) > 1) return Promise.resolve(undefined);
        const tell = () => void this.dispatchEvent(new Event("failure"));
        if (isInside) tell();
        else queueMicrotask(tell);
        return Promise.resolve(undefined);
      }
    }
    const failing = new Failing();
    const tally = new Tally();
    await withListeners(failing as unknown as Client, tally).get("key");
    await moment(1);
    assertEquals([tally.wrong, tally.heard], [wrong, 1]);
    assertEquals(failing.calls, ["key", "heard:failure"]);
  }
});

Deno.test("writeBigs() of the soak finds a mixture", async () => {
  const stored = new Map<string, string>();
  const mixing = {
    set: (key: string, value: string) => {
      const old = stored.get(key) ?? value;
      stored.set(key, value.slice(0, 1_000_000) + old.slice(1_000_000));
      return Promise.resolve(true);
    },
    setMulti: () => Promise.resolve({ ok: true, failed: [] }),
    get: (key: string) => Promise.resolve(stored.get(key)),
    getMulti: () => Promise.resolve(stored),
    delete: () => Promise.resolve(true),
  } as unknown as Client;
  const tally = new Tally();
  await writeBigs(mixing, new Random(7), tally, untilOperations(tally, 30));
  assert(tally.wrong > 3, `${tally.wrong} of ${tally.operations}`);
});

Deno.test("callInOrder() of the soak finds a read that does not see what the caller has just changed", async () => {
  for (const isLate of [true, false]) {
    const client = lateClient(isLate);
    const tally = new Tally();
    const signal = untilOperations(tally, 100);
    await callInOrder(client, new Random(7), "quiet", { tally, failures: () => 0, signal });
    assertEquals(tally.wrong, isLate ? 1 : 0, tally.examples.join());
    if (!isLate) assertEquals(tally.readBack, 100);
  }
});

Deno.test("FairClock stands still while the process is halted, and not while it works", () => {
  let real = 1000;
  let worked = 500;
  using clock = new FairClock(() => real, () => worked);
  real += 20;
  assertEquals(clock.now(), 20);
  clock.tick();
  real += 10_000;
  assertEquals([clock.now(), clock.now()], [60, 60]);
  clock.tick();
  real += 10;
  assertEquals(clock.now(), 70);
  clock.tick();
  real += 5000;
  worked += 400;
  assertEquals(clock.now(), 470);
});

Deno.test("playMove() of the soak finds a value that was deleted or overwritten, and turns through all stages", async () => {
  for (const isStale of [false, true]) {
    const stored = new Map<string, unknown>();
    const before = new Map<string, unknown>();
    const set = (key: string, value: unknown) => {
      if (!before.has(key)) before.set(key, value);
      stored.set(key, value);
    };
    const migration = { stage: "read_old", percent: 100, counters: () => ({ carried: 2 }) };
    const get = (key: string) => (isStale ? before : stored).get(key);
    const client = {
      migration,
      get: (key: string) => Promise.resolve(get(key)),
      getMulti: (keys: string[]) => Promise.resolve(new Map(keys.map((key) => [key, get(key)]))),
      getOrSet: (key: string) => Promise.resolve(get(key)),
      set: (key: string, value: unknown) => (set(key, value), Promise.resolve(true)),
      setMulti: (items: [string, unknown][]) => {
        for (const item of items) set(...item);
        return Promise.resolve({ ok: true, failed: [] });
      },
      update: (key: string, change: () => unknown) => {
        const value = change();
        set(key, value);
        return Promise.resolve(value);
      },
      delete: (key: string) => (stored.delete(key), Promise.resolve(true)),
      deleteMulti: () => (stored.clear(), Promise.resolve({ ok: true, failed: [] })),
    } as unknown as Client;
    const tally = new Tally();
    await playMove([client], new Random(7), {
      ...{ name: "move", tally, calls: 20 },
      signal: new AbortController().signal,
    });
    assertEquals([migration.stage, tally.carried, tally.unsettled], ["done", 2, 0]);
    assertEquals(tally.wrong > 0, isStale, tally.examples.join());
  }
});

Deno.test("changeInOrder() of the soak finds a change that is repeated behind a later one", async () => {
  let stored: unknown;
  let isLate = false;
  const client = {
    set: (_: string, value: number) => {
      if (!isLate || value % 4 !== 2) stored = value;
      else queueMicrotask(() => stored = value);
      return Promise.resolve(true);
    },
    get: () => Promise.resolve(stored),
  } as unknown as Client;
  const tally = new Tally();
  await changeInOrder(client, new Random(7), "repeat", tally, untilOperations(tally, 10));
  assertEquals([tally.inOrder, tally.wrong], [10, 0]);
  isLate = true;
  await changeInOrder(client, new Random(7), "repeat", tally, untilOperations(tally, 20));
  assertEquals([tally.inOrder, tally.wrong], [10, 10]);
});

Deno.test("parseArguments() of the soak refuses what it cannot use", () => {
  const given = ["--minutes", "0.5", "--callers=20", "--seed", "7"];
  assertEquals(parseArguments(given), {
    help: false,
    minutes: 0.5,
    callers: 20,
    rate: 100,
    seed: 7,
  });
  for (const args of [["--minutes"], ["--minutes", "x"], ["--callers", "15"], ["--hours", "1"]]) {
    assertThrows(() => parseArguments(args), RangeError, "Cannot use");
  }
});

/** A client in memory whose changes are carried out at once, or a little late. */
function lateClient(isLate: boolean): Client {
  const stored = new Map<string, unknown>();
  const change = async (carryOut: () => void) => {
    if (isLate) setTimeout(carryOut);
    else carryOut();
    await Promise.resolve();
  };
  return {
    get: (key: string) => Promise.resolve(stored.get(key)),
    set: (key: string, value: unknown) => change(() => stored.set(key, value)),
    setMulti: (items: [string, unknown][]) =>
      change(() => items.forEach(([key, value]) => stored.set(key, value))),
    append: (key: string, data: string) => change(() => stored.set(key, stored.get(key) + data)),
    incr: (key: string, delta: number) =>
      change(() => stored.set(key, stored.get(key) as number + delta)),
    delete: (key: string) => change(() => stored.delete(key)),
  } as unknown as Client;
}

/** A signal that is aborted once so many calls have settled. */
function untilOperations(tally: Tally, operations: number): AbortSignal {
  const { signal } = new AbortController();
  Object.defineProperty(signal, "aborted", { get: () => tally.operations >= operations });
  return signal;
}

/** Lets one caller make so many calls. */
async function runFor(client: Client, tally: Tally, calls: number): Promise<void> {
  const signal = untilOperations(tally, calls);
  await new Caller(client, new Random(7), tally, "0", 1000).run(signal);
}

/** The result of a soak with which nothing is wrong but what is given. */
function resultWith(
  { tally = {}, growth = { heap: 0, rss: 0 }, most = 1, ...others }:
    & Partial<Omit<SoakResult, "tally" | "memory">>
    & { tally?: Partial<Tally>; growth?: { heap: number; rss: number }; most?: number },
): SoakResult {
  const flat: MemorySample = { heap: 1, rss: 1 };
  return {
    tally: Object.assign(new Tally(), tally),
    seconds: 1800,
    faults: new Map(),
    socketsAtRest: 9,
    socketsExpected: [6, 12],
    socketsClosed: 0,
    memory: { first: flat, last: flat, most: { heap: 1, rss: most }, growth } as unknown as Memory,
    connects: 0,
    desyncs: 0,
    ...others,
  };
}

/** The beginnings of the requirements that are not met. */
function unmet(result: SoakResult): string[] {
  return requirementsOf(result).filter(({ isMet }) => !isMet).map(({ text }) =>
    text.split(/: | to second/)[0]
  );
}
