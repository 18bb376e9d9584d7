/** The codec for a cluster shared with PHP applications that use the extension memcached. */

import { CodecError } from "../../errors.ts";
import type { InflateBudget } from "../budget.ts";
import type { Codec, Encoded } from "../codec.ts";
import { inflate } from "../compression.ts";
import { decodeInteger } from "../integer.ts";
import { describe } from "../loss.ts";
import { decodeLatin1 } from "../text.ts";
import { decompressFastlz } from "./fastlz.ts";
import { decodeForeignJson, encodeForeignJson, type ForeignReader } from "./foreign_json.ts";
import { readPhpSerialized } from "./php_serialized.ts";
import { inflated, noBytes, noForm, textOrBytes, unknownFlags, wellFormed } from "./reading.ts";

/**
 * The codec that stores values as php-memcached does.
 *
 * | value | flags | data | in PHP |
 * | --- | --- | --- | --- |
 * | string | 0 | UTF-8 | string |
 * | safe integer, bigint of 64 bits | 1 | decimal text | int |
 * | other number | 2 | decimal text, `NaN`, `Infinity` | float |
 * | boolean | 3 | `1`, or no bytes | bool |
 * | null, array, plain object | 6 | JSON | null, array, stdClass (with `SERIALIZER_JSON_ARRAY` an array) |
 *
 * It reads these, and of what php-memcached writes:
 *
 * - `serialize()` data (flags 4), PHP's default for arrays and null. A list becomes an array, as does the empty array; an array whose
 *   keys are all strings becomes an object, any other a Map, whose order counts; stdClass becomes an object.
 * - what it has compressed by zlib (flags 48) or FastLZ (flags 80). Flags of the application (`OPT_USER_FLAGS`) are ignored.
 *
 * A string that is not UTF-8 is given as a Uint8Array, integers above 2^53 as bigints. Objects of other classes, enums, references,
 * keys that are not UTF-8, bytes behind the end of a value, igbinary, msgpack and zstd are a CodecError that names them, and so are
 * other flags; no code is ever run.
 *
 * PHP does not tell bytes from text, so a Uint8Array is rejected with a TypeError: `setRaw()` stores one. So is what PHP would read as
 * null without a word: JSON of more than 511 levels, with a lone surrogate, or with a key that begins with NUL. All flags belong to this codec: values are neither compressed nor split.
 *
 * @example Values of both sides
 * ```ts
 * import { phpCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(phpCodec.encode({ id: 7 }), { data: '{"id":7}', flags: 6 });
 * const serialized = new TextEncoder().encode('a:2:{i:0;s:2:"hi";i:1;d:0.5;}');
 * assertEquals(phpCodec.decode(serialized, 4), ["hi", 0.5]);
 * ```
 */
export const phpCodec: Codec = {
  textFlags: 0,

  encode(value: unknown): Encoded {
    switch (typeof value) {
      case "string":
        return { data: wellFormed(value), flags: STRING };
      case "number":
        return Number.isSafeInteger(value) && !Object.is(value, -0)
          ? { data: String(value), flags: LONG }
          : { data: Object.is(value, -0) ? "-0" : String(value), flags: DOUBLE };
      case "bigint":
        if (BigInt.asIntN(64, value) === value) return { data: String(value), flags: LONG };
        throw noForm("a bigint of more than 64 bits", "PHP");
      case "boolean":
        return { data: value ? "1" : "", flags: BOOL };
      case "object":
        if (value instanceof Uint8Array) throw noBytes("PHP");
        return { data: encodeForeignJson(value, READER), flags: JSON_TEXT };
      default:
        throw noForm(describe(value), "PHP");
    }
  },

  decode(data: Uint8Array, flags: number, memory?: number, inflateBudget?: InflateBudget): unknown {
    if ((flags & UNKNOWN) !== 0) throw unknownFlags(flags, "php-memcached");
    const type = flags & TYPE;
    const compression = flags & COMPRESSION;
    if (compression === 0) return decodeType(type, data, memory);
    const unpack = compression === ZLIB
      ? inflate
      : compression === FASTLZ
      ? decompressFastlz
      : undefined;
    if (unpack === undefined) throw refusedCompression(flags);
    const unframe = (framed: Uint8Array, limit: number) => unframed(framed, limit, unpack);
    const { data: rest, memory: left } = inflated(data, memory, inflateBudget, unframe);
    return decodeType(type, rest, left);
  },
};

