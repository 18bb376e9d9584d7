import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import type { ItemView } from "../../src/protocol/item_view.ts";
import { ReplyParser } from "../../src/protocol/reply_parser.ts";
import { Random } from "../support/random.ts";
import { bytesOf, textOf } from "../support/wire.ts";
import { everySplit, randomCuts, singleBytes } from "./cuts.ts";
import { REPLIES } from "./fixtures.ts";
import { item, line, parse } from "./recorder.ts";

Deno.test("ReplyParser.vacancy() is where the missing part of a data block belongs", () => {
  let found: Uint8Array | undefined;
  const parser = new ReplyParser({
    item: (view: ItemView) => found = view.owned ? view.data : undefined,
    line() {},
  }, readClassicLine);
  parser.feed(bytesOf("VALUE a 0 10\r\nabc"));
  const vacancy = parser.vacancy(0);
  assertEquals(vacancy?.length, 7);
  vacancy!.set(bytesOf("defg"));
  parser.filled(4);
  assertEquals(parser.vacancy(0)?.length, 3);
  parser.vacancy(0)!.set(bytesOf("hij"));
  parser.filled(3);
  assertEquals(parser.vacancy(0), undefined);
  assert(!parser.idle);
  assertEquals(found, undefined);
  parser.feed(bytesOf("\r\n"));
  assert(parser.idle);
  assertEquals(found, bytesOf("abcdefghij"));
  assertStrictEquals(found!.buffer, vacancy!.buffer);
});

Deno.test("ReplyParser.vacancy() is never larger than what has come, or 2 MiB", () => {
  const size = 100_000_000;
  let found: Uint8Array | undefined;
  const parser = new ReplyParser({
    item: (view: ItemView) => found = view.owned ? view.data : undefined,
    line() {},
  }, readClassicLine);
  parser.feed(bytesOf(`VALUE a 0 ${size}\r\nabcde`));
  const lengths: number[] = [];
  let come = 5;
  for (let vacancy = parser.vacancy(0); vacancy !== undefined; vacancy = parser.vacancy(0)) {
    const { buffer, byteOffset, length } = vacancy;
    assertEquals(byteOffset, come);
    assert(buffer.byteLength <= Math.max(2 ** 21, 2 * come + 2), `${buffer.byteLength} of ${come}`);
    lengths.push(buffer.byteLength);
    vacancy.fill(come & 0xff);
    parser.filled(length);
    come += length;
  }
  assertEquals([come, lengths.length], [size, 7]);
  parser.feed(bytesOf("\r\n"));
  assertEquals([found?.length, found?.byteOffset, found?.buffer.byteLength], [size, 0, size]);
  assertEquals(textOf(found!.subarray(0, 5)), "abcde");
  assertEquals([found![5], found![2 ** 21 - 1]], [5, 5]);
  assertEquals(found![2 ** 21], 2 ** 21 & 0xff);
});

Deno.test("ReplyParser.feed() reads a data block that outgrows its array, cut anywhere", () => {
  const random = new Random(7);
  const data = Uint8Array.from({ length: 5_300_000 }, () => random.below(256));
  const head = bytesOf(`VALUE a 0 ${data.length}\r\n`);
  const wire = new Uint8Array([...head, ...data, 13, 10]);
  for (let round = 0; round < 10; round++) {
    let found: Uint8Array | undefined;
    const parser = new ReplyParser({
      item: (view: ItemView) => found = view.copyData(),
      line() {},
    }, readClassicLine);
    for (let at = 0; at < wire.length;) {
      const next = Math.min(wire.length, at + 1 + random.below(3_000_000));
      parser.feed(wire.subarray(at, next));
      at = next;
    }
    assertEquals(found?.length, data.length);
    assert(found!.every((byte, i) => byte === data[i]), `seed ${random.seed}, round ${round}`);
  }
});

Deno.test("ReplyParser.vacancy() is for more than so many missing bytes only", () => {
  const parser = new ReplyParser({ item() {}, line() {} }, readClassicLine);
  assertEquals(parser.vacancy(0), undefined);
  parser.feed(bytesOf("VALUE a 0 10"));
  assertEquals(parser.vacancy(0), undefined);
  parser.feed(bytesOf("\r\n"));
  assertEquals(parser.vacancy(9)?.length, 10);
  assertEquals(parser.vacancy(10), undefined);
  parser.feed(bytesOf("a"));
  assertEquals(parser.vacancy(8)?.length, 9);
  assertEquals(parser.vacancy(9), undefined);
});

Deno.test("ReplyParser.vacancy() is not for the line end behind the data, nor for an empty block", () => {
  const parser = new ReplyParser({ item() {}, line() {} }, readClassicLine);
  parser.feed(bytesOf("VALUE a 0 0\r\n"));
  assertEquals(parser.vacancy(0), undefined);
  parser.feed(bytesOf("\r"));
  assertEquals(parser.vacancy(0), undefined);
  parser.feed(bytesOf("\nEND\r\n"));
  assertEquals(parser.vacancy(0), undefined);
  assert(parser.idle);
});

