/** The codec for a cluster shared with Python applications that use pylibmc. */

import type { InflateBudget } from "../budget.ts";
import type { Codec, Encoded } from "../codec.ts";
import { decodePython, encodePython, FLAG_LONG } from "./python_client.ts";

/**
 * The codec that stores values as pylibmc does, so that Python applications read them; also for Django's `PyLibMCCache`.
 *
 * | value | flags | data | in Python |
 * | --- | --- | --- | --- |
 * | string | 16 | UTF-8 | str |
 * | Uint8Array | 0 | the bytes | bytes |
 * | safe integer, bigint | 4 | decimal text | int |
 * | boolean, other number, null, array, plain object, Map, Set | 1 | pickle, protocol 4 | bool, float, None, list, dict, set |
 *
 * It reads all that pylibmc writes: these, pickles of plain data in all protocols, and zlib (flags 8). pylibmc itself
 * writes a bool as the integer `1` or `0` with flags 2, and reads it as an int; so does this codec. No code is ever run: a pickle of
 * anything but plain data is a CodecError that names it, and so are other flags. A value that would lose something is
 * rejected with a TypeError, by the rules of {@linkcode libmcCodec}.
 *
 * All flags belong to this codec: values are neither compressed nor split.
 *
 * @example A Python dict
 * ```ts
 * import { pylibmcCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const { data, flags } = pylibmcCodec.encode({ id: 7 });
 * assertEquals(flags, 1);
 * assertEquals(pylibmcCodec.decode(data as Uint8Array, flags), { id: 7 });
 * ```
 */
export const pylibmcCodec: Codec = {
  bytesFlags: 0,

  encode(value: unknown): Encoded {
    return encodePython(value, FLAG_LONG);
  },

  decode(data: Uint8Array, flags: number, memory?: number, inflateBudget?: InflateBudget): unknown {
    return decodePython("pylibmc", data, flags, memory, inflateBudget);
  },
};
