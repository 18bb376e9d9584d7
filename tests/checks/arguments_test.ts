import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  checkKeys,
  checkStatsName,
  checkUnsigned,
  checkUnsigned64,
  type Exptime,
  MAX_UINT32,
  wireExptime,
} from "../../src/checks/arguments.ts";

/** 2026-01-10 12:00:00.5 UTC, in milliseconds. */
const NOW = Date.UTC(2026, 0, 10, 12, 0, 0, 500);
const NOW_SECONDS = Math.floor(NOW / 1000);
const THIRTY_DAYS = 2_592_000;

Deno.test("wireExptime() gives numbers of seconds as they are", () => {
  for (const exptime of [0, 1, 60, THIRTY_DAYS, -1, -2147483648]) {
    assertEquals(wireExptime(exptime, NOW), exptime);
  }
});

Deno.test("wireExptime() takes Unix time that lies ahead", () => {
  for (const exptime of [NOW_SECONDS + 1, NOW_SECONDS + 100, 2147483647]) {
    assertEquals(wireExptime(exptime, NOW), exptime);
  }
});

Deno.test("wireExptime() refuses a number above 30 days that lies more than a day in the past", () => {
  for (const exptime of [THIRTY_DAYS + 1, 90 * 86400, 1e9, NOW_SECONDS - 86_401]) {
    assertThrows(
      () => wireExptime(exptime, NOW),
      RangeError,
      `Cannot use exptime as a number above 2592000 (30 days) is Unix time, and ${exptime} is in the past`,
    );
  }
});

Deno.test("wireExptime() gives a time of 1970 for a Unix time of now or of the last day, as for a Date of that moment", () => {
  for (const past of [0, 1, 60, 3600, 86_400]) {
    const exptime = NOW_SECONDS - past;
    assertEquals(wireExptime(exptime, NOW), 2_592_001);
    assertEquals(wireExptime(new Date(exptime * 1000), NOW), 2_592_001);
    assertEquals(wireExptime(exptime, exptime * 1000), 2_592_001);
  }
});

Deno.test("wireExptime() writes no minus before zero", () => {
  assert(Object.is(wireExptime(-0, NOW), 0));
});

Deno.test("wireExptime() refuses what is no integer of 32 bits", () => {
  for (const exptime of [0.5, -0.1, NaN, Infinity, -Infinity, 2147483648, -2147483649, 1e21]) {
    assertThrows(
      () => wireExptime(exptime, NOW),
      RangeError,
      `Cannot use exptime as it must be an integer from -2147483648 to 2147483647: current value is ${exptime}`,
    );
  }
  // A time of Date.now() is none.
  assertThrows(() => wireExptime(NOW, NOW), RangeError, `is ${NOW}; it counts seconds`);
});

Deno.test("wireExptime() refuses what is neither a number nor a Date", () => {
  for (const exptime of ["60", null, undefined, true, 60n, {}, [60], () => 60]) {
    assertThrows(
      () => wireExptime(exptime as unknown as Exptime, NOW),
      TypeError,
      `Cannot use exptime as it must be a number or a Date: current type is ${
        exptime === null ? "null" : typeof exptime
      }`,
    );
  }
});

Deno.test("wireExptime() gives the Unix time of a Date that lies ahead, however near", () => {
  for (const seconds of [1, 60, THIRTY_DAYS, THIRTY_DAYS + 1, 10 * 365 * 86400]) {
    const exptime = NOW_SECONDS + seconds;
    assertEquals(wireExptime(new Date(exptime * 1000), NOW), exptime);
    assertEquals(wireExptime(new Date(exptime * 1000 + 999), NOW), exptime);
  }
  assertEquals(wireExptime(new Date(2147483647 * 1000 + 999), NOW), 2147483647);
});

Deno.test("wireExptime() gives a time of 1970 for a Date that has passed, also one of the 1970s", () => {
  for (const time of [NOW, NOW - 1, NOW - 1e9, 60_000, 0, -1, -1e12]) {
    assertEquals(wireExptime(new Date(time), NOW), 2_592_001);
  }
});

Deno.test("wireExptime() refuses a Date that is invalid or too far ahead", () => {
  assertThrows(() => wireExptime(new Date(NaN), NOW), RangeError, "as it is an invalid Date");
  assertThrows(
    () => wireExptime(new Date(2 ** 31 * 1000), NOW),
    RangeError,
    "Cannot use exptime as it must be before 2038-01-19: current value is 2038-01-19T03:14:08.000Z",
  );
  assertThrows(() => wireExptime(new Date(8.64e15), NOW), RangeError, "+275760-09-13");
});

