/**
 * The parser with another grammar than the classic one: a toy of the meta protocol, whose lines have flags in any order,
 * and whose `VA <size> <flags>*` announces a data block. All else it reads as the classic grammar does, as error lines
 * are the same in both.
 */

import { assertEquals } from "@std/assert";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import type { ItemView } from "../../src/protocol/item_view.ts";
import { malformed, type ReplyLine } from "../../src/protocol/reply_line.ts";
import { ReplyParser } from "../../src/protocol/reply_parser.ts";
import { ReplyWord } from "../../src/protocol/reply.ts";
import { Random } from "../support/random.ts";
import { bytesOf, textOf } from "../support/wire.ts";
import { everySplit, randomCuts, singleBytes } from "./cuts.ts";
import type { Reply } from "./fixtures.ts";
import { item, line, parse, Recorder } from "./recorder.ts";

/** A whole grammar of its own would have words of its own; here those of the classic one stand in. */
const CODES = new Map<string, ReplyWord>([
  ["HD", ReplyWord.OK],
  ["EN", ReplyWord.NOT_FOUND],
  ["NF", ReplyWord.NOT_FOUND],
  ["NS", ReplyWord.NOT_STORED],
  ["EX", ReplyWord.EXISTS],
  ["MN", ReplyWord.END],
  ["ME", ReplyWord.STAT],
]);

/** Reads one line of the meta protocol, or of the classic one; as a `ReadLine`. */
function readMetaLine(bytes: Uint8Array, at: number, end: number, into: ReplyLine): number {
  const lf = bytes.subarray(at, end).indexOf(0x0a);
  if (lf < 0) return -1;
  const text = textOf(bytes.subarray(at, at + lf - 1));
  const next = at + lf + 1;
  const code = text.slice(0, 2);
  const word = CODES.get(code);
  if (code !== "VA" && word === undefined || !/^..($| )/.test(text)) {
    return readClassicLine(bytes, at, end, into);
  }
  const rest = Math.min(next - 2, at + 3);
  if (word !== undefined) {
    into.set(word, rest, next - 2);
    return next;
  }
  const [, size] = /^VA (\d+)(?= |$)/.exec(text) ??
    refuse(malformed("it is no VA line", bytes, at, next));
  into.size = Number(size);
  into.restStart = Math.min(next - 2, rest + size.length + 1);
  into.restEnd = next - 2;
  into.keyStart =
    into.keyEnd =
    into.casStart =
    into.casEnd =
    into.flags =
      0;
  for (let flag = into.restStart; flag < next - 2;) {
    const flagEnd = (text + " ").indexOf(" ", flag - at) + at;
    if (bytes[flag] === 0x6b) [into.keyStart, into.keyEnd] = [flag + 1, flagEnd];
    if (bytes[flag] === 0x63) [into.casStart, into.casEnd] = [flag + 1, flagEnd];
    if (bytes[flag] === 0x66) into.flags = Number(text.slice(flag + 1 - at, flagEnd - at));
    flag = flagEnd + 1;
  }
  return next;
}

const REPLIES: readonly Reply[] = [
  { name: "HD", wire: "HD\r\n", events: [line("OK")] },
  { name: "HD with flags", wire: "HD Oabc c77\r\n", events: [line("OK", "Oabc c77")] },
  { name: "EN", wire: "EN\r\n", events: [line("NOT_FOUND")] },
  { name: "NF with flags", wire: "NF Oabc kkey\r\n", events: [line("NOT_FOUND", "Oabc kkey")] },
  { name: "NS", wire: "NS \r\n", events: [line("NOT_STORED")] },
  { name: "EX", wire: "EX\r\n", events: [line("EXISTS")] },
  { name: "MN", wire: "MN\r\n", events: [line("END")] },
  { name: "ME", wire: "ME key exp=-1 la=2\r\n", events: [line("STAT", "key exp=-1 la=2")] },
  { name: "VA without flags", wire: "VA 2\r\nhi\r\n", events: [item("", 0, "hi")] },
  { name: "VA of no bytes", wire: "VA 0 kkey\r\n\r\n", events: [item("key", 0, "")] },
  {
    name: "VA with flags",
    wire: "VA 7 f4294967295 t-1 c18446744073709551615 kkey Oabc\r\nHD\r\nEN\n\r\n",
    events: [item("key", 4294967295, "HD\r\nEN\n", 18446744073709551615n)],
  },
  {
    name: "VA with flags in another order",
    wire: "VA 5 Oabc c9 kkey f30\r\nVA 1\r\r\n",
    events: [item("key", 30, "VA 1\r", 9n)],
  },
  { name: "a classic item", wire: "VALUE a 1 2 3\r\nbc\r\n", events: [item("a", 1, "bc", 3n)] },
  { name: "a classic word", wire: "TOUCHED\r\n", events: [line("TOUCHED")] },
  { name: "an error", wire: "CLIENT_ERROR bad\r\n", events: [line("CLIENT_ERROR", "bad")] },
  { name: "no word of either", wire: "XX abc\r\n", events: [line("OTHER", "XX abc")] },
  { name: "a longer word", wire: "HDX\r\n", events: [line("OTHER", "HDX")] },
];

