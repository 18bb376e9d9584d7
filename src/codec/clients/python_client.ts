/** What the Python clients pylibmc and pymemcache have in common: all but the flag of an integer. */

import { plainBytes } from "../../checks/bytes.ts";
import type { InflateBudget } from "../budget.ts";
import type { Encoded } from "../codec.ts";
import { decodeInteger, encodeBigint } from "../integer.ts";
import { lostWhole } from "../way_out.ts";
import { readPickle } from "../python/pickle_reader.ts";
import { writePickle } from "../python/pickle_writer.ts";
import { inflated, textOf, unknownFlags } from "./reading.ts";

/** Encodes a value, an integer with the given flags. */
export function encodePython(value: unknown, integerFlags: number): Encoded {
  switch (typeof value) {
    case "string":
      if (value.isWellFormed()) return { data: value, flags: FLAG_TEXT };
      break;
    case "number":
      if (!Number.isSafeInteger(value) || Object.is(value, -0)) break;
      return { data: String(value), flags: integerFlags };
    case "bigint":
      return { data: encodeBigint(value), flags: integerFlags };
    case "boolean":
      break;
    case "object":
      if (value instanceof Uint8Array) return { data: plainBytes(value), flags: 0 };
      break;
    default:
      throw lostWhole(value);
  }
  return { data: writePickle(value), flags: FLAG_PICKLE };
}

/** Decodes what such a client has stored. */
export function decodePython(
  client: string,
  data: Uint8Array,
  flags: number,
  memory?: number,
  budget?: InflateBudget,
): unknown {
  if ((flags & FLAG_ZLIB) !== 0) {
    const { data: rest, memory: left } = inflated(data, memory, budget);
    return decodePython(client, rest, flags & ~FLAG_ZLIB, left, budget);
  }
  switch (flags) {
    case 0:
      return new Uint8Array(data);
    case FLAG_PICKLE:
      return readPickle(data, memory);
    case FLAG_INTEGER:
    case FLAG_LONG:
      return decodeInteger(data);
    case FLAG_TEXT:
      return textOf(data, client);
    default:
      throw unknownFlags(flags, client);
  }
}

const FLAG_PICKLE = 1;
/** pymemcache marks every integer so, pylibmc only a bool, as `1` or `0`. */
export const FLAG_INTEGER = 2;
/** pylibmc marks every integer so; pymemcache does not since Python 3. */
export const FLAG_LONG = 4;
const FLAG_ZLIB = 8;
const FLAG_TEXT = 16;
