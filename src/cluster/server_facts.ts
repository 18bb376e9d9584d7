/** What is known of a server without asking it. */

import { type Habits, unknownHabits } from "../connection/suspicion.ts";
import type { ObservedServer } from "../observe/observer.ts";
import type { Address } from "../placement/address.ts";
import type { PeerAddress, Transport } from "../transports/transport.ts";
import { type ServerCounters, zeroCounters } from "./counters.ts";

/** The address of a server, its counters, and where its connections lead. */
export abstract class ServerFacts implements ObservedServer {
  #address: Address;
  /** Made when something is counted: a client may know a thousand servers. */
  #counted: ServerCounters | undefined;
  #peer: PeerAddress | undefined;
  /** Made for the first connection, as the counters. */
  #habits: Habits | undefined;

  constructor(address: Address) {
    this.#address = address;
  }

  /** Display name. */
  get name(): string {
    return this.#address.name;
  }

  get address(): Address {
    return this.#address;
  }

  get counters(): ServerCounters {
    return this.#counted ??= zeroCounters();
  }

  get peer(): PeerAddress | undefined {
    return this.#peer;
  }

  /** True once a command has succeeded. */
  get hasServed(): boolean {
    return this.#habits?.hasServed === true;
  }

  protected get habits(): Habits {
    return this.#habits ??= unknownHabits();
  }

  abstract get connections(): number;
  abstract get waiting(): number;

  protected moveTo(address: Address): void {
    this.#address = address;
    this.#peer = undefined;
  }

  /** Notes where a new connection leads. A transport of the user's may throw when it is asked. */
  protected reached(transport: Transport): void {
    try {
      this.#peer = transport.remoteAddr;
    } catch {
      this.#peer = undefined;
    }
  }
}
