/** Dials, and knows what it has left open. */

import type { Connect, Transport } from "@libmc/libmc";
import { platformConnect } from "../../support/platform_connect.ts";

/** A server that nobody listens at. No network is needed to know that, and thousands of cells ask for it. */
export const ABSENT = "127.0.0.1:1 absent";

/** Dials as a client does by default, and counts. */
export class CountingConnect {
  readonly #dial: Connect;
  /** Dials so far. */
  dials = 0;
  /** Transports that were given out and are not closed. */
  open = 0;
  /** Transports that were closed more than once. */
  closedTwice = 0;

  constructor(dial: Connect = platformConnect) {
    this.#dial = dial;
  }

  /** The `connect` option of a client. */
  readonly connect: Connect = (endpoint, signal) => {
    this.dials++;
    if ("port" in endpoint && endpoint.port === 1) {
      return Promise.reject(new Error("nobody is there"));
    }
    return this.#count(this.#dial(endpoint, signal));
  };

  async #count(dialled: Promise<Transport>): Promise<Transport> {
    const transport = await dialled;
    this.open++;
    let closed = false;
    return {
      read: (into) => transport.read(into),
      write: (bytes) => transport.write(bytes),
      close: () => {
        if (closed) this.closedTwice++;
        else this.open--;
        closed = true;
        transport.close();
      },
    };
  }
}
