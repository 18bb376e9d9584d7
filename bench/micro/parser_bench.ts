/**
 * What it costs to find the items of a reply: whole as one read gives them, in the pieces that a network gives them in,
 * and with the keys compared as a retrieval compares them. And what the lines that answer other commands cost.
 */
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import type { ItemView } from "../../src/protocol/item_view.ts";
import { ReplyParser, type ReplySink } from "../../src/protocol/reply_parser.ts";

const SEGMENT = 1448;
const buffer = new Uint8Array(256 * 1024);

/**
 * Notes what is found, so that nothing is found useless and left out. All parsers have the same class of sink, as in a
 * program: where V8 has seen two, it calls them in another way.
 */
class Sink implements ReplySink {
  found = 0;
  readonly #keys: readonly string[];
  #next = 0;
  constructor(keys: readonly string[] = []) {
    this.#keys = keys;
  }
  item(item: ItemView): void {
    this.found = item.dataEnd;
    if (this.#keys.length > 0 && !item.hasKey(this.#keys[this.#next++])) {
      throw new Error(`Not ${this.#keys[this.#next - 1]}`);
    }
  }
  line(_word: number, _bytes: Uint8Array, start: number): void {
    this.found = start;
    this.#next = 0;
  }
}

function newParser(keys?: readonly string[]): ReplyParser {
  return new ReplyParser(new Sink(keys), readClassicLine);
}

for (
  const [name, items, bytes] of [
    ["10 B", 100, 10],
    ["100 B", 100, 100],
    ["1 KiB", 100, 1024],
    ["100 KiB", 1, 102_400],
  ] as const
) {
  const keys = Array.from({ length: items }, (_, i) => `bench:key:${i}`);
  const reply = new TextEncoder().encode(
    keys.map((key) => `VALUE ${key} 0 ${bytes}\r\n${"x".repeat(bytes)}\r\n`)
      .join("") + "END\r\n",
  );
  const group = `a reply of ${items} × ${name}`;
  const whole = newParser();
  Deno.bench(`whole, ${name}`, { group, baseline: true }, () => {
    for (let at = 0; at < reply.length; at += buffer.length) {
      whole.feed(reply.subarray(at, at + buffer.length));
    }
  });

  const comparing = newParser(keys);
  Deno.bench(`whole, keys compared, ${name}`, { group }, () => {
    for (let at = 0; at < reply.length; at += buffer.length) {
      comparing.feed(reply.subarray(at, at + buffer.length));
    }
  });

  const cut = newParser();
  Deno.bench(`pieces of ${SEGMENT} bytes, ${name}`, { group }, () => {
    for (let at = 0; at < reply.length; at += SEGMENT) {
      cut.feed(reply.subarray(at, at + SEGMENT));
    }
  });

  const staying = newParser();
  Deno.bench(`pieces of ${SEGMENT} bytes, read on behind what stays, ${name}`, {
    group,
  }, () => {
    let start = 0;
    for (let at = 0; at < reply.length; at += SEGMENT) {
      const piece = reply.subarray(at, Math.min(reply.length, at + SEGMENT));
      buffer.set(piece, start);
      start = staying.feedFrom(buffer, start, start + piece.length);
    }
  });
}

const lines = newParser();
for (const line of ["STORED", "END", "DELETED", "12345"]) {
  const reply = new TextEncoder().encode(`${line}\r\n`.repeat(100));
  const baseline = line === "STORED";
  Deno.bench(
    `100 × ${line}`,
    { group: "lines", baseline },
    () => lines.feed(reply),
  );
}
