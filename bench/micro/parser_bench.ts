/**
 * What it costs to find the items of a reply: whole as one read gives them, in the pieces that a network gives them in,
 * and with the keys compared as a retrieval compares them.
 */
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import { ReplyParser, type ReplySink } from "../../src/protocol/reply_parser.ts";
import type { ItemView } from "../../src/protocol/item_view.ts";

const SEGMENT = 1448;
const buffer = new Uint8Array(256 * 1024);

/** Counts bytes, so that nothing is found useless and left out. */
class Counter implements ReplySink {
  bytes = 0;
  item(item: ItemView): void {
    this.bytes += item.dataEnd - item.dataStart;
  }
  line(): void {}
}

for (
  const [name, items, bytes] of [["10 B", 100, 10], ["1 KiB", 100, 1024], [
    "100 KiB",
    1,
    102_400,
  ]] as const
) {
  const keys = Array.from({ length: items }, (_, i) => `bench:key:${i}`);
  const reply = new TextEncoder().encode(
    keys.map((key) => `VALUE ${key} 0 ${bytes}\r\n${"x".repeat(bytes)}\r\n`).join("") + "END\r\n",
  );
  const group = `a reply of ${items} × ${name}`;
  const counter = new Counter();
  const whole = new ReplyParser(counter, readClassicLine);
  Deno.bench(`whole, ${name}`, { group, baseline: true }, () => {
    for (let at = 0; at < reply.length; at += buffer.length) {
      whole.feed(reply.subarray(at, at + buffer.length));
    }
  });

  let next = 0;
  const comparing = new ReplyParser({
    item(item) {
      if (!item.hasKey(keys[next++])) throw new Error(`Not ${keys[next - 1]}`);
    },
    line() {
      next = 0;
    },
  }, readClassicLine);
  Deno.bench(`whole, keys compared, ${name}`, { group }, () => {
    for (let at = 0; at < reply.length; at += buffer.length) {
      comparing.feed(reply.subarray(at, at + buffer.length));
    }
  });

  const cut = new ReplyParser(counter, readClassicLine);
  Deno.bench(`pieces of ${SEGMENT} bytes, ${name}`, { group }, () => {
    for (let at = 0; at < reply.length; at += SEGMENT) cut.feed(reply.subarray(at, at + SEGMENT));
  });

  const staying = new ReplyParser(counter, readClassicLine);
  Deno.bench(`pieces of ${SEGMENT} bytes, read on behind what stays, ${name}`, { group }, () => {
    let start = 0;
    for (let at = 0; at < reply.length; at += SEGMENT) {
      const piece = reply.subarray(at, Math.min(reply.length, at + SEGMENT));
      buffer.set(piece, start);
      start = staying.feedFrom(buffer, start, start + piece.length);
    }
  });
}

const stored = new TextEncoder().encode("STORED\r\n".repeat(100));
const lines = new ReplyParser(new Counter(), readClassicLine);
Deno.bench("100 × STORED", { group: "lines", baseline: true }, () => lines.feed(stored));
const deleted = new TextEncoder().encode("DELETED\r\n".repeat(100));
Deno.bench("100 × DELETED", { group: "lines" }, () => lines.feed(deleted));