Deno.test("ReplyParser.filled() and feed() read the same replies as feed() alone", () => {
  for (const reply of REPLIES) {
    const wire = bytesOf(`${reply.wire}STORED\r\n`);
    const events = [...reply.events, line("STORED")];
    for (const vacancyAbove of [0, 1, 3]) {
      for (const chunks of [singleBytes(wire), ...everySplit(wire)]) {
        const parsed = parse(chunks, { vacancyAbove });
        assertEquals(parsed.error, undefined, reply.name);
        assertEquals(parsed.events, events, `${reply.name}, cut at ${chunks[0].length}`);
      }
    }
  }
});

Deno.test("ReplyParser.feedFrom() reads the same replies as feed(), whatever the size of the buffer", () => {
  for (const reply of REPLIES) {
    const wire = bytesOf(`${reply.wire}STORED\r\n`);
    const events = [...reply.events, line("STORED")];
    for (
      const options of [{ room: 16 }, { room: 40 }, { room: 300, vacancyAbove: 100 }, {
        room: 20_000,
      }]
    ) {
      for (const chunks of [[wire], singleBytes(wire), ...everySplit(wire)]) {
        const parsed = parse(chunks, options);
        const how = `${reply.name}, room ${options.room}, cut at ${chunks[0].length}`;
        assertEquals(parsed.error, undefined, how);
        assertEquals(parsed.events, events, how);
      }
    }
  }
});

Deno.test("ReplyParser.feedFrom() leaves a block in the buffer that has room for it, and lends it from there", () => {
  const lent: string[] = [];
  const sink = {
    item(view: ItemView) {
      lent.push(`${view.owned} ${textOf(view.data.subarray(view.dataStart, view.dataEnd))}`);
    },
    line() {},
  };
  const parser = new ReplyParser(sink, readClassicLine);
  const buffer = new Uint8Array(40);
  const put = (start: number, text: string) => {
    buffer.set(bytesOf(text), start);
    return parser.feedFrom(buffer, start, start + text.length);
  };
  assertEquals(put(0, "VALUE a 0 5\r\nab"), 15);
  assertEquals(put(15, "cde\r"), 19);
  assertEquals(parser.idle, false);
  assertEquals(put(19, "\nEND\r\n"), 0);
  assertEquals(put(0, "VALUE a 0 30\r\nab"), 0);
  assertEquals(put(0, `${"c".repeat(28)}\r\n`), 0);
  assertEquals(lent, ["false abcde", `true ab${"c".repeat(28)}`]);
});

Deno.test("ReplyParser.filled() reads blocks larger than the read buffer, in any mix with small ones", () => {
  const random = new Random(77);
  for (let round = 0; round < 20; round++) {
    let wire = "";
    const events: string[] = [];
    for (let i = 0; i < 4; i++) {
      const data = `${i}${"\r\nEND\r\n".repeat(random.pick([0, 10, 9362, 9363, 20_000]))}`;
      wire += `VALUE k${i} ${i} ${data.length} ${i + 1}\r\n${data}\r\n`;
      events.push(item(`k${i}`, i, data, BigInt(i + 1)));
    }
    wire += "END\r\n";
    events.push(line("END"));
    const chunks = randomCuts(bytesOf(wire), random, 1 + random.below(12));
    const vacancyAbove = random.pick([0, 1000, 65_536]);
    const parsed = parse(
      chunks,
      random.pick([{ vacancyAbove }, { vacancyAbove, room: 65_536 }, { room: 262_144 }]),
    );
    const how = `seed ${random.seed}, round ${round}`;
    assertEquals(parsed.error, undefined, how);
    assert(parsed.events.join("\n") === events.join("\n"), how);
    assert(parsed.parser.idle, how);
  }
});

Deno.test("ReplyParser.feed() refuses a wrong end behind a block that was filled", () => {
  for (const end of ["\n\r", "\r\r", "xx", "\rx"]) {
    for (const options of [{ vacancyAbove: 0 }, { room: 64 }]) {
      const wire = bytesOf(`VALUE a 0 5\r\nabcde${end}`);
      const { events, error } = parse(singleBytes(wire), options);
      assertEquals(events, []);
      assertEquals(error?.message, "Cannot read item as its data block does not end in CR LF");
    }
  }
});

Deno.test("ReplyParser lets go of a data block with an array of its own once it is told", () => {
  let told: ItemView | undefined;
  let length = 0;
  const parser = new ReplyParser({
    item(item) {
      told = item;
      length = item.copyData().length;
    },
    line() {},
  }, readClassicLine);
  parser.feed(bytesOf("VALUE k 0 100000\r\n" + "v".repeat(50_000)));
  parser.feed(bytesOf("v".repeat(50_000) + "\r\nEND\r\n"));
  assertEquals([length, told?.data.length], [100_000, 0]);
});
