/**
 * Which connection the commands for a key have to take while a server has several. The commands of one client for one key
 * are carried out in the order in which they were made: as long as one may not have been carried out, those after it go
 * the same way. If none is on its way, the next one may take any connection.
 *
 * There is no entry a key. All keys share a fixed number of slots, by a hash, and a slot remembers where its last command
 * went and when that will be over. So no key has to be removed, and keys that share a slot share a connection for a
 * moment, no more.
 */

import type { Command } from "../commands/command.ts";
import type { Divisible } from "../commands/group_command.ts";
import type { Connection } from "../connection/connection.ts";
import { fnv1a } from "../placement/hashes/fnv.ts";

/** Knows the connections by which the commands for each key went last. */
export class Affinity {
  readonly #connections = new Array<Connection | undefined>(SLOTS).fill(undefined);
  readonly #marks = new Float64Array(SLOTS);
  /** Where everything must go as long as commands may be on their way there whose keys are not known. */
  #only: Connection | undefined;
  readonly #onlyMark: number;

  /** @param only The connection that was the only one until now. */
  constructor(only: Connection) {
    for (const { keys } of only.underWay()) this.went(keys, only);
    this.#only = only.hasDoubts ? only : undefined;
    this.#onlyMark = only.mark;
  }

  /** Gives the connection that the next command for a key must take; `undefined` if it may take any. */
  connectionFor(key: string): Connection | undefined {
    return this.#lastOf(slotOf(key));
  }

  /**
   * Gives the connection that a command for many keys must take; `undefined` if it may take any, `"several"` if its keys
   * must take different ones.
   */
  connectionForAll(keys: readonly string[]): Connection | undefined | "several" {
    let only: Connection | undefined;
    for (const key of keys) {
      const connection = this.#lastOf(slotOf(key));
      if (connection === undefined || connection === only) continue;
      if (only !== undefined) return "several";
      only = connection;
    }
    return only;
  }

  /** Notes that the last command that a connection took is for some keys. */
  went(keys: readonly string[], connection: Connection): void {
    const { mark } = connection;
    for (const key of keys) {
      const slot = slotOf(key);
      this.#connections[slot] = connection;
      this.#marks[slot] = mark;
    }
  }

  /** Lets go of a connection that has ended. */
  forget(connection: Connection): void {
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.#connections[slot] === connection) this.#connections[slot] = undefined;
    }
    if (this.#only === connection) this.#only = undefined;
  }

  #lastOf(slot: number): Connection | undefined {
    const last = this.#connections[slot];
    if (last !== undefined) {
      if (!last.isPast(this.#marks[slot])) return last;
      // Asked once, and not again.
      this.#connections[slot] = undefined;
    }
    if (this.#only?.isPast(this.#onlyMark)) this.#only = undefined;
    return this.#only;
  }
}

/** True for a command for many keys. */
export function isDivisible(command: Command): command is Divisible {
  return "divide" in command;
}

function slotOf(key: string): number {
  return fnv1a(key) & (SLOTS - 1);
}

/** A power of two, and many times the number of keys that are usually on their way. */
const SLOTS = 4096;