function decodeType(type: number, data: Uint8Array, memory: number | undefined): unknown {
  switch (type) {
    case STRING:
      return textOrBytes(data);
    case LONG:
      return decodeInteger(data);
    case DOUBLE:
      return decodeDouble(data);
    case BOOL:
      return data[0] === ONE;
    case SERIALIZED:
      return readPhpSerialized(data, memory);
    case JSON_TEXT:
      return decodeForeignJson(data, memory);
    case IGBINARY:
    case MSGPACK:
      throw new CodecError(
        `Cannot read a value of PHP as it is ${
          type === IGBINARY ? "igbinary" : "msgpack"
        }: SERIALIZER_PHP and SERIALIZER_JSON are read`,
      );
    default:
      throw unknownFlags(type, "php-memcached");
  }
}

function decodeDouble(data: Uint8Array): number {
  const text = data.length <= LONGEST_DOUBLE ? decodeLatin1(data, 0, data.length) : "";
  if (DOUBLE_TEXT.test(text)) return Number(text);
  throw new CodecError(`Cannot read a float of PHP as its text is ${JSON.stringify(text)}`);
}

/** Takes off the length that stands before what was compressed, and holds the rest to it. */
function unframed(
  data: Uint8Array,
  limit: number,
  unpack: (data: Uint8Array, length: number) => Uint8Array,
): Uint8Array {
  if (data.length < 4) throw new CodecError("Cannot decompress a value of PHP as it is cut off");
  const length = new DataView(data.buffer, data.byteOffset).getUint32(0, true);
  if (length > limit) {
    throw new CodecError(
      `Cannot decompress a value of PHP as it must have <= ${limit} bytes: ` +
        `it says ${length}, and the option "inflateBudget" sets the bound`,
    );
  }
  const unpacked = unpack(data.subarray(4), length);
  if (unpacked.length === length) return unpacked;
  throw new CodecError(
    `Cannot decompress a value of PHP as it says ${length} bytes, and has ${unpacked.length}`,
  );
}

function refusedCompression(flags: number): CodecError {
  const how = (flags & COMPRESSION) === ZSTD ? "is zstd" : "is not known";
  return new CodecError(
    `Cannot read a value of PHP as its compression ${how}, by flags ${flags}: zlib and fastlz are read`,
  );
}

/** Where it cannot read JSON, php-memcached gives null, without an error. */
const READER: ForeignReader = {
  name: "PHP",
  refusedKey: /(?<!\\)"\\u0000(?:[^"\\]|\\.)*":/,
  refusedKeyIs: "a key that begins with NUL",
  maxDepth: 511,
};

const STRING = 0;
const LONG = 1;
const DOUBLE = 2;
const BOOL = 3;
const SERIALIZED = 4;
const IGBINARY = 5;
const JSON_TEXT = 6;
const MSGPACK = 7;

const TYPE = 15;
/** The flag of what is compressed, together with that of the algorithm. */
const ZLIB = 16 | 32;
const FASTLZ = 16 | 64;
const ZSTD = 16 | 128;
const COMPRESSION: number = ZLIB | FASTLZ | ZSTD;
/** Those above belong to the application. */
const UNKNOWN = 0xff00;

/** PHP leaves out a zero before the point. */
const DOUBLE_TEXT = /^(?:-?(?:(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?|Infinity)|NaN)$/;
/** In bytes. */
const LONGEST_DOUBLE = 40;
const ONE = 0x31;
