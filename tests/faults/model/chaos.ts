/** What goes wrong while the client is checked, and how it is set up then. */

import type { ClientOptions } from "@libmc/libmc";
import type { ProxyFaults } from "@libmc/libmc/testing";
import { Random } from "../../support/random.ts";
import { moment } from "../matrix/scene.ts";

/** Things that go wrong at random while a case runs. */
export class Chaos {
  readonly #random: Random;
  readonly #ended: Promise<void>;
  #isOver = false;

  constructor(seed: number, happen: (random: Random) => Promise<void>) {
    this.#random = new Random(seed);
    this.#ended = this.#run(happen);
  }

  /** Resolves once nothing goes wrong any more. */
  async end(): Promise<void> {
    this.#isOver = true;
    await this.#ended;
  }

  async #run(happen: (random: Random) => Promise<void>): Promise<void> {
    while (!this.#isOver) {
      await happen(this.#random);
      await moment(this.#random.below(20));
    }
  }
}

/** Gives up soon, and tries again soon. */
export const HASTY: ClientOptions = {
  strict: true,
  pollTimeout: 40,
  connectTimeout: 500,
  retryTimeout: 5,
  timeout: 2000,
};
/** What a proxy does to the network, one at a time. */
export const NETWORK_FAULTS: readonly ProxyFaults[] = [
  {},
  {},
  {},
  { delayMs: 3 },
  { delayMs: 100, probability: 0.1 },
  { reset: "request", probability: 0.3 },
  { reset: "reply", probability: 0.3 },
  { dropAfter: 100 },
  { singleBytes: true, probability: 0.3 },
  { stall: true },
  { refuse: true },
];
