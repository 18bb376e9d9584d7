/** Numbers as people read them, and as pictures of text. */

import { bar, bytesText, grouped, percent, short, sparkline } from "../../src/cli/bars.ts";
import { assertEquals } from "@std/assert";

Deno.test("bar() is as wide as its share, to an eighth of a character, and no wider", () => {
  assertEquals([bar(0, 4), bar(0.5, 4), bar(1, 4), bar(2, 4), bar(-1, 4)], [
    "",
    "██",
    "████",
    "████",
    "",
  ]);
  assertEquals([bar(1 / 32, 4), bar(5 / 32, 4)], ["▏", "▋"]);
});

Deno.test("sparkline() is highest where the number is, and empty where there is none", () => {
  assertEquals(sparkline([0, 1, undefined, 2]), "▁▅ █");
  assertEquals(sparkline([0, 0]), "▁▁");
  assertEquals(sparkline([]), "");
});

Deno.test("short() takes five characters at most", () => {
  const numbers = [
    0,
    0.25,
    9.94,
    9.96,
    999,
    999.6,
    1000,
    99_949,
    99_999,
    1e6,
    12_345_678,
    5e9,
    1e12,
  ];
  assertEquals(numbers.map(short), [
    ...["0", "0.3", "9.9", "10", "999", "1.0k", "1.0k", "99.9k", "100k"],
    ...["1.0M", "12.3M", "5.0G", "1.0T"],
  ]);
});

Deno.test("bytesText(), grouped() and percent() write what people read", () => {
  assertEquals([0, 1023, 1024, 64 * 2 ** 20, 1.5 * 2 ** 30].map(bytesText), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "64 MiB",
    "1.5 GiB",
  ]);
  assertEquals([0, 999, 1000, 1234567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
  assertEquals([percent(0), percent(0.3333), percent(1)], ["0.0 %", "33.3 %", "100.0 %"]);
});
