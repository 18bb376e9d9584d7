/** Values that somebody stored to stop or to take over a program: each codec reads or refuses them, soon and in little memory. */

import { assert, assertEquals, assertInstanceOf, assertLess } from "@std/assert";
import { type Codec, CodecError, jsonCodec } from "@libmc/libmc";
import { Buffer } from "node:buffer";
import { deflateSync } from "node:zlib";
import { sizeOf } from "../size_of.ts";
import { ORIGINALS } from "./our_values.ts";

type Hostile = readonly [shown: string, codec: Codec, data: Uint8Array, flags: number];

const { php, dalli, nodeMemcached, pylibmc, pymemcache } = ORIGINALS;
const latin1 = (text: string) => new Uint8Array(Buffer.from(text, "latin1"));

/** Data that is short, long or no text, by any codec with any flags. */
function* everywhere(): Generator<Hostile> {
  const flags = [0, 1, 2, 3, 4, 6, 8, 16 + 32, 16 + 64, 2 ** 31, 0xffffffff];
  const texts = ["", "\xff\xfe", "1e999", "--1", "NaN", " 1", "1 ", "9".repeat(400)];
  texts.push("0".repeat(1e6), "[".repeat(1e6), '{"a":'.repeat(2e5), `"${"\\u0000".repeat(2e5)}"`);
  const all = texts.map(latin1);
  const codecs = Object.entries(ORIGINALS).map(([name, { codec }]) => [name, codec] as const);
  for (const [name, codec] of [...codecs, ["json", jsonCodec] as const]) {
    for (const each of flags) {
      for (const data of all) yield [name, codec, data, each];
    }
  }
}

const SERIALIZED = [
  's:-1:"";',
  "a:-1:{}",
  "a:1:{i:0;a:-5:{}}",
  "a:4294967296:{}",
  "a:1e3:{}",
  's:1e1:"xxxxxxxxxx";',
  's:4294967297:"x";',
  "a:2:{i:0;a:0:{}i:1;R:2;}",
  "a:1:{i:0;r:1;}",
  "i:99999999999999999999;",
  "i:--1;",
  "i:0x10;",
  "d:1e999999999;",
  "d:0x1p3;",
  "b:7;",
  "a:1:{d:1.5;i:0;}",
  "a:1:{b:1;i:0;}",
  'a:1:{s:9:"__proto__";s:1:"x";}',
  'a:1:{s:9:"__proto__";a:1:{s:8:"polluted";b:1;}}',
  'O:8:"stdClass":1:{s:9:"__proto__";a:1:{s:8:"polluted";b:1;}}',
  'O:19:"SplDoublyLinkedList":0:{}',
  'C:1:"A":-1:{}',
  'E:11:"Suit:Hearts";',
  'a:1:{s:3:"a";b";i:1;}',
  "N;N;",
  "a:0:{",
  "a:1:{i:0;".repeat(1e5),
  `a:100000:{${"i:0;N;".repeat(1e5)}}`,
  `i:${"9".repeat(1e6)};`,
  `a:${"0".repeat(1e6)}:{}`,
];

const PICKLES = [
  "cos\nsystem\n(S'x'\ntR.",
  "\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x02id\x85R.",
  "\x80\x02c__builtin__\neval\n.",
  "c__builtin__\n__import__\n(S'os'\ntR.",
  "\x80\x04]\x94h\0a.",
  "\x80\x04}\x94h\0h\0s.",
  "\x80\x04(\x8c\x09__proto__}(\x8c\x08polluted\x88udd.",
  "\x80\x04}\x8c\x09__proto__}\x8c\x08polluted\x88ss.",
  "\x80\x04\x95\xff\xff\xff\xff\xff\xff\xff\xff.",
  "\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\x7f.",
  "\x80\x04\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.",
  "\x80\x02\x8b\xff\xff\xff\x7f.",
  "\x80\x02\x8b\xff\xff\xff\xff.",
  "r\xff\xff\xff\xff.",
  "\x80\x04\x82\x01.",
  "\x80\x04P1\n.",
  "\x80\x02Q.",
  `I${"9".repeat(1e6)}\n.`,
  `L${"9".repeat(1e6)}L\n.`,
  `(lp0\n${"(l".repeat(5e4)}`,
  `\x80\x04${"]\x94".repeat(3000)}${"a".repeat(2999)}.`,
  `\x80\x04${")".repeat(1e6)}t.`,
];

