/**
 * Reads data blocks by their flags, for both codecs: each reads everything that either of them writes, and everything
 * that libmc writes. They differ only in data without flags.
 */

import {
  FLAG_BIGINT,
  FLAG_BOOL,
  FLAG_BYTES,
  FLAG_INTEGER,
  FLAG_JSON,
  FLAG_MARSHAL,
  FLAG_OLD_INTEGER,
  FLAG_PICKLE,
  FLAG_TEXT,
} from "./flags.ts";
import { decodeBigint, decodeInteger } from "./integer.ts";
import { decodeJson } from "./json.ts";
import { readMarshal } from "./python/marshal_reader.ts";
import { readPickle } from "./python/pickle_reader.ts";
import { decodeText } from "./text.ts";

/**
 * Decodes a data block whose flags have at least one of {@linkcode TYPE_FLAGS}. If several are set, the first counts,
 * in libmc's order and then ours: 8, 2, 4, 32, 1, 64, 128, 512. Flag 256 changes only the result of 2 and 4.
 *
 * @param data Borrowed.
 * @param memory Most bytes of memory that the value may take.
 * @returns Owned.
 * @throws {CodecError} If the data does not fit the flags, or would take too much memory.
 */
export function decodeTyped(data: Uint8Array, flags: number, memory?: number): unknown {
  if (flags & FLAG_BOOL) return decodeInteger(data) !== 0;
  if (flags & (FLAG_OLD_INTEGER | FLAG_INTEGER)) {
    return flags & FLAG_BIGINT ? decodeBigint(data) : decodeInteger(data);
  }
  if (flags & FLAG_MARSHAL) return readMarshal(data, memory);
  if (flags & FLAG_PICKLE) return readPickle(data, memory);
  if (flags & FLAG_JSON) return decodeJson(data, memory);
  if (flags & FLAG_BYTES) return new Uint8Array(data);
  // Whatever was appended to the empty text.
  if (flags & FLAG_TEXT) return decodeText(data, 0, data.length) ?? new Uint8Array(data);
  throw new TypeError(`Cannot decode flags ${flags} by type as they name none`);
}
