import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { ProtocolError } from "../../src/errors.ts";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import { ReplyParser } from "../../src/protocol/reply_parser.ts";
import { Random } from "../support/random.ts";
import { bytesOf } from "../support/wire.ts";
import { everySplit, randomCuts, singleBytes } from "./cuts.ts";
import {
  LONG_REPLIES,
  MALFORMED,
  type Malformed,
  REPLIES,
  type Reply,
  TOO_LONG,
} from "./fixtures.ts";
import { item, line, parse, Recorder } from "./recorder.ts";

/** What may follow: a line known by a few bytes, another, an item, an error line. */
const TAILS: readonly Reply[] = [
  { name: "nothing", wire: "", events: [] },
  { name: "STORED", wire: "STORED\r\n", events: [line("STORED")] },
  { name: "a number", wire: "12\r\n", events: [line("NUMBER", "12")] },
  { name: "an item", wire: "VALUE z 3 2 4\r\n\r\n\r\n", events: [item("z", 3, "\r\n", 4n)] },
  { name: "an error", wire: "SERVER_ERROR x\r\n", events: [line("SERVER_ERROR", "x")] },
];

for (const reply of REPLIES) {
  Deno.test(`ReplyParser.feed() reads ${reply.name}, cut anywhere, whatever follows`, () => {
    for (const tail of TAILS) {
      const wire = bytesOf(reply.wire + tail.wire);
      const events = [...reply.events, ...tail.events];
      expectEvents([wire], events, `whole, then ${tail.name}`);
      expectEvents(singleBytes(wire), events, `byte by byte, then ${tail.name}`);
      for (const chunks of everySplit(wire)) {
        expectEvents(chunks, events, `cut at ${chunks[0].length}, then ${tail.name}`);
      }
      const random = new Random(wire.length);
      for (let round = 0; round < 100; round++) {
        const chunks = randomCuts(wire, random, 3);
        expectEvents(chunks, events, `cut at ${lengths(chunks)}, then ${tail.name}`);
      }
    }
  });
}

for (const reply of LONG_REPLIES) {
  Deno.test(`ReplyParser.feed() reads ${reply.name}, cut anywhere`, () => {
    const wire = bytesOf(`${reply.wire}OK\r\n`);
    const events = [...reply.events, line("OK")];
    expectEvents([wire], events, "whole");
    expectEvents(singleBytes(wire), events, "byte by byte");
    for (const chunks of everySplit(wire)) {
      // In the middle of a long run one cut is like the next.
      const at = chunks[0].length;
      if (at > 40 && at < wire.length - 40 && at % 61 !== 0) continue;
      expectEvents(chunks, events, `cut at ${at}`);
    }
  });
}

Deno.test("ReplyParser.feed() reads all replies in one stream, cut at random", () => {
  const wire = bytesOf([...REPLIES, ...LONG_REPLIES].map((reply) => reply.wire).join(""));
  const events = [...REPLIES, ...LONG_REPLIES].flatMap((reply) => reply.events);
  const random = new Random(20260111);
  for (let round = 0; round < 200; round++) {
    const chunks = randomCuts(wire, random, 1 + random.below(40));
    expectEvents(chunks, events, `seed ${random.seed}, round ${round}: ${lengths(chunks)}`);
  }
});

for (const malformed of [...MALFORMED, ...TOO_LONG]) {
  Deno.test(`ReplyParser.feed() refuses ${malformed.name}, cut anywhere`, () => {
    for (const tail of ["", "END\r\n"]) {
      const wire = bytesOf(malformed.wire + tail);
      expectRefusal([wire], malformed, "whole");
      expectRefusal(singleBytes(wire), malformed, "byte by byte");
      for (const chunks of everySplit(wire)) {
        const at = chunks[0].length;
        if (at > 40 && at < wire.length - 40 && at % 97 !== 0) continue;
        expectRefusal(chunks, malformed, `cut at ${at}`);
      }
    }
  });
}

