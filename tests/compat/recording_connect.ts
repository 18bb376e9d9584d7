/** A dialler that remembers, for each connection, what the client sent and who closed it. */

import { platformConnect } from "../support/platform_connect.ts";
import type { Connect, Endpoint, Transport } from "../../src/transports/transport.ts";
import { visible } from "./wire_vectors.ts";

/** What is known of one connection. */
export interface Recorded {
  readonly endpoint: Endpoint;
  /** All bytes sent, one char each. */
  sent: string;
  /** Who ended it first; `undefined` while it is open. */
  closedBy: "client" | "server" | undefined;
}

/** Dials with the client's own dialler, and writes down what happens. */
export class Recorder {
  readonly connections: Recorded[] = [];
  readonly #waiting: (() => void)[] = [];

  /** To be given to a client. */
  readonly connect: Connect = async (endpoint, signal) => {
    const transport = await platformConnect(endpoint, signal);
    const recorded: Recorded = { endpoint, sent: "", closedBy: undefined };
    this.connections.push(recorded);
    return this.#recording(transport, recorded);
  };

  /** Waits until a connection is over. */
  async ended(recorded: Recorded): Promise<void> {
    while (recorded.closedBy === undefined) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #recording(transport: Transport, recorded: Recorded): Transport {
    const end = (by: "client" | "server") => {
      recorded.closedBy ??= by;
      for (const resolve of this.#waiting.splice(0)) resolve();
    };
    return {
      async read(into) {
        try {
          const count = await transport.read(into);
          if (count === null) end("server");
          return count;
        } catch (error) {
          end("server");
          throw error;
        }
      },
      async write(bytes) {
        const count = await transport.write(bytes);
        recorded.sent += visible(bytes.subarray(0, count));
        return count;
      },
      close() {
        end("client");
        transport.close();
      },
    };
  }
}
