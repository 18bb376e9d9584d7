/**
 * The default codec, whose forms suit JavaScript best. Text is stored as text and bytes as bytes, as other clients,
 * `append` and somebody with telnet expect; containers are JSON.
 */

import { plainBytes } from "../checks/bytes.ts";
import type { Codec, Encoded } from "./codec.ts";
import { decodeTyped } from "./decode.ts";
import {
  FLAG_BIGINT,
  FLAG_BOOL,
  FLAG_BYTES,
  FLAG_INTEGER,
  FLAG_JSON,
  FLAG_MARSHAL,
  FLAG_TEXT,
  TYPE_FLAGS,
} from "./flags.ts";
import { encodeBigint } from "./integer.ts";
import { encodeJson } from "./json.ts";
import { lostWhole } from "./way_out.ts";
import { writeMarshalFloat } from "./python/marshal_writer.ts";
import { decodeText } from "./text.ts";

/**
 * The default codec: text as text, bytes as bytes, arrays and objects as JSON.
 *
 * A value that it encodes comes back equal and with its type. One that would not is rejected with a TypeError.
 *
 * | value | flags | data |
 * | --- | --- | --- |
 * | string | 0 | UTF-8 |
 * | the empty string | 512 | no bytes |
 * | Uint8Array | 128 | the bytes |
 * | boolean | 8 | `1` or `0` |
 * | safe integer | 4 | decimal text |
 * | bigint | 4 + 256 | decimal text |
 * | other number | 32 | a marshal float |
 * | null, array, plain object | 64 | JSON |
 *
 * It reads all that {@linkcode libmcCodec} and libmc write, marshal and plain pickle included. Data with flags 0 that
 * is not UTF-8 is given as a Uint8Array; without bytes it is the placeholder of a lease, and decoded to `undefined`: a miss. Subclasses of Uint8Array come back as Uint8Array, and objects without a
 * prototype as ordinary ones. Properties that are undefined are left out, and so is what is not enumerable. Each property
 * is read once: what is stored is what was looked through. An array of up to 64 elements that has a named property is rejected; longer arrays are
 * not searched for one.
 *
 * @example The form of an object
 * ```ts
 * import { jsCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const { data, flags } = jsCodec.encode({ id: 7, tags: ["a"] });
 * assertEquals(data, '{"id":7,"tags":["a"]}');
 * assertEquals(flags, 64);
 * ```
 */
export const jsCodec: Codec = {
  textFlags: 0,
  bytesFlags: FLAG_BYTES,
  libmcFlags: true,

  encode(value: unknown): Encoded {
    switch (typeof value) {
      case "string":
        if (value === "") return { data: value, flags: FLAG_TEXT };
        if (value.isWellFormed()) return { data: value, flags: 0 };
        throw new TypeError("Cannot encode value as UTF-8 would lose it: a lone surrogate");
      case "number":
        return Number.isSafeInteger(value) && !Object.is(value, -0)
          ? { data: String(value), flags: FLAG_INTEGER }
          : { data: writeMarshalFloat(value), flags: FLAG_MARSHAL };
      case "boolean":
        return { data: value ? "1" : "0", flags: FLAG_BOOL };
      case "bigint":
        return { data: encodeBigint(value), flags: FLAG_INTEGER | FLAG_BIGINT };
      case "object":
        return value instanceof Uint8Array
          ? { data: plainBytes(value), flags: FLAG_BYTES }
          : { data: encodeJson(value), flags: FLAG_JSON };
      default:
        throw lostWhole(value);
    }
  },

  decode(data: Uint8Array, flags: number, memory?: number): unknown {
    if (flags & TYPE_FLAGS) return decodeTyped(data, flags, memory);
    // What a server makes for somebody who is to store a value is not a value.
    if (data.length === 0) return undefined;
    return decodeText(data, 0, data.length) ?? new Uint8Array(data);
  },
};
