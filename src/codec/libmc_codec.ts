/**
 * The codec for a cluster shared with Python applications that use libmc: the same bytes and flags for the same values.
 */

import { plainBytes } from "../checks/bytes.ts";
import type { Codec, Encoded } from "./codec.ts";
import { decodeTyped } from "./decode.ts";
import { FLAG_BOOL, FLAG_INTEGER, FLAG_MARSHAL, TYPE_FLAGS } from "./flags.ts";
import { encodeBigint } from "./integer.ts";
import { lostWhole } from "./way_out.ts";
import { writeMarshal, writeMarshalFloat, writeMarshalText } from "./python/marshal_writer.ts";

/**
 * The codec that stores values as libmc does, so that Python applications read them.
 *
 * A value that would lose something is rejected with a TypeError.
 *
 * | value | flags | data |
 * | --- | --- | --- |
 * | string | 32 | marshal |
 * | Uint8Array | 0 | the bytes |
 * | boolean | 8 | `1` or `0` |
 * | safe integer, bigint | 4 | decimal text |
 * | other number | 32 | a marshal float |
 * | null, array, plain object, Map, Set | 32 | marshal |
 *
 * Python has one integer type: a bigint that is a safe integer comes back as a number. A Map is stored as a dict. A
 * dict whose keys are all strings is read as an object; so a Map with such keys is rejected, and so is an empty one.
 * Keys and members that Python takes for equal are rejected, as it would keep only one of them: `1`, `1n` and `true`;
 * arrays, bytes and Sets of the same content. Properties that are undefined are left out, as {@linkcode jsCodec} does.
 * The codec reads all that {@linkcode jsCodec} and libmc write, plain pickle included.
 *
 * @example A Python dict
 * ```ts
 * import { libmcCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const { data, flags } = libmcCodec.encode({ id: 7 });
 * assertEquals(flags, 32);
 * assertEquals(libmcCodec.decode(data as Uint8Array, flags), { id: 7 });
 * ```
 */
export const libmcCodec: Codec = {
  bytesFlags: 0,
  libmcFlags: true,

  encode(value: unknown): Encoded {
    switch (typeof value) {
      case "string":
        return { data: writeMarshalText(value), flags: FLAG_MARSHAL };
      case "number":
        return Number.isSafeInteger(value) && !Object.is(value, -0)
          ? { data: String(value), flags: FLAG_INTEGER }
          : { data: writeMarshalFloat(value), flags: FLAG_MARSHAL };
      case "boolean":
        return { data: value ? "1" : "0", flags: FLAG_BOOL };
      case "bigint":
        return { data: encodeBigint(value), flags: FLAG_INTEGER };
      case "object":
        return value instanceof Uint8Array
          ? { data: plainBytes(value), flags: 0 }
          : { data: writeMarshal(value), flags: FLAG_MARSHAL };
      default:
        throw lostWhole(value);
    }
  },

  decode(data: Uint8Array, flags: number, memory?: number): unknown {
    return flags & TYPE_FLAGS ? decodeTyped(data, flags, memory) : new Uint8Array(data);
  },
};
