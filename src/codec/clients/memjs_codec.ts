/** The codec for a cluster shared with Node applications that use memjs. */

import { plainBytes } from "../../checks/bytes.ts";
import type { Codec, Encoded } from "../codec.ts";
import { describe } from "../loss.ts";
import { noForm, unknownFlags, wellFormed } from "./reading.ts";

/**
 * The codec that stores values as npm's memjs does without a serializer of its own.
 *
 * memjs knows bytes only: it writes a string as its UTF-8 and a Buffer as it is, both with flags 0, and reads a Buffer. So
 * does this codec: **text comes back as a Uint8Array**. Anything else to be written is rejected with a TypeError, and a
 * value with other flags is a CodecError. Values are neither compressed nor split.
 *
 * @example Text comes back as bytes
 * ```ts
 * import { memjsCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(memjsCodec.encode("text"), { data: "text", flags: 0 });
 * assertEquals(memjsCodec.decode(Uint8Array.of(0x74), 0), Uint8Array.of(0x74));
 * ```
 */
export const memjsCodec: Codec = {
  bytesFlags: 0,

  encode(value: unknown): Encoded {
    if (typeof value === "string") return { data: wellFormed(value), flags: 0 };
    if (value instanceof Uint8Array) return { data: plainBytes(value), flags: 0 };
    throw noForm(describe(value), "memjs");
  },

  decode(data: Uint8Array, flags: number): unknown {
    if (flags !== 0) throw unknownFlags(flags, "memjs");
    return new Uint8Array(data);
  },
};
