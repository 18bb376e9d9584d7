/**
 * The items that `getOrSet()` has beside a value where no meta command can be used, each a command of its own that rejects
 * on failure: a lock while somebody loads the value, and marks that last as long as it is fresh. They are with the server
 * of the value, under its key and a word.
 *
 * A proxy may place them elsewhere, by their own keys. So whatever must come after something is sent once that is answered.
 */

import { GONE_AT_ONCE } from "../../checks/arguments.ts";
import type { Encoded } from "../../codec/codec.ts";
import { BesideCommand } from "../../commands/beside.ts";
import type { Command } from "../../commands/command.ts";
import { DeleteCommand } from "../../commands/deletion.ts";
import { GetCommand, type Retrieval } from "../../commands/get.ts";
import type { ItemDecoder } from "../../commands/item_decoder.ts";
import type { Receiver } from "../../commands/receiver.ts";
import { StorageCommand, type StorageOptions } from "../../commands/storage.ts";
import { Call, type CallOwner } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import { ownerOfSteps } from "../../engine/step.ts";
import { verb } from "../../engine/verb.ts";

/** What lies beside a value. */
export type Word = "lease" | "fresh" | "stale";

/** A lock that was won. */
export interface Lock {
  /** Is in the item: a cas alone may come again after a server's restart. */
  readonly token: string;
  readonly cas: bigint;
}

/** An item that holds the place of a value. */
interface Reserved {
  readonly cas: bigint;
  /** False if it was there before. */
  readonly isOurs: boolean;
}

/** The items beside the values of one client. They also work while the client waits for its last calls. */
export class BesideItems {
  readonly #engine: Engine;
  readonly #owner: CallOwner;
  readonly #id = crypto.randomUUID();
  #locks = 0;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#owner = ownerOfSteps(engine, STEP);
  }

  /** Takes the lock of a key for so many seconds. `undefined` if somebody has it, unless it is taken away from him. */
  async take(key: string, seconds: number, how: "add" | "set" = "add"): Promise<Lock | undefined> {
    const token = `${this.#id}.${++this.#locks}`;
    const [isTaken, seen] = await Promise.all([
      this.#store(how, key, "lease", token, { exptime: seconds, noreply: false }),
      this.#lockOf(key),
    ]);
    return isTaken && seen?.token === token ? seen : undefined;
  }

  /** True if a lock is still the one that was won. */
  async isHeld(key: string, { token, cas }: Lock): Promise<boolean> {
    const seen = await this.#lockOf(key);
    return seen?.token === token && seen.cas === cas;
  }

  /** Ends a lock, if it is still the one that was won: classic memcached has no delete by cas, but a store that is gone at once. */
  async release(key: string, { cas }: Lock): Promise<void> {
    await this.#store("cas", key, "lease", "", { exptime: GONE_AT_ONCE, noreply: false, cas });
  }

  /** True if a mark is there. */
  async isMarked(key: string, word: Word): Promise<boolean> {
    return await this.#send<boolean | undefined>(
      key,
      (call) => beside(key, new GetCommand(this.#engine.keys.beside(key, word), A_MARK, call, GET)),
    ) ?? false;
  }

  async mark(key: string, word: Word, seconds: number): Promise<void> {
    await this.#store("set", key, word, "1", { exptime: seconds, noreply: false });
  }

  /** Deletes what lies beside a value under some words. */
  async clear(key: string, ...words: Word[]): Promise<void> {
    await Promise.all(words.map((word) =>
      this.#send<boolean>(
        key,
        (call) => beside(key, new DeleteCommand(this.#engine.keys.beside(key, word), false, call)),
      )
    ));
  }

  /** Stores the value itself: where there is none, or over the one with this cas. */
  store(
    key: string,
    item: Encoded,
    exptime: number,
    cas: bigint | undefined,
    life?: number,
  ): Promise<boolean> {
    const options = { exptime, noreply: false };
    const wire = cas === undefined ? options : { ...options, cas, life };
    const name = cas === undefined ? "add" : "cas";
    return this.#send(key, (call) => new StorageCommand(name, key, item, wire, call));
  }

  /** Takes the value itself away, if it still has this cas. */
  async remove(key: string, cas: bigint): Promise<void> {
    await this.store(key, NO_DATA, GONE_AT_ONCE, cas);
  }

  /**
   * Stores a placeholder where there is no item, and gives the cas of the item that is there then.
   *
   * @returns `undefined` if there is none.
   */
  async reserve(key: string, seconds: number): Promise<Reserved | undefined> {
    const [isOurs, cas] = await Promise.all([
      this.store(key, NO_DATA, seconds, undefined),
      this.casOf(key),
    ]);
    return cas === undefined ? undefined : { cas, isOurs };
  }

  /** Gives the cas of the value itself. To look at that alone is no hit. */
  casOf(key: string): Promise<bigint | undefined> {
    return this.#send(key, (call) => beside(key, new GetCommand(key, A_CAS, call, GETS)));
  }

  /** Deletes the value itself. */
  async delete(key: string): Promise<void> {
    await this.#send<boolean>(key, (call) => new DeleteCommand(key, false, call));
  }

  #lockOf(key: string): Promise<Lock | undefined> {
    const lock = this.#engine.keys.beside(key, "lease");
    return this.#send(key, (call) => beside(key, new GetCommand(lock, A_LOCK, call, GETS)));
  }

  #store(
    name: "add" | "set" | "cas",
    key: string,
    word: Word,
    data: string,
    options: StorageOptions,
  ): Promise<boolean> {
    const item = { data, flags: 0 };
    return this.#send(
      key,
      (call) =>
        beside(
          key,
          new StorageCommand(name, this.#engine.keys.beside(key, word), item, options, call),
        ),
    );
  }

  #send<T>(key: string, commandFor: (receiver: Receiver<T>) => Command): Promise<T> {
    const call = new Call<T>(this.#owner, STEP, undefined);
    this.#engine.send(call, key, commandFor(call));
    return call.promise;
  }
}

function beside(key: string, command: Command): Command {
  return new BesideCommand(key, command);
}

const A_LOCK: ItemDecoder<Lock> = {
  decode: (item) => ({ cas: item.cas(), token: new TextDecoder().decode(item.copyData()) }),
};
const A_CAS: ItemDecoder<bigint> = { decode: (item) => item.cas() };
const A_MARK: ItemDecoder<boolean> = { decode: () => true };
const NO_DATA: Encoded = { data: "", flags: 0 };
const GET: Retrieval = { name: "get" };
const GETS: Retrieval = { name: "gets" };
const STEP = verb("getOrSet", (): never => {
  throw new Error("A step is strict");
});
