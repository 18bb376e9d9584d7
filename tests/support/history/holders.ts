/** Who holds which lock: one at a time as long as its time lasts, and each with a greater token than all before. */

import { type Client, MemcachedError } from "@libmc/libmc";
import type { Random } from "../random.ts";

/** The locks of some keys. */
export class Holders {
  readonly #held = new Map<string, bigint>();
  readonly #newest = new Map<string, bigint>();
  #expired = 0;
  /** A sentence on the first lock that cannot be. */
  wrong: string | undefined;
  /** Locks that were given and refused, calls that failed, and locks whose time was over before they were released. */
  readonly tally = { given: 0, refused: 0, failed: 0, outlived: 0 };

  /** How often the time of all locks was over. */
  get expired(): number {
    return this.#expired;
  }

  /** The time of all locks is over. */
  expire(): void {
    this.#expired++;
    this.#held.clear();
  }

  /** A lock was given, whose time is not over. */
  given(key: string, token: bigint): void {
    const holder = this.#held.get(key);
    const newest = this.#newest.get(key);
    if (holder !== undefined) this.wrong ??= `${token} has ${key} beside ${holder}`;
    if (newest !== undefined && token <= newest) {
      this.wrong ??= `${token} has ${key} after ${newest}`;
    }
    this.#newest.set(key, token);
    this.#held.set(key, token);
    this.tally.given++;
  }

  /** A holder is about to release its lock. Gives true if it held it until now. */
  releases(key: string, token: bigint): boolean {
    if (this.#held.get(key) !== token) return false;
    return this.#held.delete(key);
  }

  /** A lock that was held, or not, was released, and its time was not over meanwhile. */
  released(key: string, token: bigint, wasHeld: boolean, answer: boolean): void {
    if (answer !== wasHeld) this.wrong ??= `release() of ${key} by ${token} gave ${answer}`;
    if (!wasHeld) this.tally.outlived++;
  }
}

/** How somebody wants a lock. */
export interface Wish {
  readonly ttl: number;
  readonly holders: Holders;
  readonly random: Random;
  rest(): Promise<void>;
}

/** Asks for a lock, holds it for a moment, or for longer than it lasts, and releases it. */
export async function wantLock(
  client: Client,
  key: string,
  { ttl, holders, random, rest }: Wish,
): Promise<void> {
  const { tally } = holders;
  try {
    const began = holders.expired;
    const lock = await client.lock(key, { ttl, strict: true });
    if (lock === undefined) return void tally.refused++;
    // Of one that was given about when the time of all was over, nobody knows for how long.
    const isKnown = began === holders.expired;
    if (isKnown) holders.given(key, lock.token);
    await rest();
    if (random.below(3) === 0) {
      for (let i = 0; i < 30 && began === holders.expired; i++) await rest();
    }
    const released = holders.expired;
    const wasHeld = holders.releases(key, lock.token);
    const answer = await lock.release({ strict: true });
    if (isKnown && released === holders.expired) {
      holders.released(key, lock.token, wasHeld, answer);
    }
  } catch (error) {
    if (!(error instanceof MemcachedError)) throw error;
    tally.failed++;
  }
}
