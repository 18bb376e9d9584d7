import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { Random } from "../support/random.ts";
import { parseArguments } from "./arguments.ts";
import { bigValue, checkedValue, isCheckedValue } from "./checked_value.ts";
import { growthOf, least, median } from "./memory.ts";

const ROOT = new URL("../../", import.meta.url);

Deno.test("soak: Ctrl-C ends it, with the figures so far", async () => {
  const child = new Deno.Command("deno", {
    args: ["run", "-q", "-P=live", "tests/soak/main.ts", "--minutes", "10", "--seed", "5"],
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

Deno.test("parseArguments() of the soak refuses what it cannot use", () => {
  const given = ["--minutes", "0.5", "--callers=20", "--seed", "7"];
  assertEquals(parseArguments(given), { help: false, minutes: 0.5, callers: 20, seed: 7 });
  for (const args of [["--minutes"], ["--minutes", "x"], ["--callers", "15"], ["--hours", "1"]]) {
    assertThrows(() => parseArguments(args), RangeError, "Cannot use");
  }
});
