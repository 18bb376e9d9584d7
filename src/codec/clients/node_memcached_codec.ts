/**
 * The codec for a cluster shared with Node applications that use npm's memcached.
 *
 * That client splits replies at line ends, wherever they are. So it writes a backslash before each CR and LF of a value,
 * and takes it away again. Bytes it writes as the UTF-8 of a text in which each character is one byte.
 */

import { plainBytes } from "../../checks/bytes.ts";
import { CodecError } from "../../errors.ts";
import type { Codec, Encoded } from "../codec.ts";
import { decodeInteger } from "../integer.ts";
import { decodeJson, encodeJson } from "../json.ts";
import { describe } from "../loss.ts";
import { decodeLatin1, decodeText } from "../text.ts";
import { noForm, textOf, unknownFlags, wellFormed } from "./reading.ts";

/**
 * The codec that stores values as npm's memcached does.
 *
 * | value | flags | data |
 * | --- | --- | --- |
 * | string | 0 | UTF-8, with a backslash before each CR and LF |
 * | Uint8Array | 4 | the UTF-8 of a text of one character a byte, with such backslashes |
 * | number | 8 | decimal text, `NaN`, `Infinity` |
 * | boolean, null, array, plain object | 2 | JSON |
 *
 * It reads the same, and text that is not UTF-8 as a Uint8Array. A counter above 2^53 is read as a bigint. Other flags are a
 * CodecError. A bigint, and what JSON would lose, is rejected with a TypeError.
 *
 * All flags belong to this codec: values are neither compressed nor split.
 *
 * @example The form of an object
 * ```ts
 * import { nodeMemcachedCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(nodeMemcachedCodec.encode({ id: 7 }), { data: '{"id":7}', flags: 2 });
 * assertEquals(nodeMemcachedCodec.encode("two\nlines"), { data: "two\\\nlines", flags: 0 });
 * ```
 */
export const nodeMemcachedCodec: Codec = {
  encode(value: unknown): Encoded {
    switch (typeof value) {
      case "string":
        return { data: escaped(wellFormed(value)), flags: 0 };
      case "number":
        return { data: Object.is(value, -0) ? "-0" : String(value), flags: FLAG_NUMERIC };
      case "boolean":
        return { data: String(value), flags: FLAG_JSON };
      case "object":
        if (!(value instanceof Uint8Array)) return { data: encodeJson(value), flags: FLAG_JSON };
        return { data: escaped(latin1Of(plainBytes(value))), flags: FLAG_BINARY };
      default:
        throw noForm(describe(value), "npm's memcached");
    }
  },

  decode(data: Uint8Array, flags: number, memory?: number): unknown {
    switch (flags) {
      case 0: {
        const text = decodeText(data, 0, data.length);
        return text === undefined ? new Uint8Array(data) : unescaped(text);
      }
      case FLAG_JSON:
        return decodeJson(data, memory);
      case FLAG_BINARY:
        return bytesOf(unescaped(textOf(data, "npm's memcached")));
      case FLAG_NUMERIC:
        return numberOf(data);
      default:
        throw unknownFlags(flags, "npm's memcached");
    }
  },
};

function escaped(text: string): string {
  return text.replace(/[\r\n]/g, "\\$&");
}

function unescaped(text: string): string {
  return text.includes("\\") ? text.replace(/\\([\r\n])/g, "$1") : text;
}

function latin1Of(bytes: Uint8Array): string {
  return decodeLatin1(bytes, 0, bytes.length);
}

function bytesOf(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) {
      throw new CodecError("Cannot read bytes of npm's memcached as one of them is above 255");
    }
    bytes[i] = code;
  }
  return bytes;
}

function numberOf(data: Uint8Array): number | bigint {
  const text = data.length <= LONGEST_NUMBER ? decodeLatin1(data, 0, data.length).trimEnd() : "";
  const number = NUMBER.test(text) ? Number(text) : decodeInteger(data);
  // A server counts on where a number of JavaScript is rounded.
  if (Math.abs(Number(number)) <= Number.MAX_SAFE_INTEGER || String(number) === text) return number;
  return /^-?[0-9]+$/.test(text) ? decodeInteger(data) : number;
}

const NUMBER = /^(?:-?(?:[0-9]+(?:\.[0-9]+)?(?:e[+-]?[0-9]+)?|Infinity)|NaN)$/;
/** In bytes: `-2.2250738585072014e-308` has 24. */
const LONGEST_NUMBER = 32;

const FLAG_JSON = 2;
const FLAG_BINARY = 4;
const FLAG_NUMERIC = 8;
