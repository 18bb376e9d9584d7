/**
 * The keys of changes that a server has missed, or may have missed. They are deleted before it serves again, as what it
 * has under them may be out of date. There is a bound: beyond it the oldest are forgotten, and counted.
 *
 * Another server may have carried the change out in its place. Once the key is deleted here, that server owes it too: it
 * hears of no later change, and must not give what it has when it stands in the next time.
 */

import type { Command } from "../commands/command.ts";
import type { ObservedServer } from "../observe/observer.ts";
import type { Address } from "../placement/address.ts";
import type { ServerContext } from "./server_context.ts";

/** The server that is owed. */
interface Creditor extends ObservedServer {
  readonly connected: boolean;
  readonly address: Address;
  submit(command: Command): void;
  /** Lets the connections finish what was sent, and dials anew for all else. */
  relocate(address: Address): void;
}

/** In the order in which they were added last, with the server that has each meanwhile, if there is one. */
type Keys = Map<string, StandIn | undefined>;

type Context = Pick<ServerContext, "deleteAll" | "happened" | "settings" | "turns">;

/** A server that has stood in. */
interface StandIn {
  owe(key: string): void;
}

/** Keys, each once, in the order in which they were added last. */
export class Owed {
  readonly #server: Creditor;
  readonly #context: Context;
  #keys: Keys = new Map();

  constructor(server: Creditor, context: Context) {
    this.#server = server;
    this.#context = context;
  }

  /** True if there are keys. */
  get isDue(): boolean {
    return this.#keys.size > 0;
  }

  get size(): number {
    return this.#keys.size;
  }

  /** Passes all keys on to a server that has the same name now. */
  handOver(server: { owe(key: string, standIn?: StandIn): void }): void {
    for (const [key, standIn] of this.#keys) server.owe(key, standIn);
    this.#keys.clear();
  }

  /** Forgets all keys, and counts them. */
  forget(): void {
    for (const _ of this.#keys) this.#context.happened({ what: "forgotten", server: this.#server });
    this.#keys.clear();
  }

  /**
   * Adds a key as the newest. A server that is in use is let delete it at the end of this turn.
   *
   * @param standIn The server that has carried out the change.
   */
  add(key: string, standIn?: StandIn): void {
    const { happened, turns } = this.#context;
    const keys = this.#keys;
    if (keys.size === 0 && this.#server.connected) turns.atEnd(this.#settleNow);
    append(keys, key, standIn);
    happened({ what: "owed", server: this.#server });
    if (keys.size > MOST_KEYS) this.#forgetOldest();
  }

  /**
   * Lets all keys be deleted, ahead of all that is sent later. Those that are added meanwhile stay, and if it fails, all do.
   *
   * @throws {MemcachedError} If one may still be there.
   */
  readonly settle = async (
    connection: { submit(command: Command): void },
    deadline: number,
  ): Promise<void> => {
    const keys = this.#keys;
    if (keys.size === 0) return;
    const { deleteAll, happened } = this.#context;
    this.#keys = new Map();
    try {
      await deleteAll(connection, Array.from(keys.keys()), deadline);
    } catch (error) {
      for (const [key, standIn] of this.#keys) append(keys, key, standIn);
      this.#keys = keys;
      this.#forgetOldest();
      throw error;
    }
    for (const [key, standIn] of keys) {
      happened({ what: "replayed", server: this.#server });
      standIn?.owe(key);
    }
  };

  /** Lets the keys be deleted that were added while a connection was made ready, ahead of all else on it. */
  settleOn(
    connection: { submit(command: Command): void; close(): Promise<void> },
    now: number,
  ): void {
    this.settle(connection, this.#deadline(now)).catch(() => void connection.close());
  }

  readonly #settleNow = (now: number): void => {
    const server = this.#server;
    if (!server.connected) return;
    this.settle(server, this.#deadline(now)).catch(() => {
      // The other connections would serve what may be out of date. A new one begins with the deletes.
      if (server.connected) server.relocate(server.address);
    });
  };

  #deadline(now: number): number {
    const { timeout } = this.#context.settings;
    return timeout === 0 ? Infinity : now + timeout;
  }

  #forgetOldest(): void {
    const keys = this.#keys;
    for (const oldest of keys.keys()) {
      if (keys.size <= MOST_KEYS) return;
      keys.delete(oldest);
      this.#context.happened({ what: "forgotten", server: this.#server });
    }
  }
}

/** Adds a key as the newest. */
function append(keys: Keys, key: string, standIn: StandIn | undefined): void {
  const before = keys.get(key);
  keys.delete(key);
  keys.set(key, standIn ?? before);
  // That one is passed over by now.
  if (standIn !== undefined && before !== standIn) before?.owe(key);
}

/** Most keys that a server is owed: with keys of 50 bytes they take 6 MB. */
const MOST_KEYS = 65_536;
