import { assertEquals } from "@std/assert";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import { findFlag, flagDigits, META_MARKS } from "../../src/protocol/meta_lines.ts";
import { ReplyLine } from "../../src/protocol/reply_line.ts";
import { bytesOf, textOf } from "../support/wire.ts";

Deno.test("readMetaItem() gives marks, opaque and what follows the length", () => {
  const { won, stale, taken } = META_MARKS;
  const lines: [flags: string, marks: number, opaque: number][] = [
    ["", 0, -1],
    [" f5 O0", 0, 0],
    [" O2147483647 W", won, 2147483647],
    [" O1 X W", stale | won, 1],
    [" Z", taken, -1],
    [" Oabc", 0, NaN],
    [" O1x", 0, NaN],
    [" O", 0, NaN],
  ];
  const into = new ReplyLine();
  for (const [flags, marks, opaque] of lines) {
    const bytes = bytesOf(`xVA 10${flags}\r\n0123`);
    assertEquals(readClassicLine(bytes, 1, bytes.length, into), bytes.length - 4, flags);
    assertEquals([into.size, into.marks, into.opaque], [10, marks, opaque], flags);
    assertEquals(textOf(bytes.subarray(into.restStart, into.restEnd)), flags);
  }
});

Deno.test("readMetaItem() looks at no byte behind the end", () => {
  const bytes = bytesOf("VA 1 f5 c7 O9 W\r\n");
  for (let end = 1; end < bytes.length; end++) {
    const misleading = bytes.slice();
    misleading.fill(0x39, end);
    assertEquals(readClassicLine(misleading, 0, end, new ReplyLine()), -1, `${end} bytes`);
  }
});

Deno.test("findFlag() and flagDigits() find a flag wherever it stands, and no other", () => {
  const text = "c5 Oc1  t-1  s W h0x";
  const bytes = bytesOf(`t9 ${text} t8`);
  const digits = (letter: string) => flagDigits(bytes, 3, 3 + text.length, letter);
  assertEquals([digits("c"), digits("t")], ["5", "-1"]);
  assertEquals(["s", "W", "h", "O", "l"].map(digits), Array(5).fill(undefined));
  const has = (letter: string) => findFlag(bytes, 3, 3 + text.length, letter) >= 0;
  assertEquals(["s", "W", "Z", "1"].map(has), [true, true, false, false]);
});
