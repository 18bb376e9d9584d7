/** What is known of a server without asking it. */

import type { ObservedServer } from "../observe/observer.ts";
import type { Address } from "../placement/address.ts";
import { type ServerCounters, zeroCounters } from "./counters.ts";

/** The address and the counters of a server. */
export abstract class ServerFacts implements ObservedServer {
  #address: Address;
  /** Made when something is counted: a client may know a thousand servers. */
  #counted: ServerCounters | undefined;

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

  protected moveTo(address: Address): void {
    this.#address = address;
  }
}
