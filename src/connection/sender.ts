/** Sends requests on a transport, and tracks how much has left. */

import type { Traffic } from "./contract.ts";
import type { Transport } from "../transports/transport.ts";
import { impossibleCount, isCount } from "./byte_count.ts";

/** Sends one request after the other. A request consists of all bytes that leave together. */
export class Sender {
  readonly #transport: Transport;
  readonly #traffic: Traffic;
  /** Number of bytes of the request under way that have not left. */
  unwritten = 0;
  /** False if the last request failed before its first byte left. Unless the transport says so, it may have left. */
  mayHaveLeft = false;

  constructor(transport: Transport, traffic: Traffic) {
    this.#transport = transport;
    this.#traffic = traffic;
  }

  /**
   * Sends the parts of a request in order.
   *
   * @param onProgress Called when some of it has left and more will follow.
   * @throws The error of the transport.
   * @throws {RangeError} If the transport says that it took nothing, or more than there is.
   * @throws {TypeError} If lent data has changed its length meanwhile: the server would take commands for data, or data
   * for commands.
   */
  async send(parts: readonly Uint8Array[], onProgress: () => void): Promise<void> {
    const lengths = parts.map((part) => part.length);
    this.unwritten = 0;
    for (const length of lengths) this.unwritten += length;
    this.mayHaveLeft = true;
    let anySent = false;
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i];
      for (let at = 0; at < lengths[i];) {
        let count: number;
        try {
          if (part.length !== lengths[i]) throw new TypeError(CHANGED);
          count = await this.#transport.write(at === 0 ? part : part.subarray(at));
        } catch (error) {
          this.mayHaveLeft = anySent || this.#transport.mayWriteInPart === true;
          throw error;
        }
        if (!isCount(count, lengths[i] - at)) {
          throw impossibleCount("write", count, lengths[i] - at);
        }
        at += count;
        anySent = true;
        this.unwritten -= count;
        this.#traffic.bytesWritten += count;
        this.#traffic.writes++;
        if (this.unwritten > 0) onProgress();
      }
    }
  }
}

const CHANGED = "Cannot send data as its length changed before it was sent";
