/**
 * Many callers update the same items while things go wrong. A counter gives each of them a ticket by `incr`; to a log
 * they `append` their names; a list is read by `gets` and stored, with a name more, by `cas`. What was reported as
 * certain must be there, once; what may have been carried out, once at most; what was not sent, or not stored, never.
 */

import { assert, assertEquals } from "@std/assert";
import { Client, MemcachedError, type Storable } from "@libmc/libmc";
import { FaultProxy } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { playRounds } from "../support/rounds.ts";
import { moment } from "./matrix/scene.ts";
import { Chaos, HASTY, NETWORK_FAULTS } from "./model/chaos.ts";

const SEED = 20261127;
const CALLERS = 16;
const UPDATES = 400;
const ITEMS = 3;

Deno.test("Client loses and doubles no update that it reported, however many callers share the item", async () => {
  await using server = await startMemcached();
  await using proxy = await FaultProxy.start({ target: server.address, seed: SEED });
  await using direct = new Client(server.address, { strict: true });
  const tally: Record<Fate, number> = { certain: 0, refused: 0, no: 0, maybe: 0 };
  const play = async (round: number) => {
    const seed = SEED + 100 * round;
    const shared: readonly Shared[] = Array.from({ length: ITEMS }, (_, i) => [
      new Counter(`${round}:counter${i}`),
      new Log(`${round}:log${i}`),
      new List(`${round}:list${i}`),
    ]).flat();
    for (const item of shared) await direct.set(item.key, item.first);
    await using one = new Client(proxy.address, { ...HASTY, maxRetries: 3 });
    await using wide = new Client(proxy.address, { ...HASTY, maxRetries: 3, connections: 3 });
    const chaos = new Chaos(seed, async (random) => {
      await proxy.set(random.pick(NETWORK_FAULTS));
      if (random.below(4) === 0) proxy[random.pick(["reset", "disconnect"] as const)]();
    });
    await Promise.all(Array.from({ length: CALLERS }, async (_, caller) => {
      const random = new Random(seed + caller);
      const client = caller % 2 === 0 ? one : wide;
      for (let i = 0; i < UPDATES; i++) {
        const fate = await random.pick(shared).update(client, `${caller}-${i}`);
        // Calls to a dead server fail at once: something else is to happen before the next.
        if (fate === "no" || fate === "maybe") await moment(2);
      }
    }));
    await chaos.end();
    for (const item of shared) {
      item.judge(await direct.get(item.key));
      for (const [fate, names] of Object.entries(item.fates)) tally[fate as Fate] += names.length;
    }
  };
  const isEnough = () => Object.values(tally).every((times) => times > 50);
  await playRounds({ count: 1, tally, play, isEnough });
});

/** What is known of an update: carried out, or not as another was faster, or not sent, or one cannot tell. */
type Fate = "certain" | "refused" | "no" | "maybe";

/** An item that all update. */
abstract class Shared {
  readonly key: string;
  /** Names of updates, by what is known of them. */
  readonly fates: Record<Fate, string[]> = { certain: [], refused: [], no: [], maybe: [] };

  constructor(key: string) {
    this.key = key;
  }

  /** What is stored before the first update. */
  abstract readonly first: Storable;

  /** Looks at what is there in the end. */
  abstract judge(value: unknown): void;

  /** Makes one update. */
  async update(client: Client, name: string): Promise<Fate> {
    const fate = await this.#fateOf(client, name);
    this.fates[fate].push(name);
    return fate;
  }

  async #fateOf(client: Client, name: string): Promise<Fate> {
    try {
      return await this.attempt(client, name) ? "certain" : "refused";
    } catch (error) {
      if (!(error instanceof MemcachedError)) throw error;
      // A read changes nothing, whether or not it was sent.
      return error.command === "gets" ? "no" : error.sent;
    }
  }

  protected abstract attempt(client: Client, name: string): Promise<boolean>;
}

/** Gives out tickets: nobody gets one twice, and who comes later gets a higher one. */
class Counter extends Shared {
  readonly first = 0;
  readonly #tickets = new Set<number>();
  #highest = 0;

  protected async attempt(client: Client, name: string): Promise<boolean> {
    const least = this.#highest;
    const ticket = await client.incr(this.key, 1);
    const about = `seed ${SEED}, ${this.key}: ${name} got ${ticket}`;
    assert(ticket !== undefined, `${about}, although it is there`);
    assert(ticket > least, `${about} after ${least} had been given out`);
    assert(!this.#tickets.has(ticket), `${about} like another`);
    this.#tickets.add(ticket);
    this.#highest = Math.max(this.#highest, ticket);
    return true;
  }

  judge(value: unknown): void {
    const { certain, maybe } = this.fates;
    const about = `seed ${SEED}, ${this.key}: ${certain.length} and ${maybe.length} gave ${value}`;
    assert(typeof value === "number", about);
    assert(value >= certain.length && value <= certain.length + maybe.length, about);
  }
}

/** Grows by a name an update. */
abstract class Names extends Shared {
  protected abstract namesOf(value: unknown): readonly string[];

  judge(value: unknown): void {
    const { certain, maybe } = this.fates;
    const names = this.namesOf(value);
    const about = `seed ${SEED}, ${this.key}`;
    assertEquals(names.filter((name, i) => names.indexOf(name) !== i), [], `${about}: twice`);
    assertEquals(certain.filter((name) => !names.includes(name)), [], `${about}: lost`);
    const possible = new Set([...certain, ...maybe]);
    assertEquals(names.filter((name) => !possible.has(name)), [], `${about}: not to be there`);
  }
}

/** A text that names are added to without a look at it. */
class Log extends Names {
  readonly first = "";

  protected attempt(client: Client, name: string): Promise<boolean> {
    return client.append(this.key, `${name} `);
  }

  protected namesOf(value: unknown): readonly string[] {
    return (value as string).split(" ").slice(0, -1);
  }
}

/** A value that is read, and stored if it is still the same: nobody reads less than what was there before. */
class List extends Names {
  readonly first: readonly string[] = [];
  #longest: readonly string[] = [];

  protected async attempt(client: Client, name: string): Promise<boolean> {
    const least = this.#longest;
    const found = await client.gets<string[]>(this.key);
    assert(found !== undefined, `seed ${SEED}, ${this.key}: ${name} found nothing`);
    const { value, cas } = found;
    assertEquals(value.slice(0, least.length), least, `seed ${SEED}, ${this.key}: ${name}`);
    const next = [...value, name];
    if (!await client.cas(this.key, next, cas)) return false;
    if (next.length > this.#longest.length) this.#longest = next;
    return true;
  }

  protected namesOf(value: unknown): readonly string[] {
    return value as readonly string[];
  }
}
