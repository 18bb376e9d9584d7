/** A dialler whose connections are real, and can be held, lost and refused by a test. */

import type { Connect, Transport } from "@libmc/libmc";
import { platformConnect } from "../support/platform_connect.ts";
import { textOf } from "../support/wire.ts";

/** Dials with the client's own dialler, and remembers. */
export class GatedConnect {
  readonly connections: GatedConnection[] = [];
  /** Dials fail. */
  refuses = false;
  /** Dials so far, those that failed among them. */
  dials = 0;

  /** To be given to a client. */
  readonly connect: Connect = async (endpoint, signal) => {
    this.dials++;
    if (this.refuses) throw new Error("no more connections");
    const connection = new GatedConnection(await platformConnect(endpoint, signal));
    this.connections.push(connection);
    return connection;
  };

  /** How many connections are open. */
  get open(): number {
    return this.connections.filter(({ closed }) => !closed).length;
  }

  /** How often each connection has carried this text. */
  requests(text: string): number[] {
    return this.connections.map(({ sent }) => sent.split(text).length - 1);
  }
}

/** One connection. */
export class GatedConnection implements Transport {
  readonly #transport: Transport;
  /** All bytes sent, one char each. */
  sent = "";
  closed = false;
  #gate: PromiseWithResolvers<void> | undefined;
  readonly #lost = Promise.withResolvers<null>();
  #isLost = false;

  constructor(transport: Transport) {
    this.#transport = transport;
  }

  /** Lets nothing that comes pass. */
  hold(): void {
    this.#gate ??= Promise.withResolvers<void>();
  }

  /** Lets everything pass again. */
  release(): void {
    this.#gate?.resolve();
    this.#gate = undefined;
  }

  /** Ends the stream, as a server does that closes. What is held never comes. */
  lose(): void {
    this.#isLost = true;
    this.#lost.resolve(null);
    this.release();
  }

  async read(into: Uint8Array): Promise<number | null> {
    const count = await Promise.race([this.#transport.read(into), this.#lost.promise]);
    await this.#gate?.promise;
    return this.#isLost ? null : count;
  }

  async write(bytes: Uint8Array): Promise<number> {
    const count = await this.#transport.write(bytes);
    this.sent += textOf(bytes.subarray(0, count));
    return count;
  }

  close(): void {
    this.closed = true;
    this.release();
    this.#transport.close();
  }
}
