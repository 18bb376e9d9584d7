/** Makes a transport from a pair of streams, which most platforms and tunnels give. */

import { plainBytes } from "../checks/bytes.ts";
import type { Transport } from "./transport.ts";

/**
 * Makes a transport from a pair of byte streams, for a `connect` option that dials in some other way.
 *
 * @param streams `readable` gives the bytes that the server sends, `writable` takes those that are sent to it.
 * @returns A transport. Closing it cancels `readable` and aborts `writable`.
 * @throws {TypeError} If one of the streams is locked.
 *
 * @example A server that answers everything with a miss
 * ```ts
 * import { Client, transportFromStreams } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * await using client = new Client("memory", {
 *   connect: () => {
 *     const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>({
 *       transform: (_request, replies) => replies.enqueue(new TextEncoder().encode("END\r\n")),
 *     });
 *     return Promise.resolve(transportFromStreams({ readable, writable }));
 *   },
 * });
 * assertEquals(await client.get("key"), undefined);
 * ```
 */
export function transportFromStreams(
  { readable, writable }: {
    readable: ReadableStream<Uint8Array>;
    writable: WritableStream<Uint8Array>;
  },
): Transport {
  const reader = readable.getReader();
  const writer = writable.getWriter();
  let rest = new Uint8Array(0);
  // The next read or write rejects with the same error.
  reader.closed.catch(() => {});
  writer.closed.catch(() => {});
  return {
    mayWriteInPart: true,
    async read(into) {
      while (rest.length === 0) {
        const { done, value } = await reader.read();
        if (done) return null;
        rest = plainBytes(value);
      }
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    async write(bytes) {
      // A stream may keep the bytes that it is given, and the request buffer is used again.
      await writer.write(bytes.slice());
      return bytes.length;
    },
    close() {
      reader.cancel().catch(() => {});
      writer.abort().catch(() => {});
    },
  };
}
