/** The codec for a cluster shared with Ruby applications that use dalli. */

import { CodecError } from "../../errors.ts";
import type { InflateBudget } from "../budget.ts";
import type { Codec, Encoded } from "../codec.ts";
import { encodeBigint } from "../integer.ts";
import { describe } from "../loss.ts";
import {
  decodeForeignJson,
  encodeForeignJson,
  encodeForeignNumber,
  type ForeignReader,
} from "./foreign_json.ts";
import { inflated, noBytes, noForm, textOrBytes, unknownFlags, wellFormed } from "./reading.ts";

/**
 * The codec that stores values as dalli does: text as `raw: true`, anything else as with `serializer: JSON`.
 *
 * | value | flags | data | who reads it in Ruby |
 * | --- | --- | --- | --- |
 * | string | 0 | UTF-8 | every dalli, as a String |
 * | finite number, bigint, boolean, null, array, plain object | 1 | JSON | dalli with `serializer: JSON` |
 *
 * It reads both, and zlib (flags 2). Raw data that is not UTF-8 is given as a Uint8Array; integers above 2^53 come back as
 * bigints. Ruby's Marshal, dalli's default, is not read: such a value is a CodecError that says so, and so are other flags. A Rails application shares what it
 * writes with `raw: true`, or has `serializer: JSON`.
 *
 * Ruby does not tell bytes from text, so a Uint8Array is rejected with a TypeError: `setRaw()` stores one. So is JSON that Ruby
 * does not read: a text with a lone surrogate, a key `json_class`, by which it would make an object of a class. All flags belong
 * to this codec: values are neither compressed nor split.
 *
 * @example The form of an object
 * ```ts
 * import { dalliCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(dalliCodec.encode({ id: 7 }), { data: '{"id":7}', flags: 1 });
 * assertEquals(dalliCodec.encode("text"), { data: "text", flags: 0 });
 * ```
 */
export const dalliCodec: Codec = {
  textFlags: 0,

  encode(value: unknown): Encoded {
    switch (typeof value) {
      case "string":
        return { data: wellFormed(value), flags: 0 };
      case "number":
        if (!Number.isFinite(value)) throw noForm(describe(value), "JSON");
        return { data: encodeForeignNumber(value), flags: FLAG_SERIALIZED };
      case "bigint":
        return { data: encodeBigint(value), flags: FLAG_SERIALIZED };
      case "boolean":
        return { data: String(value), flags: FLAG_SERIALIZED };
      case "object":
        if (value instanceof Uint8Array) throw noBytes("Ruby");
        return { data: encodeForeignJson(value, READER), flags: FLAG_SERIALIZED };
      default:
        throw noForm(describe(value), "dalli");
    }
  },

  decode(data: Uint8Array, flags: number, memory?: number, inflateBudget?: InflateBudget): unknown {
    if ((flags & ~(FLAG_SERIALIZED | FLAG_COMPRESSED)) !== 0) throw unknownFlags(flags, "dalli");
    if ((flags & FLAG_COMPRESSED) === 0) return decodePlain(data, flags, memory);
    const { data: rest, memory: left } = inflated(data, memory, inflateBudget);
    return decodePlain(rest, flags, left);
  },
};

function decodePlain(data: Uint8Array, flags: number, memory?: number): unknown {
  if ((flags & FLAG_SERIALIZED) === 0) return textOrBytes(data);
  // Its version, 4.8. No JSON begins so.
  if (data[0] === 4 && data[1] === 8) {
    throw new CodecError(
      "Cannot read a value of dalli as it is Ruby's Marshal: raw: true and serializer: JSON are read",
    );
  }
  return decodeForeignJson(data, memory);
}

/** Where Ruby cannot read JSON, dalli takes its server for dead. */
const READER: ForeignReader = {
  name: "dalli",
  refusedKey: /"json_class":/,
  refusedKeyIs: 'a key "json_class", by which Ruby would make an object of a class',
};

const FLAG_SERIALIZED = 1;
const FLAG_COMPRESSED = 2;
