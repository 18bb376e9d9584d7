/**
 * Many callers of three clients read, change, load and update the same items at once, while things go wrong. Whatever they
 * are told must be something that others could have left: see `tests/support/history/history.ts`.
 */

import { assert } from "@std/assert";
import { Client, type ClientOptions, type Clock } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { systemClock } from "../../src/clock.ts";
import { History, HistoryTally } from "../support/history/history.ts";
import { callShared, readInTheEnd, type SharedCaller } from "../support/history/shared_calls.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { playRounds } from "../support/rounds.ts";
import { startProxy } from "../support/some_port.ts";
import { moment } from "./matrix/scene.ts";
import { Chaos, HASTY, NETWORK_FAULTS } from "./model/chaos.ts";

const SEED = 20261201;
const PATIENT: ClientOptions = { strict: true, pollTimeout: 10_000, connectTimeout: 10_000 };

Deno.test("Clients that share keys are told nothing that cannot be, whatever they do at once, on memcached", async () => {
  await using server = await startMemcached();
  const tally = new HistoryTally();
  await playRounds({
    count: 8,
    tally,
    async play(round) {
      await using rig = new Rig(server.address, SEED + round, PATIENT, tally);
      await rig.run({ callers: 12, calls: 40 });
      await rig.judge(server.address);
    },
    isEnough: () => tally.hits > 500 && tally.shared > 20 && tally.no > 0 && tally.behind > 5,
  });
});

Deno.test("Clients that share keys are told nothing that cannot be, while time passes and numbers are evicted", async () => {
  const tally = new HistoryTally();
  const play = async (round: number) => {
    // Without meta commands locks beside the values take the place of leases.
    const version = round % 2 === 0 ? "1.6.18" : "1.4.39";
    await using server = await MemcachedServer.start({ version });
    let ahead = 0;
    const clock: Clock = { ...systemClock, now: () => systemClock.now() + ahead };
    const options = { ...PATIENT, clock, timeout: 60_000 };
    await using rig = new Rig(server.address, SEED + round, options, tally);
    await using evicting = new Client(server.address, PATIENT);
    const chaos = new Chaos(SEED + round, async (random) => {
      server.advance(random.below(8));
      if (random.below(4) > 0) return;
      // A client asks for the number of a namespace again after a second.
      ahead += 1000;
      await rig.evictNumbers(evicting);
    });
    await rig.run({ callers: 12, calls: 40 });
    await chaos.end();
    await rig.judge(server.address);
  };
  const isEnough = () => tally.hits > 500 && tally.shared > 20 && tally.no > 0;
  await playRounds({ count: 8, tally, play, isEnough });
});

Deno.test("Clients that share keys are told nothing that cannot be, while the network fails", async () => {
  await using server = await startMemcached();
  const tally = new HistoryTally();
  const play = async (round: number) => {
    const seed = SEED + round;
    await using proxy = await startProxy(server.address, seed);
    await using rig = new Rig(proxy.address, seed, HASTY, tally);
    const chaos = new Chaos(seed, async (random) => {
      await proxy.set(random.pick(NETWORK_FAULTS));
      if (random.below(4) === 0) proxy[random.pick(["reset", "disconnect"] as const)]();
    });
    await rig.run({ callers: 8, calls: 40 });
    await chaos.end();
    await proxy.clear();
    await rig.judge(server.address);
  };
  const isEnough = () => tally.hits > 500 && tally.loads > 100 && tally.maybe > 100;
  await playRounds({ count: 24, atOnce: 6, tally, play, isEnough });
});