function* bombs(): Generator<Hostile> {
  const zeros = deflateSync(new Uint8Array(5 * 2 ** 20));
  const objects = deflateSync(latin1(`[${"{},".repeat(1e6)}{}]`), { level: 1 });
  const lists = deflateSync(latin1("(" + "]".repeat(3e6) + "t."), { level: 1 });
  for (const data of [zeros, objects, lists, zeros.subarray(0, 1000), zeros.subarray(100)]) {
    yield ["pylibmc bomb", pylibmc.codec, data, 8];
    yield ["pylibmc bomb, pickle", pylibmc.codec, data, 8 | 1];
    yield ["pymemcache bomb, pickle", pymemcache.codec, data, 8 | 1];
    yield ["pymemcache bomb, integer", pymemcache.codec, data, 8 | 2];
    yield ["dalli bomb", dalli.codec, data, 2];
    yield ["dalli bomb, JSON", dalli.codec, data, 2 | 1];
    for (const length of [0, 1000, 3e6 + 5, 5 * 2 ** 20, 0xffffffff]) {
      const framed = new Uint8Array(4 + data.length);
      framed.set(data, 4);
      new DataView(framed.buffer).setUint32(0, length, true);
      for (const type of [0, 1, 2, 4, 6]) {
        yield [`php bomb of ${length}`, php.codec, framed, 16 | 32 | type];
        yield [`php FastLZ bomb of ${length}`, php.codec, framed, 16 | 64 | type];
      }
    }
  }
}

function* all(): Generator<Hostile> {
  yield* everywhere();
  for (const text of SERIALIZED) yield ["php", php.codec, latin1(text), 4];
  for (const text of PICKLES) {
    yield ["pylibmc", pylibmc.codec, latin1(text), 1];
    yield ["pymemcache", pymemcache.codec, latin1(text), 1];
  }
  const polluting = latin1(
    '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  );
  yield ["php", php.codec, polluting, 6];
  yield ["dalli", dalli.codec, polluting, 1];
  yield ["npm's memcached", nodeMemcached.codec, polluting, 2];
  yield ["json", jsonCodec, polluting, 64];
  yield* bombs();
}

Deno.test("the codecs of other clients read or refuse 1,400 hostile values, each soon and in bounded memory", () => {
  let read = 0;
  let refused = 0;
  for (const [name, codec, data, flags] of all()) {
    const shown = `${name}, flags ${flags}, ${data.length} bytes: ${
      JSON.stringify(String.fromCharCode(...data.subarray(0, 40)))
    }`;
    const start = performance.now();
    try {
      const value = codec.decode(data, flags, MEMORY, { bytes: BYTES });
      read++;
      assertLess(sizeOf(value), MEMORY + BYTES, shown);
    } catch (error) {
      assertInstanceOf(error, CodecError, shown);
      refused++;
    }
    assertLess(performance.now() - start, LONGEST, shown);
  }
  assert(read > 150 && refused > 800, `${read} read, ${refused} refused`);
  assertEquals((Object.prototype as { polluted?: unknown }).polluted, undefined);
});

/** Most bytes of memory that a value may take. */
const MEMORY = 2 ** 23;
/** Most bytes that come out of compressed data. */
const BYTES = 2 ** 22;
/** Milliseconds; generous, as other work shares the machine. */
const LONGEST = 2000;
