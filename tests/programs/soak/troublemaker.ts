/** Lets things go wrong at random, one server at a time or several at once, and puts them right again. */

import type { ProxyFaults } from "@libmc/libmc/testing";
import type { Random } from "../../support/random.ts";
import type { Stand } from "./stand.ts";
import type { Tally } from "./tally.ts";

/** Makes trouble until it is told to stop. */
export class Troublemaker {
  readonly #random: Random;
  readonly #stands: readonly Stand[];
  readonly #tally: Tally;
  /** Servers that are told to be dead, and those that were at some time since something was last done to them. */
  readonly #dead = new Set<string>();
  readonly #told = new Set<string>();
  /** Kind of a fault → how often it was made. */
  readonly made = new Map<string, number>();

  constructor(random: Random, stands: readonly Stand[], tally: Tally) {
    this.#random = random;
    this.#stands = stands;
    this.#tally = tally;
  }

  /** Hears that a server is told to be dead, or alive again. */
  hear(event: "dead" | "alive", server: string | undefined): void {
    const name = String(server);
    if (event === "alive") this.#dead.delete(name);
    else for (const servers of [this.#dead, this.#told]) servers.add(name);
  }

  /** Resolves once the signal is aborted and all is right again. */
  async run(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#stands.map((stand) => this.#trouble(stand, signal)));
  }

  async #trouble(stand: Stand, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await pause(100 + this.#random.below(900), signal);
      if (signal.aborted) return;
      const kind = this.#random.pick(KINDS);
      // One that is dead already is not told to be once more.
      if (!this.#dead.has(stand.name)) this.#told.delete(stand.name);
      this.made.set(kind, (this.made.get(kind) ?? 0) + 1);
      await this.#make(stand, kind, signal);
    }
  }

  async #make(stand: Stand, kind: Kind, signal: AbortSignal): Promise<void> {
    const random = this.#random;
    const { proxy } = stand;
    const lasting = 50 + random.below(500);
    switch (kind) {
      case "disconnect":
        return proxy.disconnect();
      case "reset":
        return proxy.reset();
      case "pause":
        stand.pause();
        await pause(lasting, signal);
        return stand.resume();
      case "hang":
        this.#tally.hangs++;
        stand.pause();
        await pause(HANG, signal);
        // On a busy machine it is told later.
        for (let i = 0; i < 10 && !this.#told.has(stand.name); i++) await pause(HANG / 5, signal);
        stand.resume();
        // One that the end of the soak cut short proves nothing.
        if (this.#told.has(stand.name) || signal.aborted) this.#tally.hangsTold++;
        return;
      case "kill and start":
        await stand.kill();
        await pause(lasting, signal);
        return await stand.restart();
      default:
        await proxy.set(FAULTS[kind](random));
        await pause(lasting, signal);
        return await proxy.clear();
    }
  }
}

type Kind = keyof typeof FAULTS | "disconnect" | "reset" | "pause" | "hang" | "kill and start";

const FAULTS = {
  delay: (random: Random): ProxyFaults => ({ delayMs: random.below(400), probability: 0.3 }),
  stall: (): ProxyFaults => ({ stall: true }),
  "drop in a reply": (random: Random): ProxyFaults => ({ dropAfter: random.below(3000) }),
  "single bytes": (): ProxyFaults => ({ singleBytes: true, probability: 0.1 }),
  "reset at a request": (): ProxyFaults => ({ reset: "request", probability: 0.05 }),
  "reset at a reply": (): ProxyFaults => ({ reset: "reply", probability: 0.05 }),
  "refuse": (): ProxyFaults => ({ refuse: true }),
  "refuse and reset": (): ProxyFaults => ({ refuse: true, reset: "request" }),
  "slow line": (random: Random): ProxyFaults => ({
    bytesPerSecond: 20_000 + random.below(10 ** 6),
  }),
};
const KINDS: readonly Kind[] = [
  ...Object.keys(FAULTS) as (keyof typeof FAULTS)[],
  "disconnect",
  "reset",
  "pause",
  "hang",
  "kill and start",
];

/** How long a server hangs: for several silences, one after the other. */
const HANG = 3000;

/** Waits, or until the signal is aborted. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}