Deno.test("Clients that share keys are told nothing that cannot be, while memcached is killed and begins anew", async () => {
  const tally = new HistoryTally();
  const play = async (round: number) => {
    const seed = SEED + 500 + round;
    let server: Memcached = await startMemcached();
    const port = server.port!;
    await using rig = new Rig(server.address, seed, HASTY, tally);
    const chaos = new Chaos(seed, async () => {
      await moment(100);
      const lost = rig.lose();
      await server.stop();
      server = await startMemcached({ port });
      lost();
    });
    await rig.run({ callers: 8, calls: 200 });
    await chaos.end();
    await rig.judge(server.address);
    await server.stop();
  };
  const isEnough = () => tally.hits > 500 && tally.loads > 100;
  await playRounds({ count: 4, atOnce: 4, tally, play, isEnough });
});

/** Milliseconds for which one of the clients keeps values near: as long as several calls take. */
const MAX_AGE = 30;
const KEEPS_NEAR = 2;
const NEAR = { nearCache: { maxBytes: 1_000_000, maxAge: MAX_AGE } };

/** Three clients, of which one keeps values near, and what their callers know of the keys. */
class Rig implements AsyncDisposable {
  readonly #history: History;
  readonly #seed: number;
  readonly #keys: readonly string[];
  readonly #clients: readonly Client[];
  #values = 0;

  constructor(address: string, seed: number, options: ClientOptions, tally: HistoryTally) {
    this.#history = new History(tally, options.clock);
    this.#seed = seed;
    this.#keys = ["a", "b", "c"].map((key) => `${seed}:${key}`);
    this.#clients = [{}, { connections: 3 }, { connections: 2, ...NEAR }].map((more) =>
      new Client(address, { ...options, ...more })
    );
  }

  /** Lets callers call. */
  async run({ callers, calls }: { callers: number; calls: number }): Promise<void> {
    const all = Array.from({ length: callers }, (_, i) => this.#caller(i));
    await Promise.all(all.map(async (caller) => {
      for (let i = 0; i < calls && this.#history.wrong === undefined; i++) {
        await callShared(caller);
        if (caller.random.below(4) === 0) await caller.rest();
      }
    }));
  }

  /** The server forgets the numbers of the namespaces, which are empty once that is noticed. */
  async evictNumbers(client: Client): Promise<void> {
    for (const [i] of this.#clients.entries()) {
      const name = this.#nameOf(i);
      // What is stored before that is noticed is lost as well, under whatever key.
      const own = this.#keys.map((key) => `${name}/${key}`);
      this.#history.numberLost(own);
      const change = this.#history.change(own);
      await client.delete(`libmc:namespace:${name}`);
      change.ended("maybe");
    }
  }

  /** The server is about to lose its items. Call what this gives once it has. */
  lose(): () => void {
    const names = this.#clients.map((_, i) => `${this.#nameOf(i)}/`);
    const keys = ["", ...names].flatMap((name) => this.#keys.map((key) => name + key));
    // What is stored in a namespace before its new number is known is lost later.
    this.#history.numberLost(keys.slice(this.#keys.length));
    this.#history.change(keys.slice(this.#keys.length)).ended("maybe");
    const change = this.#history.change(keys);
    return () => change.ended("done");
  }

  /** Fails if an answer was wrong, or if what is there in the end is. */
  async judge(address: string): Promise<void> {
    await using client = new Client(address, PATIENT);
    const callers = this.#clients.map((_, i) => this.#caller(i));
    await readInTheEnd({ ...callers[0], client });
    for (const caller of callers) await readInTheEnd(caller);
    const { wrong } = this.#history;
    assert(wrong === undefined, `seed ${this.#seed}: ${wrong}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#clients) await client.close();
  }

  /** The name of the namespace of a client. */
  #nameOf(client: number): string {
    return `${this.#seed}-${client}`;
  }

  #caller(index: number): SharedCaller {
    const which = index % this.#clients.length;
    const client = this.#clients[which];
    const random = new Random(this.#seed + index);
    return {
      ...{ client, random, history: this.#history, keys: this.#keys },
      maxAge: which === KEEPS_NEAR ? MAX_AGE : undefined,
      space: client.namespace(this.#nameOf(which)),
      value: () => `v${++this.#values}`,
      rest: () => moment(random.below(5)),
    };
  }
}
