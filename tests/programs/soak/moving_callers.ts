/**
 * Callers of two clients that move from one server to another, both of which fail, while the stages are turned. As they may
 * be at neighbouring stages, they see keys on different sides; and all the same neither gives anything that was deleted or
 * overwritten.
 */

import { Client, type ClientOptions, type MigrationStage } from "@libmc/libmc";
import { ConfirmedChanges } from "../../support/history/confirmed.ts";
import { Random } from "../../support/random.ts";
import type { Stand } from "./stand.ts";
import { Tally } from "./tally.ts";
import { pause, Troublemaker } from "./troublemaker.ts";

const WHOSE = "callers who move";
const CALLERS = 6;
const KEYS = 8;
const OPTIONS: ClientOptions = {
  pollTimeout: 150,
  connectTimeout: 150,
  retryTimeout: 200,
  timeout: 1000,
  warn: false,
};
/** The stages between which the clients are turned, in the order of a move. */
const PHASES: readonly (readonly MigrationStage[])[] = [
  ["read_old", "read_new", "read_new"],
  ["read_new", "write_both"],
  ["write_both", "done"],
];
/** How many calls each caller makes in a phase. */
const CALLS = 80;

/** Where they move from, and where to. */
export interface Houses {
  readonly before: Stand;
  readonly after: Stand;
}

/** Moves again and again until the signal is aborted, each time with other keys. */
export async function callWhileMoving(
  { before, after }: Houses,
  random: Random,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  const own = () => new Random(random.below(2 ** 32));
  // What it counts is about clients that are there all the time.
  const trouble = new Troublemaker(own(), [before, after], new Tally());
  const moves = async () => {
    for (let move = 0; !signal.aborted; move++) {
      await using old = new Client(before.address, OPTIONS);
      const make = () => new Client(after.address, { ...OPTIONS, migrateFrom: old });
      await using one = make();
      await using other = make();
      for (const client of [old, one]) {
        for (const event of ["dead", "alive"] as const) {
          client.addEventListener(event, ({ server }) => trouble.hear(event, server));
        }
      }
      await playMove([one, other], own(), { name: `move:${move}`, tally, signal, calls: CALLS });
    }
  };
  await Promise.all([trouble.run(signal), moves()]);
}

/** What a move is about. */
export interface Move {
  /** What its keys begin with. */
  readonly name: string;
  readonly tally: Tally;
  readonly signal: AbortSignal;
  /** How many calls each caller makes in a phase. */
  readonly calls: number;
}

/** Turns clients through all stages, phase by phase, while callers call, and judges what they are told. */
export async function playMove(
  clients: readonly Client[],
  random: Random,
  { name, tally, signal, calls }: Move,
): Promise<void> {
  const keys = Array.from({ length: KEYS }, (_, i) => `${name}:${i}`);
  const changes = new ConfirmedChanges();
  const callers = Array.from(
    { length: CALLERS },
    (_, i) => new Mover(clients, new Random(random.below(2 ** 32)), { keys, changes, tally }, i),
  );
  for (const stages of PHASES) {
    if (signal.aborted) break;
    const over = new AbortController();
    const turning = turn(clients, stages, random, AbortSignal.any([signal, over.signal]));
    // No call of one phase is on its way in the next one, as there would be two stages between them then.
    await Promise.all(callers.map((caller) => caller.run(calls, signal)));
    over.abort();
    await turning;
  }
  for (const { migration } of clients) tally.carried += migration?.counters().carried ?? 0;
}

/** Turns the clients, each for itself, until the signal is aborted; then all are at the last stage. */
async function turn(
  clients: readonly Client[],
  stages: readonly MigrationStage[],
  random: Random,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    const { migration } = random.pick(clients);
    // Nothing comes after "done".
    if (migration !== undefined && migration.stage !== "done") {
      migration.stage = random.pick(stages);
      migration.percent = random.pick([0, 30, 70, 100, 100]);
    }
    await pause(20 + random.below(200), signal);
  }
  for (const { migration } of clients) {
    if (migration !== undefined) migration.stage = stages[stages.length - 1];
  }
}

/** What all callers of a move share. */
interface Shared {
  readonly keys: readonly string[];
  readonly changes: ConfirmedChanges;
  readonly tally: Tally;
}

/** One of the callers, who calls now one client and now another. */
class Mover {
  readonly #clients: readonly Client[];
  readonly #random: Random;
  readonly #shared: Shared;
  readonly #number: number;
  #values = 0;

  constructor(clients: readonly Client[], random: Random, shared: Shared, number: number) {
    this.#clients = clients;
    this.#random = random;
    this.#shared = shared;
    this.#number = number;
  }

  /** Calls one after the other. Resolves once all of them have settled. */
  async run(calls: number, signal: AbortSignal): Promise<void> {
    const { tally } = this.#shared;
    for (let i = 0; i < calls && !signal.aborted; i++) {
      tally.unsettled++;
      const began = tally.now();
      try {
        await this.#call();
      } catch (error) {
        tally.addWrong(WHOSE, `rejected with ${Deno.inspect(error)}`);
      }
      tally.tookSince(began);
      tally.unsettled--;
      tally.operations++;
      await pause(this.#random.below(10), signal);
    }
  }

  async #call(): Promise<void> {
    const { keys, changes } = this.#shared;
    const client = this.#random.pick(this.#clients);
    const key = this.#random.pick(keys);
    const value = `${this.#number}:${++this.#values}`;
    const began = changes.now();
    switch (this.#random.below(12)) {
      case 0:
      case 1: {
        const confirm = changes.begin(key, value);
        if (await client.set(key, value, { exptime: 600 })) confirm();
        return;
      }
      case 2: {
        const confirms = keys.map((key) => changes.begin(key, `${key}=${value}`));
        const items = keys.map((key) => [key, `${key}=${value}`] as const);
        const { failed } = await client.setMulti(items, { exptime: 600 });
        keys.forEach((key, i) => {
          if (!failed.includes(key)) confirms[i]();
        });
        return;
      }
      case 3: {
        const confirm = changes.begin(key);
        if (await client.delete(key)) confirm();
        return;
      }
      case 4: {
        const confirms = keys.map((key) => changes.begin(key));
        const { failed } = await client.deleteMulti(keys);
        keys.forEach((key, i) => {
          if (!failed.includes(key)) confirms[i]();
        });
        return;
      }
      case 5: {
        // It is not told whether what was loaded is stored.
        const load = () => {
          changes.begin(key, value);
          return value;
        };
        const limits = { ttl: 600, lease: 1, waitTimeout: 100 };
        return this.#look(key, await client.getOrSet(key, load, limits), began);
      }
      case 6: {
        const confirm = changes.begin(key, value);
        if (await client.update(key, () => value, { exptime: 600 }) === value) confirm();
        return;
      }
      case 7:
      case 8: {
        const found = await client.getMulti(keys);
        for (const key of keys) this.#look(key, found.get(key), began);
        return;
      }
      default:
        this.#look(key, await client.get(key), began);
    }
  }

  #look(key: string, value: unknown, began: number): void {
    const { changes, tally } = this.#shared;
    if (value !== undefined) tally.movedReads++;
    const wrong = changes.wrongWith(key, value, began);
    if (wrong !== undefined) tally.addWrong(WHOSE, wrong);
  }
}
