/**
 * The calls of one client for one key are carried out in the order in which they were made: on several connections, with
 * noreply, while connections are lost and commands repeated. A server that a seed drives step by step carries them out at
 * every moment that there can be.
 */

import { assert, assertEquals, assertGreater } from "@std/assert";
import {
  Client,
  type ClientOptions,
  MemcachedError,
  MultiError,
  type MultiResult,
} from "@libmc/libmc";
import { ManualClock } from "../support/manual_clock.ts";
import { Random } from "../support/random.ts";
import { settle } from "../support/settle.ts";
import { SteppedMemcached } from "../support/stepped_memcached.ts";
import { type Deed, type Made, misfit, type Outcome } from "./model/call_order.ts";

const SEED = 20261128;
const TEXT_KEYS = ["a", "b", "c"];
const NUMBER_KEY = "n";
const BIG_KEY = "big";

for (const noreply of [false, true]) {
  for (const connections of [1, 2, 4]) {
    const how = `${connections} connection(s)${noreply ? ", noreply" : ""}`;

    Deno.test(`Client carries out the calls for a key in the order made, ${how}`, async () => {
      for (let round = 0; round < 40; round++) {
        const itemSizeLimit = itemSizeLimitOf(round);
        const run = new Run(SEED + round, { connections, noreply, itemSizeLimit });
        assertEquals(await run.run({ losses: false }), undefined, `seed ${SEED + round}`);
      }
    });

    Deno.test(`Client carries out the calls for a key in the order made while connections are lost, ${how}`, async () => {
      let doubted = 0;
      for (let round = 0; round < 90; round++) {
        const maxRetries = round % 3;
        const itemSizeLimit = itemSizeLimitOf(round);
        const run = new Run(SEED + round, { connections, noreply, maxRetries, itemSizeLimit });
        assertEquals(await run.run({ losses: true }), undefined, `seed ${SEED + round}`);
        doubted += run.doubted;
      }
      assertGreater(doubted, 20);
    });
  }
}

/** Chunks of a megabyte take most of the time of a round, so most rounds have smaller ones: still too big to be copied. */
function itemSizeLimitOf(round: number): number {
  return round % 5 === 0 ? 1024 * 1024 : 140_000;
}

/** A value in two chunks. */
function bigText(value: string, itemSizeLimit: number): string {
  return `${value}.`.repeat(Math.ceil(1.05 * itemSizeLimit / (value.length + 1)));
}

/** One client of one server, and random calls on a few keys. */
class Run {
  readonly #random: Random;
  readonly #server = new SteppedMemcached();
  readonly #client: Client;
  readonly #noreply: boolean;
  readonly #bigText: (value: string) => string;
  readonly #made = new Map<string, Made[]>();
  readonly #settled: Promise<void>[] = [];
  #values = 0;
  #losses = 0;
  doubted = 0;