Deno.test("wireExptime() goes by the clock of the machine unless it is told the time", () => {
  const soon = Math.floor(Date.now() / 1000) + 1000;
  assertEquals(wireExptime(soon), soon);
  assertEquals(wireExptime(new Date(soon * 1000)), soon);
  assertThrows(() => wireExptime(soon - 100_000), RangeError);
});

Deno.test("checkUnsigned() takes integers from 0 to the bound", () => {
  for (const value of [0, 1, 4294967295]) {
    assertEquals(checkUnsigned("flags", value, MAX_UINT32), value);
  }
  assert(Object.is(checkUnsigned("flags", -0, 1), 0));
});

Deno.test("checkUnsigned() names argument, value and bounds", () => {
  for (const value of [-1, 4294967296, 0.5, NaN, Infinity, -Infinity, 1e21]) {
    assertThrows(
      () => checkUnsigned("flags", value, MAX_UINT32),
      RangeError,
      `Cannot use flags as it must be an integer from 0 to 4294967295: current value is ${value}`,
    );
  }
  for (const value of ["1", null, undefined, 1n, true, [1]]) {
    assertThrows(
      () => checkUnsigned("delay", value as unknown as number, 5),
      TypeError,
      `Cannot use delay as it must be a number: current type is ${
        value === null ? "null" : typeof value
      }`,
    );
  }
});

Deno.test("checkUnsigned64() takes bigints of 64 bits", () => {
  for (const value of [0n, 1n, 2n ** 53n + 1n, 2n ** 64n - 1n]) {
    assertEquals(checkUnsigned64("cas", value), value);
  }
});

Deno.test("checkUnsigned64() names argument, value and bounds", () => {
  for (const value of [-1n, 2n ** 64n, -(2n ** 64n)]) {
    assertThrows(
      () => checkUnsigned64("cas", value),
      RangeError,
      `Cannot use cas as it must be from 0 to 18446744073709551615: current value is ${value}`,
    );
  }
  for (const value of ["1", 1, null, undefined, true]) {
    assertThrows(
      () => checkUnsigned64("cas", value as unknown as bigint),
      TypeError,
      `Cannot use cas as it must be a bigint: current type is ${
        value === null ? "null" : typeof value
      }`,
    );
  }
});

Deno.test("checkStatsName() takes one word, and none", () => {
  for (const name of ["", "items", "slabs", "sizes_enable", "reset", "x".repeat(64)]) {
    assertEquals(checkStatsName(name), name);
  }
});

Deno.test("checkStatsName() refuses what is no word, and what is answered in another form", () => {
  const names = [
    "a b",
    "items\r\n",
    "items\n",
    "\r\nflush_all",
    "ITEMS",
    "a-b",
    "é",
    "x".repeat(65),
  ];
  for (const name of [...names, "cachedump", "detail", "detail on"]) {
    assertThrows(
      () => checkStatsName(name),
      TypeError,
      `Cannot use stats name ${JSON.stringify(name)} as memcached has no such statistics`,
    );
  }
  for (const name of [null, 5, 5n, {}, ["items"], Symbol("items")]) {
    assertThrows(
      () => checkStatsName(name as unknown as string),
      TypeError,
      "Cannot use stats name",
    );
  }
});

Deno.test("checkKeys() gives the keys of any iterable, in order", () => {
  assertEquals(checkKeys(["b", "a", "b"]), ["b", "a", "b"]);
  assertEquals(checkKeys(new Set(["b", "a"])), ["b", "a"]);
  assertEquals(checkKeys(new Map([["b", 1]]).keys()), ["b"]);
  assertEquals(checkKeys([]), []);
});

Deno.test("checkKeys() gives a list of its own", () => {
  const keys = ["a"];
  const checked = checkKeys(keys);
  keys.push("b");
  assertEquals(checked, ["a"]);
});

Deno.test("checkKeys() rejects a string, and anything that is not an iterable", () => {
  for (const keys of ["abc", 5, undefined, {}, () => []]) {
    assertThrows(
      () => checkKeys(keys as unknown as string[]),
      TypeError,
      `Cannot use keys that are not an iterable of strings: current type is ${typeof keys}`,
    );
  }
  assertThrows(() => checkKeys(null as unknown as string[]), TypeError, "current type is null");
});

Deno.test("checkKeys() says what to write in place of what is no list of keys", () => {
  const wrong: readonly (readonly [keys: unknown, advice: string])[] = [
    ["abc", '; write ["abc"] for one key'],
    [Promise.resolve(["a"]), "; await it"],
    [ReadableStream.from(["a"]), "; collect them first, by await Array.fromAsync(keys)"],
    [{ a: 1 }, "; write Object.keys(…)"],
  ];
  for (const [keys, advice] of wrong) {
    assertThrows(() => checkKeys(keys as string[]), TypeError, advice);
  }
});
