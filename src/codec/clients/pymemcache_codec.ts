/** The codec for a cluster shared with Python applications that use pymemcache, as Django does. */

import type { InflateBudget } from "../budget.ts";
import type { Codec, Encoded } from "../codec.ts";
import { decodePython, encodePython, FLAG_INTEGER } from "./python_client.ts";

/**
 * The codec that stores values as pymemcache does with its `pickle_serde`, so that Python applications read them. That is
 * what Django's `PyMemcacheCache` has.
 *
 * | value | flags | data | in Python |
 * | --- | --- | --- | --- |
 * | string | 16 | UTF-8 | str |
 * | Uint8Array | 0 | the bytes | bytes |
 * | safe integer, bigint | 2 | decimal text | int |
 * | boolean, other number, null, array, plain object, Map, Set | 1 | pickle, protocol 4 | bool, float, None, list, dict, set |
 *
 * It reads all that pymemcache and python-memcached write: these, pickles of plain data in all protocols, and zlib (flags
 * 8). No code is ever run: a pickle of anything but plain data is a CodecError that names it, and so are other flags. A
 * value that would lose something is rejected with a TypeError, by the rules of {@linkcode libmcCodec}.
 *
 * All flags belong to this codec: values are neither compressed nor split.
 *
 * @example A Python dict
 * ```ts
 * import { pymemcacheCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const { data, flags } = pymemcacheCodec.encode({ id: 7 });
 * assertEquals(flags, 1);
 * assertEquals(pymemcacheCodec.decode(data as Uint8Array, flags), { id: 7 });
 * ```
 */
export const pymemcacheCodec: Codec = {
  bytesFlags: 0,

  encode(value: unknown): Encoded {
    return encodePython(value, FLAG_INTEGER);
  },

  decode(data: Uint8Array, flags: number, memory?: number, inflateBudget?: InflateBudget): unknown {
    return decodePython("pymemcache", data, flags, memory, inflateBudget);
  },
};
