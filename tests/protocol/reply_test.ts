import { assertEquals, assertLess } from "@std/assert";
import { isErrorWord, ReplyWord, spell } from "../../src/protocol/reply.ts";
import { malformed, ReplyLine, unknownLine } from "../../src/protocol/reply_line.ts";
import { bytesOf } from "../support/wire.ts";

Deno.test("spell() gives every word its own name", () => {
  for (const [spelling, word] of Object.entries(ReplyWord)) assertEquals(spell(word), spelling);
});

Deno.test("isErrorWord() tells the error words from all others", () => {
  const words = Object.values(ReplyWord).filter(isErrorWord);
  assertEquals(words.map(spell), ["ERROR", "CLIENT_ERROR", "SERVER_ERROR"]);
});

Deno.test("ReplyLine.set() makes a line without a data block of one that announced one", () => {
  const line = new ReplyLine();
  line.size = 5;
  line.set(ReplyWord.STAT, 3, 9);
  assertEquals([line.word, line.restStart, line.restEnd, line.size], [ReplyWord.STAT, 3, 9, -1]);
});

Deno.test("unknownLine() and malformed() show the line, and no more than the beginning of it", () => {
  assertEquals(
    unknownLine(bytesOf("<WHAT\x01 is this>"), 1, 14).message,
    'Cannot read reply line "WHAT\\u0001 is this" as it is none that memcached has',
  );
  assertEquals(
    malformed("it is odd", bytesOf("\xff"), 0, 1).message,
    'Cannot read reply line "\ufffd" as it is odd',
  );
  const long = bytesOf(`WHAT${"x".repeat(5000)}`);
  assertLess(unknownLine(long, 0, long.length).message.length, 200);
});
