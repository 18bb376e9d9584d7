/** The grammar alone: whole lines, their beginnings, and what it must not depend on. */

import { assert, assertEquals, assertGreater, assertThrows } from "@std/assert";
import { ProtocolError } from "../../src/errors.ts";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import { ReplyLine } from "../../src/protocol/reply_line.ts";
import { ReplyWord, spell } from "../../src/protocol/reply.ts";
import { bytesOf, textOf } from "../support/wire.ts";
import { LONG_REPLIES, MALFORMED, REPLIES } from "./fixtures.ts";
import { item, line } from "./recorder.ts";

/** The lines of all replies that the parser's tests know, one at a time, with what a parser finds. */
const SINGLE = [...REPLIES, ...LONG_REPLIES].filter(({ events }) => events.length === 1);

Deno.test("readClassicLine() reads every line, wherever it stands and whatever comes behind it", () => {
  for (const { name, wire, events } of SINGLE) {
    for (const [before, behind] of [["", ""], ["END\r\n", ""], ["x", "x"], ["", "\r\n\r\n"]]) {
      const bytes = bytesOf(before + wire + behind);
      const read = readWhole(bytes, before.length, bytes.length);
      assertEquals(read.event, events[0], name);
      assertEquals(read.next, before.length + wire.length, name);
    }
  }
});

Deno.test("readClassicLine() asks for the rest of a line that is not all there", () => {
  for (const { name, wire } of SINGLE) {
    const bytes = bytesOf(wire);
    const lineEnd = wire.indexOf("\n") + 1;
    for (let end = 1; end < lineEnd; end++) {
      if (end > 40 && end < lineEnd - 40) continue;
      assertEquals(readClassicLine(bytes, 0, end, new ReplyLine()), -1, `${name}: ${end} bytes`);
    }
  }
});

Deno.test("readClassicLine() leaves nothing of the line before in what it fills", () => {
  const into = new ReplyLine();
  for (const first of SINGLE) {
    for (const second of SINGLE) {
      for (const { wire, events } of [first, second]) {
        assertEquals(readWhole(bytesOf(wire), 0, wire.length, into).event, events[0]);
      }
    }
  }
});

Deno.test("readClassicLine() gives what follows VALUE as its rest", () => {
  const bytes = bytesOf("END\r\nVALUE a 1 2 3\r\nbc\r\n");
  const into = new ReplyLine();
  assertEquals(readClassicLine(bytes, 5, bytes.length, into), 20);
  assertEquals(textOf(bytes.subarray(into.restStart, into.restEnd)), "a 1 2 3");
});

Deno.test("readClassicLine() refuses lines that are badly formed, whole and from where that can be seen", () => {
  let refused = 0;
  for (const { name, wire, events, reason } of MALFORMED) {
    // What is wrong with a data block or its size is the parser's to see.
    if (!/^(it|the number) /.test(reason) || events.length > 0) continue;
    refused++;
    const bytes = bytesOf(wire);
    const refuse = (end: number) => readClassicLine(bytes, 0, end, new ReplyLine());
    assertThrows(() => refuse(bytes.length), ProtocolError, reason, name);
    for (let end = 1; end < bytes.length; end++) {
      try {
        const next = refuse(end);
        assert(next === -1 && !wire.slice(0, end).includes("\n"), `${name}: ${end} bytes`);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
      }
    }
  }
  assertGreater(refused, 25);
});

Deno.test("readClassicLine() leaves the bound of a data block to the parser", () => {
  const most = 128 * 1024 * 1024;
  // No number has as many digits as the last two, so these are more than any.
  for (
    const digits of [`${most + 1}`, "18446744073709551616", `${"0".repeat(20)}1`, "9".repeat(400)]
  ) {
    const into = new ReplyLine();
    const bytes = bytesOf(`VALUE a 0 ${digits}\r\n`);
    assertEquals(readClassicLine(bytes, 0, bytes.length, into), bytes.length);
    assertGreater(into.size, most, digits);
  }
});

Deno.test("readClassicLine() knows every word but NUMBER and OTHER by its spelling, compared in full", () => {
  for (const [spelling, word] of Object.entries(ReplyWord)) {
    const isSpelled = word !== ReplyWord.NUMBER && word !== ReplyWord.OTHER;
    assertEquals(wordOf(spelling), isSpelled ? word : ReplyWord.OTHER, spelling);
    for (let length = 0; length < spelling.length; length++) {
      const part = spelling.slice(0, length);
      if (!(part in ReplyWord)) assertEquals(wordOf(part), ReplyWord.OTHER, part);
    }
    for (const other of [`${spelling}S`, ` ${spelling}`, spelling.toLowerCase()]) {
      assertEquals(wordOf(other), ReplyWord.OTHER, other);
    }
  }
  assertEquals(wordOf("constructor"), ReplyWord.OTHER);
});

Deno.test("readClassicLine() knows which words something may follow", () => {
  const followed = Object.keys(ReplyWord).filter((word) => wordOf(`${word} x`) !== ReplyWord.OTHER);
  assertEquals(followed, [
    ...["VERSION", "STAT", "RESET", "ERROR", "CLIENT_ERROR", "SERVER_ERROR"],
    ...["HD", "EN", "NS", "EX", "NF", "ME"],
  ]);
});

/** Reads a line, and tells of it as a parser's test does: with the data block, if the line announces one. */
function readWhole(
  bytes: Uint8Array,
  at: number,
  end: number,
  into: ReplyLine = new ReplyLine(),
): { event: string; next: number } {
  const next = readClassicLine(bytes, at, end, into);
  const text = (start: number, end: number) => textOf(bytes.subarray(start, end));
  if (into.size < 0) {
    return { event: line(spell(into.word), text(into.restStart, into.restEnd)), next };
  }
  const data = text(next, next + into.size);
  const cas = BigInt(text(into.casStart, into.casEnd));
  const event = item(text(into.keyStart, into.keyEnd), into.flags, data, cas);
  return { event, next: next + into.size + 2 };
}

function wordOf(text: string): ReplyWord {
  const bytes = bytesOf(`${text}\r\n`);
  const into = new ReplyLine();
  assertEquals(readClassicLine(bytes, 0, bytes.length, into), bytes.length);
  return into.word;
}
