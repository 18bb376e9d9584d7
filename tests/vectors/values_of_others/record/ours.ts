/** Prints what our codecs store, for the originals to read. */

import { encodeBase64 } from "@std/encoding";
import { ORIGINALS } from "../../../codec/clients/our_values.ts";

const stored = Object.entries(ORIGINALS).map(([name, { codec, ours }]) => [
  name,
  ours.map((value) => {
    const { data, flags } = codec.encode(value);
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    return { flags, b64: encodeBase64(bytes) };
  }),
]);
console.log(JSON.stringify(Object.fromEntries(stored)));
