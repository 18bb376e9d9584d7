import { assertEquals, assertLessOrEqual, assertThrows } from "@std/assert";
import { ProtocolError } from "../../src/errors.ts";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import { MAX_LINE_BYTES, ReplyParser, type ReplySink } from "../../src/protocol/reply_parser.ts";
import { allocationsOf } from "../support/allocations.ts";
import { countedReads } from "../support/counted_reads.ts";
import { bytesOf } from "../support/wire.ts";
import { singleBytes } from "./cuts.ts";

const NOBODY: ReplySink = { item() {}, line() {} };

Deno.test("ReplyParser.feed() looks at each byte of a line a few times, however it is cut", () => {
  for (const count of [10, 100, 1000]) {
    const wire = bytesOf("STAT items:1:number 55\r\nNOT_FOUND\r\n12\r\n".repeat(count));
    for (const size of [1, 7, 1448, wire.length]) {
      assertLessOrEqual(readsOf(wire, size), 4 * wire.length, `${count} × 3 lines by ${size}`);
    }
  }
});

Deno.test("ReplyParser.feed() looks at each byte of an item's line a few times, and at its data once at most", () => {
  for (const size of [10, 1000, 10_000]) {
    const data = "x".repeat(size);
    const head = `VALUE key:1 0 ${size}\r\n`;
    const wire = bytesOf(`${head}${data}\r\n`.repeat(20));
    assertLessOrEqual(readsOf(wire, wire.length), 20 * (4 * head.length + 4), `${size}, whole`);
    for (const chunk of [1, 7, 1448]) {
      assertLessOrEqual(
        readsOf(wire, chunk),
        2 * wire.length + 20 * 4 * head.length,
        `by ${chunk}`,
      );
    }
  }
});

Deno.test("ReplyParser.feed() allocates nothing for what a chunk holds whole", () => {
  const wire = bytesOf("VALUE a 0 3\r\nabc\r\nSTORED\r\nSTAT a 1\r\n7\r\n".repeat(1000));
  const parser = new ReplyParser(NOBODY, readClassicLine);
  assertEquals(allocationsOf(() => parser.feed(wire)), { count: 0, bytes: 0 });
});

Deno.test("ReplyParser.feed() allocates a data block that spans chunks once, at its exact size, beside its line", () => {
  const size = 1024 * 1024;
  const wire = bytesOf(`VALUE a 0 ${size}\r\n${"x".repeat(size)}\r\n`);
  for (const chunk of [1000, 1448, 65_536]) {
    const parser = new ReplyParser(NOBODY, readClassicLine);
    assertEquals(
      allocationsOf(() => {
        for (let at = 0; at < wire.length; at += chunk) {
          parser.feed(wire.subarray(at, at + chunk));
        }
      }),
      { count: 2, bytes: size + HELD_LINE },
    );
    assertEquals(parser.idle, true);
  }
});

Deno.test("ReplyParser.feed() allocates at most two buffers for cut lines, ever", () => {
  const line = bytesOf(`STAT ${"x".repeat(MAX_LINE_BYTES - 7)}\r\n`);
  const parser = new ReplyParser(NOBODY, readClassicLine);
  const { bytes } = allocationsOf(() => {
    for (let i = 0; i < 5; i++) for (const chunk of singleBytes(line)) parser.feed(chunk);
  });
  assertLessOrEqual(bytes, 1024 + MAX_LINE_BYTES);
});

Deno.test("ReplyParser.feed() refuses a length over the limit before it allocates", () => {
  for (const length of ["134217729", "9999999999", "18446744073709551615", "9".repeat(300)]) {
    const wire = bytesOf(`VALUE a 0 ${length}\r\n`);
    for (const chunks of [[wire], singleBytes(wire)]) {
      const parser = new ReplyParser(NOBODY, readClassicLine);
      const { bytes } = allocationsOf(() => {
        assertThrows(
          () => chunks.forEach((chunk) => parser.feed(chunk)),
          ProtocolError,
          "announced size",
        );
      });
      assertLessOrEqual(bytes, 2048, length);
    }
  }
});

/** Bytes of the array for a line that a chunk has cut. */
const HELD_LINE = 512;

function readsOf(wire: Uint8Array, chunkSize: number): number {
  const reads = { count: 0 };
  const parser = new ReplyParser(NOBODY, readClassicLine);
  for (let at = 0; at < wire.length; at += chunkSize) {
    const chunk = wire.subarray(at, at + chunkSize);
    parser.feed(countedReads(chunk, reads), chunk.length);
  }
  assertEquals(parser.idle, true);
  return reads.count;
}
