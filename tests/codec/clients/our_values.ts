/** Values that our codecs store and the originals read: `record/ours.ts` gives them to those. */

import { dalliCodec } from "../../../src/codec/clients/dalli_codec.ts";
import { memjsCodec } from "../../../src/codec/clients/memjs_codec.ts";
import { nodeMemcachedCodec } from "../../../src/codec/clients/node_memcached_codec.ts";
import { phpCodec } from "../../../src/codec/clients/php_codec.ts";
import { pylibmcCodec } from "../../../src/codec/clients/pylibmc_codec.ts";
import { pymemcacheCodec } from "../../../src/codec/clients/pymemcache_codec.ts";
import type { Codec } from "../../../src/codec/codec.ts";

/** An original, our codec for it, and what ours stores. */
export interface Original {
  readonly codec: Codec;
  readonly ours: readonly unknown[];
}

const TEXTS = ["", "text", "Grüße, 世界 🌍", "a\r\nEND\r\n", "back\\slash\\\nline", "\0", "1"];
const BYTES = [new Uint8Array(0), Uint8Array.from({ length: 256 }, (_, byte) => byte)];
const INTEGERS = [
  0,
  1,
  -1,
  255,
  256,
  65535,
  65536,
  2 ** 31,
  -(2 ** 31) - 1,
  Number.MAX_SAFE_INTEGER,
];
const FLOATS = [-0, 1.5, 0.1, 1e21, 1e-7, 5e-324, Number.MAX_VALUE, 2 ** 60];
const NOT_FINITE = [Infinity, -Infinity, NaN];
const BIG = [2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)];
const BIGGER = [2n ** 64n, -(10n ** 40n)];
const OTHERS = [
  true,
  false,
  null,
  [],
  [1, "two", null, true, false, 4.5, [6]],
  { id: 7, tags: ["a", "b"], nested: { deep: [null], line: "a\r\nb" } },
  { "": 1, "ü": "世界" },
  { big: [2 ** 60, -(2 ** 53), 1e21, 0.12345678901234567], text: "12345678901234567890" },
];
const PYTHON = [
  ...TEXTS,
  ...BYTES,
  ...INTEGERS,
  ...FLOATS,
  ...NOT_FINITE,
  ...BIG,
  ...BIGGER,
  ...OTHERS,
  {},
  [255, 256, 65535, 65536, -1, 2 ** 31, 2 ** 40, -(2 ** 40), 2 ** 47 - 1, -(2 ** 47)],
  [2n ** 64n, -(2n ** 63n), 2n ** 2100n, -(2n ** 2100n), 128n * 2n ** 64n, -128n * 2n ** 64n],
  [Uint8Array.of(0, 255), new Uint8Array(300), "x".repeat(300)],
  new Map<unknown, unknown>([[1, "a"], ["b", 2]]),
  new Set([1, 2, 3]),
  { set: new Set(["a"]), floats: [0.1, -0, Infinity] },
  Array.from({ length: 3 }, (_, at) => ({ at, even: at % 2 === 0 })),
];

/** By the names of the recordings. */
export const ORIGINALS: Readonly<Record<string, Original>> = {
  pylibmc: { codec: pylibmcCodec, ours: PYTHON },
  pymemcache: { codec: pymemcacheCodec, ours: PYTHON },
  django: { codec: pymemcacheCodec, ours: PYTHON },
  php: {
    codec: phpCodec,
    ours: [...TEXTS, ...INTEGERS, ...FLOATS, ...NOT_FINITE, ...BIG, ...OTHERS],
  },
  dalli: {
    codec: dalliCodec,
    ours: [...TEXTS, ...INTEGERS, ...FLOATS, ...BIG, ...BIGGER, ...OTHERS, {}],
  },
  nodeMemcached: {
    codec: nodeMemcachedCodec,
    ours: [...TEXTS, ...BYTES, ...INTEGERS, ...FLOATS, ...NOT_FINITE, ...OTHERS, {}],
  },
  memjs: { codec: memjsCodec, ours: [...TEXTS, ...BYTES] },
};