Deno.test("ReplyParser.feed() waits for the rest of every reply", () => {
  for (const { name, wire, events } of REPLIES) {
    if (events.length > 1) continue;
    for (let length = 0; length < wire.length; length++) {
      const parsed = parse([bytesOf(wire.slice(0, length))]);
      assertEquals(parsed.error, undefined, `${name}: ${length} bytes`);
      assertEquals(parsed.events, [], `${name}: ${length} bytes`);
      assertEquals(parsed.parser.idle, length === 0, `${name}: idle after ${length} bytes`);
    }
  }
});

Deno.test("ReplyParser.feed() takes only as much of the chunk as it is told to", () => {
  const recorder = new Recorder();
  const parser = new ReplyParser(recorder, readClassicLine);
  parser.feed(bytesOf("END\r\nSTORED\r\n"), 5);
  parser.feed(bytesOf("STORED\r\n"), 0);
  assertEquals(recorder.events, [line("END")]);
  assert(parser.idle);
});

Deno.test("ReplyParser.feed() refuses data over the limit it was made with, and takes data at it", () => {
  assertEquals(parse([bytesOf("VALUE a 0 4\r\nabcd\r\n")], { maxDataBytes: 4 }).error, undefined);
  const { events, error } = parse([bytesOf("VALUE a 0 5\r\nabcde\r\n")], { maxDataBytes: 4 });
  assertEquals(events, []);
  assertEquals(
    error?.message,
    "Cannot read item as its data must be <= 4 bytes: announced size is 5",
  );
});

Deno.test("ReplyParser.feed() shows the line it cannot read, and no more than the beginning of it", () => {
  assertEquals(
    parse([bytesOf("WHAT\x01 is this\nEND\r\n")]).error?.message,
    'Cannot read reply line "WHAT\\u0001 is this" as it does not end in CR LF',
  );
  const { error } = parse([bytesOf(`WHAT${"x".repeat(5000)}\n`)]);
  assert(error !== undefined && error.message.length < 200, error?.message);
});

Deno.test("ReplyParser.feed() lets through what the sink throws, and is done", () => {
  const refusal = new Error("Refused by the sink");
  function refuse(): never {
    throw refusal;
  }
  for (const wire of ["STORED\r\n", "OK\r\n", "5\r\n", "WHAT\r\n", "VALUE a 0 1\r\nb\r\n"]) {
    for (const chunks of [[bytesOf(wire)], singleBytes(bytesOf(wire))]) {
      const parser = new ReplyParser({ item: refuse, line: refuse }, readClassicLine);
      assertThrows(() => chunks.forEach((chunk) => parser.feed(chunk)), Error, refusal.message);
      expectDone(parser);
    }
  }
});

function expectEvents(chunks: Uint8Array[], events: readonly string[], how: string): void {
  const parsed = parse(chunks);
  if (parsed.error !== undefined) throw new Error(how, { cause: parsed.error });
  // Joined texts compare in no time; the lists are for the message.
  if (parsed.events.join("\n") !== events.join("\n")) assertEquals(parsed.events, events, how);
  if (!parsed.parser.idle) throw new Error(`Not idle: ${how}`);
}

function expectRefusal(chunks: Uint8Array[], { events, reason }: Malformed, how: string): void {
  const parsed = parse(chunks);
  assertInstanceOf(parsed.error, ProtocolError, how);
  assertStringIncludes(parsed.error.message, reason, how);
  assertEquals(parsed.events, events, how);
  expectDone(parsed.parser);
}

/** After an error nothing makes the parser go on. */
function expectDone(parser: ReplyParser): void {
  for (const wire of ["STORED\r\n", "", "\r\n"]) {
    assertThrows(
      () => parser.feed(bytesOf(wire)),
      ProtocolError,
      "Cannot read reply as an earlier one was malformed",
    );
  }
  assertEquals(parser.vacancy(0), undefined);
}

function lengths(chunks: readonly Uint8Array[]): string {
  return chunks.map((chunk) => chunk.length).join(", ");
}
