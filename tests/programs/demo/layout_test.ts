import { assertEquals, assertThrows } from "@std/assert";
import { bar } from "./bar.ts";
import { count, counted, median, megabytes, rounded } from "./figures.ts";
import { paint } from "./paint.ts";
import { cut, table } from "./table.ts";

Deno.test("bar() is exact to an eighth of a column, and shows the least", () => {
  assertEquals(bar(0, 4), "");
  assertEquals(bar(0.001, 4), "▏");
  assertEquals(bar(0.5, 4), "██");
  assertEquals(bar(0.5 + 1 / 32, 4), "██▏");
  assertEquals(bar(1, 4), "████");
  assertEquals(bar(2, 4), "████");
});

Deno.test("median() takes the middle one, or the mean of two", () => {
  assertEquals(median([9, 1, 5]), 5);
  assertEquals(median([9, 1, 5, 7]), 6);
  assertThrows(() => median([]), RangeError, "Cannot take the median of no numbers");
});

Deno.test("figures read as people write them", () => {
  assertEquals(count(1234567), "1,234,567");
  assertEquals(counted(1, "key"), "1 key");
  assertEquals(counted(2000, "key"), "2,000 keys");
  assertEquals(rounded(1234567), "1,230,000");
  assertEquals(rounded(0), "0");
  assertEquals(megabytes(2_349_000), "2.3 MB");
});

Deno.test("table() aligns its columns", () => {
  assertEquals(table([["a", "n", "end"], ["long", "100", ""]], ["left", "right", "left"]), [
    "  a       n  end",
    "  long  100",
  ]);
});

Deno.test("cut() keeps what fits", () => {
  assertEquals(cut("four", 4), "four");
  assertEquals(cut("seven", 4), "sev…");
});

Deno.test("paint() leaves text alone where no colours are wanted", () => {
  assertEquals(paint(false).green("a"), "a");
  assertEquals(paint(true).green("a"), "\x1b[32ma\x1b[39m");
});