const WAYS = [{}, { vacancyAbove: 0 }, { room: 64 }, { room: 64, vacancyAbove: 8 }, { room: 4096 }];

for (const reply of REPLIES) {
  Deno.test(`ReplyParser reads ${reply.name} by another grammar, cut anywhere, whatever follows`, () => {
    for (const tail of REPLIES) {
      const wire = bytesOf(reply.wire + tail.wire);
      const events = [...reply.events, ...tail.events];
      for (const chunks of [[wire], singleBytes(wire), ...everySplit(wire)]) {
        for (const way of WAYS) {
          const parsed = parse(chunks, { readLine: readMetaLine, ...way });
          const how = `cut at ${chunks[0].length}, then ${tail.name}, ${JSON.stringify(way)}`;
          assertEquals(parsed.error, undefined, how);
          assertEquals(parsed.events, events, how);
          assertEquals(parsed.parser.idle, true, how);
        }
      }
    }
  });
}

Deno.test("ReplyParser keeps the rest of a line with its item, however the line is cut from its data", () => {
  const wire = bytesOf("HD\r\nVA 10 Oabc f1 kkey t-1\r\n0123456789\r\nEN\r\n");
  for (const chunks of [[wire], singleBytes(wire), ...everySplit(wire)]) {
    const rests: string[] = [];
    const sink = {
      item: ({ header, restStart, restEnd }: ItemView) =>
        void rests.push(textOf(header.subarray(restStart, restEnd))),
      line() {},
    };
    const parser = new ReplyParser(sink, readMetaLine);
    const buffer = new Uint8Array(64);
    for (const chunk of chunks) {
      buffer.set(chunk);
      parser.feed(buffer, chunk.length);
      buffer.fill(0x2a);
    }
    assertEquals(rests, ["Oabc f1 kkey t-1"], `cut at ${chunks[0].length}`);
  }
});

Deno.test("ReplyParser reads any mix of two grammars in one stream, cut at random", () => {
  const random = new Random(20260114);
  for (let round = 0; round < 300; round++) {
    const replies = Array.from({ length: 20 }, () => random.pick(REPLIES));
    const wire = bytesOf(replies.map((reply) => reply.wire).join(""));
    const chunks = randomCuts(wire, random, 1 + random.below(30));
    const parsed = parse(chunks, { readLine: readMetaLine, ...random.pick(WAYS) });
    const how = `seed ${random.seed}, round ${round}`;
    assertEquals(parsed.error, undefined, how);
    assertEquals(parsed.events, replies.flatMap(({ events }) => events), how);
  }
});

Deno.test("ReplyParser bounds lines and data blocks whatever the grammar", () => {
  const limited = { readLine: readMetaLine, maxDataBytes: 4 };
  const cases: [wire: string, message: string][] = [
    ["VA 5 kkey\r\nabcde\r\n", "announced size is 5"],
    ["VA x\r\n", "it is no VA line"],
    ["VA 1\r\nab\r\n", "does not end in CR LF"],
    [`HD ${"x".repeat(8192)}\r\n`, "must be <= 8192 bytes"],
  ];
  for (const [wire, message] of cases) {
    for (const chunks of [[bytesOf(wire)], singleBytes(bytesOf(wire))]) {
      const { error, events } = parse(chunks, limited);
      assertEquals(error?.message.includes(message), true, `${wire.slice(0, 20)}: ${error}`);
      assertEquals(events, []);
    }
  }
  const recorder = new Recorder();
  new ReplyParser(recorder, readMetaLine, 4).feed(bytesOf("VA 4\r\nabcd\r\n"));
  assertEquals(recorder.events, [item("", 0, "abcd")]);
});

function refuse(error: Error): never {
  throw error;
}
