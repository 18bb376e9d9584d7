/** Makes a transport of a pair of streams, as most platforms and tunnels give them. */

import type { Transport } from "./transport.ts";

/**
 * Makes a transport of a pair of byte streams, for a `connect` option that dials in some other way.
 *
 * @param streams What the server sends, and what it is sent.
 * @returns A transport; closing it cancels the one and aborts the other.
 *
 * @example A server that answers everything with a miss
 * ```ts
 * import { Client, transportOf } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * await using client = new Client("memory", {
 *   connect: () => {
 *     const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
 *       transform: (_request, replies) => replies.enqueue(new TextEncoder().encode("END\r\n")),
 *     });
 *     return Promise.resolve(transportOf({ readable, writable }));
 *   },
 * });
 * assertEquals(await client.get("key"), undefined);
 * ```
 */
export function transportOf(
  { readable, writable }: {
    readable: ReadableStream<Uint8Array>;
    writable: WritableStream<Uint8Array>;
  },
): Transport {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  let rest = new Uint8Array(0);
  // Both are told by the next read or write, too.
  reader.closed.catch(() => {});
  writer.closed.catch(() => {});
  return {
    mayWriteInPart: true,
    async read(into) {
      while (rest.length === 0) {
        const { done, value } = await reader.read();
        if (done) return null;
        rest = value as Uint8Array<ArrayBuffer>;
      }
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    async write(bytes) {
      // A stream may keep what it is given; the request buffer is used again.
      await writer.write(bytes.slice());
      return bytes.length;
    },
    close() {
      reader.cancel().catch(() => {});
      writer.abort().catch(() => {});
    },
  };
}
