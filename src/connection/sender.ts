/** Sends requests on a transport, and tracks how much has left. */

import type { Traffic } from "./contract.ts";
import type { Transport } from "../transports/transport.ts";
import { impossibleCount, isCount } from "./byte_count.ts";

/** What is told of a request under way. */
export interface Sending {
  /** Called when some of it has left and more will follow. */
  progress(): void;
  /** Called when all of it has left. */
  sent(): void;
  /**
   * Called when it failed.
   *
   * @param cause The error of the transport; a RangeError if the transport says that it took nothing, or more than there
   * is; a TypeError if lent data has changed its length meanwhile: the server would take commands for data, or data for
   * commands.
   */
  failed(cause: unknown): void;
}

/**
 * Sends one request after the other. A request consists of all bytes that leave together. No function here is `async`:
 * with two of them in each other a `get` took 0.5 µs longer.
 */
export class Sender {
  readonly #transport: Transport;
  readonly #traffic: Traffic;
  readonly #told: Sending;
  /** The request under way. */
  #parts: readonly Uint8Array[] = NONE;
  /** The lengths that its parts had when it was given, and others behind them: to empty it would cost 150 bytes. */
  #lengths: number[] = [];
  /** Which part is being sent, and how much of it has left. */
  #index = 0;
  #at = 0;
  #anySent = false;
  #stopped = false;
  /** Number of bytes of the request under way that have not left. */
  unwritten = 0;
  /** False if the last request failed before its first byte left. Unless the transport says so, it may have left. */
  mayHaveLeft = false;

  constructor(transport: Transport, traffic: Traffic, told: Sending) {
    this.#transport = transport;
    this.#traffic = traffic;
    this.#told = told;
  }

  /** Sends the parts of a request in order. The one before it must be over. */
  send(parts: readonly Uint8Array[]): void {
    this.#parts = parts;
    if (this.#lengths.length > MANY_PARTS) this.#lengths = [];
    this.#index =
      this.#at =
      this.unwritten =
        0;
    for (let i = 0; i < parts.length; i++) {
      const { length } = parts[i];
      this.#lengths[i] = length;
      this.unwritten += length;
    }
    this.mayHaveLeft = true;
    this.#anySent = false;
    this.#write();
  }

  /** Ends for good: nothing more is given to the transport, even if it has taken only a part of a request. */
  stop(): void {
    this.#stopped = true;
    this.#parts = NONE;
  }

  #write(): void {
    const part = this.#parts[this.#index];
    let writing: Promise<number>;
    try {
      if (part.length !== this.#lengths[this.#index]) throw new TypeError(CHANGED);
      writing = this.#transport.write(this.#at === 0 ? part : part.subarray(this.#at));
    } catch (cause) {
      return this.#failed(cause);
    }
    // A transport of the user's own may give any thenable.
    Promise.resolve(writing).then(this.#wrote, this.#failed);
  }

  readonly #wrote = (count: number): void => {
    if (this.#stopped) return;
    try {
      this.#goOn(count);
    } catch (cause) {
      this.#told.failed(cause);
    }
  };

  #goOn(count: number): void {
    const left = this.#lengths[this.#index] - this.#at;
    if (!isCount(count, left)) throw impossibleCount("write", count, left);
    this.#anySent = true;
    this.unwritten -= count;
    this.#traffic.bytesWritten += count;
    this.#traffic.writes++;
    if (this.unwritten === 0) {
      // Lent data may be big, and the next request may be far off.
      this.#parts = NONE;
      return this.#told.sent();
    }
    if (count < left) this.#at += count;
    else {
      this.#index++;
      this.#at = 0;
    }
    this.#told.progress();
    this.#write();
  }

  readonly #failed = (cause: unknown): void => {
    if (this.#stopped) return;
    this.mayHaveLeft = this.#anySent || this.#transport.mayWriteInPart === true;
    this.#told.failed(cause);
  };
}

const NONE: readonly Uint8Array[] = [];
/** The lengths of so many parts are kept. */
const MANY_PARTS = 16;
const CHANGED = "Cannot send data as its length changed before it was sent";
