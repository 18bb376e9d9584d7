/** The codec for those who want JSON and no more. */

import { CodecError } from "../errors.ts";
import type { Codec, Encoded } from "./codec.ts";
import { FLAG_JSON } from "./flags.ts";
import { decodeJson } from "./json.ts";
import { describe } from "./loss.ts";

/**
 * The codec that is exactly `JSON.stringify` and `JSON.parse`, with all that they change or leave out: a Date becomes text,
 * NaN becomes null, a Map becomes `{}`, `toJSON` is called.
 *
 * It writes flags 64, as {@linkcode jsCodec} does for JSON, so that clients with that codec or {@linkcode libmcCodec} read the
 * values. It reads flags 64, and flags 0, with which other programs store JSON; other flags are a CodecError. Without flags and
 * bytes an item is the placeholder of a lease: a miss. What `JSON.stringify` has no text for (undefined, functions, symbols) is
 * rejected with a TypeError, and so is a bigint. Compression and splitting are those of the client.
 *
 * @example What becomes of a Date
 * ```ts
 * import { jsonCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const { data, flags } = jsonCodec.encode({ at: new Date(0) });
 * assertEquals(data, '{"at":"1970-01-01T00:00:00.000Z"}');
 * assertEquals(flags, 64);
 * ```
 */
export const jsonCodec: Codec = {
  libmcFlags: true,

  encode(value: unknown): Encoded {
    // It gives undefined for some values, whatever its type says.
    const data: string | undefined = JSON.stringify(value);
    if (data !== undefined) return { data, flags: FLAG_JSON };
    throw new TypeError(`Cannot encode value as JSON has no text for it: ${describe(value)}`);
  },

  decode(data: Uint8Array, flags: number, memory?: number): unknown {
    if (flags === 0 && data.length === 0) return undefined;
    if (flags === 0 || flags === FLAG_JSON) return decodeJson(data, memory);
    throw new CodecError(
      `Cannot read a value with flags ${flags} as jsonCodec reads flags ${FLAG_JSON} and 0 only`,
    );
  },
};
