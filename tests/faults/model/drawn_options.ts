/** Options that change how keys are sent, placed and kept, drawn at random; and servers that come from one source or another. */

import type { ClientOptions, DistributionName, ServerSource } from "@libmc/libmc";
import type { Random } from "../../support/random.ts";

/** The distributions that place a server by its name, so that it keeps its keys wherever it is. */
const DISTRIBUTIONS: readonly DistributionName[] = [
  ...["libmc", "ketama", "ketama_weighted", "modulo", "rendezvous"] as const,
  ...["dalli", "hashring", "spymemcached", "ketama_points", "jump"] as const,
];

/** Draws options with which a client gives the answers of the model. */
export function drawnOptions(random: Random): ClientOptions {
  const isEither = () => random.below(2) === 0;
  return {
    distribution: random.pick(DISTRIBUTIONS),
    hashTag: random.pick(["", "{}"]),
    hashPrefix: isEither(),
    longKeys: "hash",
    connections: 1 + random.below(3),
    deadAfter: random.below(4),
    replayInvalidations: isEither(),
    ...(isEither() ? { nearCache: { maxBytes: 1_000_000, maxAge: 60_000 } } : {}),
    ...(isEither() ? { failover: true, failoverExptime: 5000 } : {}),
  };
}

/** Draws what stands before all keys of a case: so much that they are too long for a server, a tag, or little. */
export function drawnPrefix(random: Random, round: number): string {
  return `${random.pick(["", "{tag}", "l".repeat(245), "é".repeat(150)])}${round}:`;
}

/** A list of servers that can be changed, and how a client hears of it. */
export class ChangingServers {
  #list: readonly string[];
  #waiting: (() => void) | undefined;

  constructor(list: readonly string[]) {
    this.#list = list;
  }

  /** Changes the list, for those who ask. */
  change(list: readonly string[]): void {
    this.#list = list;
    this.#waiting?.();
  }

  /** A function that is asked again and again. */
  readonly asked: ServerSource = Object.assign(() => [...this.#list], { interval: 3 });

  /** Lists that are pushed. */
  async *pushed(): AsyncGenerator<string[]> {
    while (true) {
      const list = this.#list;
      yield [...list];
      while (this.#list === list) await new Promise<void>((resolve) => this.#waiting = resolve);
    }
  }
}
