/**
 * update(): reads an item, lets the caller change its value, and stores that unless somebody else was faster; then it
 * begins anew. Its steps belong to one call: they share its deadline, and a failure of one is the failure of the call,
 * told once. A cas that may have been carried out is never repeated, as the change would be made twice.
 *
 * The caller's function may take any time, so a timer of its own ends the call.
 */

import { integerFrom, wrongType } from "../checks/check.ts";
import { aSchema, type StandardSchema } from "../checks/schema.ts";
import type { Retrieval } from "../commands/get.ts";
import { StorageCommand } from "../commands/storage.ts";
import { Call, type CallOwner } from "../engine/call.ts";
import { type CallChecks, STORE_OPTIONS, type StoreOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { lifeOf } from "../engine/life.ts";
import type { CasValue } from "../engine/item_decoders.ts";
import { ownerWithin } from "../engine/step.ts";
import { missing, verb } from "../engine/verb.ts";
import { ConnectionError, MemcachedError, TimeoutError } from "../errors.ts";
import { isSound } from "../thrown.ts";
import { endsWithinLoad, sendBehindLock } from "./behind_locks.ts";
import { ChunkedCall, dataToSplit } from "./chunked.ts";
import { encoded, wireOptions } from "./store.ts";

/**
 * Options of `update()`.
 *
 * @example Give up at once if somebody else was faster
 * ```ts
 * import { Client, type UpdateOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const once: UpdateOptions<number> = { attempts: 1, exptime: 60 };
 * const slow = client.update<number>("n", async (n = 0) => {
 *   await client.set("n", 100);
 *   return n + 1;
 * }, once);
 * assertEquals([await slow, await client.get("n")], [undefined, 100]);
 * ```
 */
export interface UpdateOptions<T = unknown> extends StoreOptions {
  /** How often the value is read and changed until nobody else was faster, 1 to 1000. @default {32} */
  attempts?: number;
  /**
   * Looks at the value that is read and at the new one: see {@linkcode ReadOptions.schema}. One that is read and does not
   * pass counts as a miss, and is replaced; a new one that does not pass rejects with a SchemaError, and nothing is stored.
   * It checks and does not convert.
   */
  schema?: StandardSchema<T>;
}

/** Makes the new value of an old one; `undefined` leaves the item as it is. */
type Change<T> = (value: T | undefined) => T | undefined | Promise<T | undefined>;

export function update<T>(
  engine: Engine,
  key: string,
  change: Change<T>,
  options: UpdateOptions | undefined,
): Promise<T | undefined> {
  return engine.call<T | undefined>(VERBS.update, options, (call) => {
    if (typeof change !== "function") throw wrongType("change", "a function", change);
    const wireKey = engine.keys.one(key);
    const { exptime } = wireOptions(engine, options);
    const begun = engine.began(call, key, wireKey, wireKey);
    const asked = begun === undefined
      ? change
      : (value: T | undefined) => begun.within(() => change(value));
    new Updating(engine, call, wireKey, asked, exptime, options ?? {}).begin();
  });
}

/** One call of update(). */
class Updating<T> {
  readonly #engine: Engine;
  readonly #call: Call<T | undefined>;
  readonly #key: string;
  readonly #change: Change<T>;
  readonly #exptime: number;
  readonly #options: UpdateOptions;
  /** Of the steps: their failures are those of the call, which tells them. */
  readonly #owner: CallOwner;
  #mayBeStored = false;
  #cancelPause = () => {};
  #cancelEnd = () => {};
  /** When it began, and the milliseconds that it may take; 0: no limit. */
  #began = 0;
  #timeout = 0;

  constructor(
    engine: Engine,
    call: Call<T | undefined>,
    key: string,
    change: Change<T>,
    exptime: number,
    options: UpdateOptions,
  ) {
    this.#engine = engine;
    this.#call = call;
    this.#key = key;
    this.#change = change;
    this.#exptime = exptime;
    this.#options = options;
    this.#owner = ownerWithin(call);
  }

  begin(): void {
    const call = this.#call;
    const { clock, timeout } = this.#engine.settings;
    this.#began = clock.now();
    this.#endAfter(timeout, timeout);
    const { onSettled } = call;
    call.onSettled = (end) => {
      this.#cancelEnd();
      this.#cancelPause();
      onSettled?.(end);
    };
    this.#run().then(
      (value) => call.resolve(value),
      (error) => isSound(error, MemcachedError) ? call.reject(error) : call.rejectMisuse(error),
    );
  }

  /** @param left Milliseconds of them that are left. */
  #endAfter(timeout: number, left: number): void {
    this.#cancelEnd();
    this.#timeout = timeout;
    if (timeout === 0) return;
    const { clock } = this.#engine.settings;
    this.#cancelEnd = clock.after(left, () => this.#call.reject(this.#late()));
  }

  /** Has it end no later than the call of another client that it is a part of, whose deadline is known by now. */
  #endWithWhole(): void {
    const { at } = this.#call.deadline;
    const timeout = Math.ceil(at - this.#began);
    if (at === Infinity || this.#timeout > 0 && this.#timeout <= timeout) return;
    this.#endAfter(timeout, Math.max(0, at - this.#engine.settings.clock.now()));
  }

  async #run(): Promise<T | undefined> {
    const { attempts = ATTEMPTS } = this.#options;
    for (let attempt = 1;; attempt++) {
      const life = lifeOf(this.#engine, this.#key);
      const item = await this.#read();
      if (this.#call.settled) return undefined;
      if (attempt === 1) this.#endWithWhole();
      let value: T | undefined;
      try {
        value = await this.#change(item?.value);
      } catch (error) {
        // Whatever it is, it is the caller's own.
        this.#call.rejectMisuse(error);
      }
      if (value === undefined || this.#call.settled) return undefined;
      if (await this.#store(value, item?.cas, life)) return value;
      const isLost = life !== lifeOf(this.#engine, this.#key);
      if (attempt === attempts) throw isLost ? this.#lost(attempts) : this.#overtaken(attempts);
      // Where nobody was faster, there is nobody to wait for.
      if (!isLost) await this.#pause(attempt);
    }
  }

  /** Reads the item. A placeholder of `getOrSet()` has a cas and no value: what is stored over it ends that lease. */
  #read(): Promise<CasValue<T | undefined> | undefined> {
    const engine = this.#engine;
    const decoder = engine.decoders.casOfAny<T>();
    const call = new ChunkedCall(engine, STEP, decoder, undefined, this.#owner);
    call.askFor(this.#key, GETS);
    return call.promise;
  }

  /** Stores over the item with this cas, or where there is none. Resolves to false if somebody else was faster. */
  async #store(value: T, cas: bigint | undefined, life: number | undefined): Promise<boolean> {
    const engine = this.#engine;
    const key = this.#key;
    const name = cas === undefined ? "add" : "cas";
    const item = encoded(engine, name, value, this.#options);
    // Refuses what does not fit into one item.
    dataToSplit(engine.settings, name, key, item);
    const step = new Call<boolean>(this.#owner, STEP, undefined);
    const options = { exptime: this.#exptime, noreply: false };
    const wire = cas === undefined ? options : { ...options, cas, life };
    this.#mayBeStored = true;
    if (!endsWithinLoad(engine, this.#exptime)) {
      engine.send(step, key, new StorageCommand(name, key, item, wire, step));
    } else {
      sendBehindLock<boolean>(engine, step, key, name, (receiver, turn) => {
        engine.send(step, key, new StorageCommand(name, key, item, wire, receiver), turn);
        turn.end();
      });
    }
    const isStored = await step.promise;
    this.#mayBeStored = false;
    return isStored;
  }

  /** Waits longer each time, and not as long as others that were overtaken with it. */
  #pause(attempt: number): Promise<void> {
    const milliseconds = Math.min(2 ** (attempt - 1), LONGEST_PAUSE) * (0.5 + Math.random());
    return new Promise((resolve) => {
      this.#cancelPause = this.#engine.settings.clock.after(milliseconds, resolve);
    });
  }

  #late(): TimeoutError {
    const message = `Cannot update as it took longer than its timeout of ${this.#timeout} ms`;
    return new TimeoutError(message, {
      ...this.#where(),
      sent: this.#mayBeStored ? "maybe" : "no",
    });
  }

  #lost(attempts: number): ConnectionError {
    return new ConnectionError(
      `Cannot update as the connection was lost each time before the new value was sent: number of attempts is ${attempts}`,
      { ...this.#where(), step: "read" },
    );
  }

  #overtaken(attempts: number): MemcachedError {
    return new MemcachedError(
      `Cannot update as others have changed the item meanwhile: number of attempts is ${attempts}`,
      { ...this.#where(), reason: "overtaken" },
    );
  }

  #where(): { server: string; command: string } {
    return { server: this.#engine.serverOf(this.#key), command: "cas" };
  }
}

const ATTEMPTS = 32;
/** In milliseconds. */
const LONGEST_PAUSE = 64;
const GETS: Retrieval = { name: "gets" };
const UPDATE_OPTIONS: CallChecks = {
  ...STORE_OPTIONS,
  attempts: integerFrom(1, 1000),
  schema: aSchema,
};

const VERBS = { update: verb("update", missing, UPDATE_OPTIONS) };

const STEP = verb("step", (): never => {
  throw new Error("A step is strict");
});