  constructor(seed: number, options: ClientOptions & { itemSizeLimit: number }) {
    this.#random = new Random(seed);
    this.#noreply = options.noreply === true;
    this.#bigText = (value) => bigText(value, options.itemSizeLimit);
    this.#client = new Client("stepped:11211", {
      ...options,
      strict: true,
      clock: new ManualClock(),
      connect: this.#server.connect,
      retryTimeout: 0,
      pollTimeout: 0,
      timeout: 0,
    });
  }

  /** Gives a sentence for the first answer that does not fit the order of the calls, if there is one. */
  async run({ losses }: { losses: boolean }): Promise<string | undefined> {
    const random = this.#random;
    const server = this.#server;
    for (let step = 0; step < 60; step++) {
      for (let calls = random.below(5); calls > 0; calls--) this.#call();
      if (random.below(2) === 0) await settle();
      server.answersDials = random.below(3) > 0;
      if (server.answersDials) { for (const accept of server.dials.splice(0)) accept(); }
      for (let deeds = random.below(6); deeds > 0 && server.connections.length > 0; deeds--) {
        const connection = random.pick(server.connections);
        connection.carryOut();
        if (random.below(2) === 0) connection.deliver();
      }
      if (losses && server.connections.length > 0 && random.below(12) === 0) {
        this.#losses++;
        random.pick(server.connections).lose();
      }
      await settle();
    }
    server.answersDials = true;
    await this.#finish();
    // What is read in the end is the last that was done.
    for (const key of this.#made.keys()) this.#note([key], { name: "get" }, this.#client.get(key));
    await this.#finish();
    for (const [key, calls] of this.#made) {
      const wrong = misfit(key, this.#losses > 0 ? calls.map(inDoubt) : calls);
      if (wrong !== undefined) return wrong;
    }
    await this.#client.close();
    return undefined;
  }

  /** Lets the server do all that is to be done. */
  async #finish(): Promise<void> {
    for (let rounds = 0; rounds < 100; rounds++) {
      for (const accept of this.#server.dials.splice(0)) accept();
      for (const connection of [...this.#server.connections]) {
        while (connection.carryOut());
        connection.deliver();
      }
      await settle();
    }
    await Promise.all(this.#settled);
  }

  #call(): void {
    const random = this.#random;
    const client = this.#client;
    const key = random.pick(TEXT_KEYS);
    const keys = TEXT_KEYS.filter(() => random.below(2) === 0);
    const value = `v${++this.#values}`;
    const ways: (() => void)[] = [
      () => this.#note([key], { name: "get" }, client.get(key)),
      () => this.#note([key], { name: "get" }, client.get(key)),
      () => this.#note([key], { name: "set", value }, client.set(key, value)),
      () => this.#note([key], { name: "set", value }, client.set(key, value)),
      () => this.#note([key], { name: "add", value }, client.add(key, value)),
      () => this.#note([key], { name: "append", value }, client.append(key, value)),
      () => this.#note([key], { name: "delete" }, client.delete(key)),
      () => this.#note([key], { name: "touch" }, client.touch(key, 1000)),
      () => this.#note(keys, { name: "get" }, client.getMulti(keys)),
      () => this.#note(keys, { name: "set", value }, client.setMulti(keys.map((k) => [k, value]))),
      () => this.#note(keys, { name: "delete" }, client.deleteMulti(keys)),
      () => this.#callBig(),
      () => this.#note([NUMBER_KEY], { name: "incr" }, client.incr(NUMBER_KEY)),
      () => this.#note([NUMBER_KEY], { name: "set", value: "7" }, client.set(NUMBER_KEY, "7")),
      () => this.#note([NUMBER_KEY], { name: "get" }, client.get(NUMBER_KEY)),
    ];
    random.pick(ways)();
  }

  /** Makes a call for the key whose values are now and then in chunks. */
  #callBig(): void {
    const random = this.#random;
    const client = this.#client;
    const value = `v${++this.#values}`;
    const big = { name: "set", value: `${value}!`, isSplit: true } as const;
    const ways: (() => void)[] = [
      () => this.#note([BIG_KEY], { name: "get" }, client.get(BIG_KEY)),
      () => this.#note([BIG_KEY], { name: "get" }, client.get(BIG_KEY)),
      () => this.#note([BIG_KEY], { name: "set", value }, client.set(BIG_KEY, value)),
      () => this.#note([BIG_KEY], { name: "delete" }, client.delete(BIG_KEY)),
      () => this.#note([BIG_KEY], big, client.set(BIG_KEY, this.#bigText(value))),
      () => this.#note([BIG_KEY], big, client.setMulti({ [BIG_KEY]: this.#bigText(value) })),
      () => {
        const bytes = new TextEncoder().encode(this.#bigText(value));
        this.#note([BIG_KEY], big, client.setStream(BIG_KEY, ReadableStream.from([bytes])));
      },
    ];
    random.pick(ways)();
  }

  /** Notes a call in the list of each of its keys, and what will have come of it. */
  #note(keys: readonly string[], deed: Deed, call: Promise<unknown>): void {
    const made = keys.map((key) => {
      const one: Made = { deed, outcome: undefined };
      const list = this.#made.get(key);
      if (list === undefined) this.#made.set(key, [one]);
      else list.push(one);
      return one;
    });
    const isBlind = this.#noreply && deed.name !== "get";
    const settle = (outcomeFor: (key: string) => Outcome) =>
      keys.forEach((key, i) => {
        const outcome = outcomeFor(key);
        made[i].outcome = isBlind && typeof outcome === "object" ? "done" : outcome;
      });
    const settled = call.then(
      (result) => settle((key) => ({ gave: this.#partFor(key, result) })),
      (error: unknown) => {
        assert(error instanceof MemcachedError, String(error));
        if (error.sent === "maybe") this.doubted++;
        settle((key) => this.#outcomeOf(key, error));
      },
    );
    this.#settled.push(settled);
  }

  /** What the error of a call says of one of its keys. */
  #outcomeOf(key: string, error: MemcachedError): Outcome {
    const sent = error.sent ?? "maybe";
    if (!(error instanceof MultiError)) return sent;
    const { partial } = error;
    if (partial instanceof Map) return partial.has(key) ? { gave: partial.get(key) } : sent;
    return (partial as MultiResult).failed.includes(key) ? sent : { gave: true };
  }

  /** What the answer of a call says of one of its keys. */
  #partFor(key: string, result: unknown): unknown {
    if (result instanceof Map) return result.get(key);
    if (result instanceof Uint8Array) return this.#partFor(key, new TextDecoder().decode(result));
    if (typeof result === "string" && result.length > 100) {
      const value = result.slice(0, result.indexOf("."));
      return result === this.#bigText(value) ? `${value}!` : "a mixture";
    }
    const isMulti = typeof result === "object" && result !== null && "failed" in result;
    return isMulti ? !(result as MultiResult).failed.includes(key) : result;
  }
}

/** What was done without a reply may be lost with a connection. */
function inDoubt({ deed, outcome }: Made): Made {
  return { deed, outcome: outcome === "done" ? "maybe" : outcome };
}
