/**
 * Keeps the order of calls for one key where a call takes several steps. Commands for a key go out one behind the other,
 * and nothing else is needed for calls of one command. But the last step of a big value comes when the first ones are
 * answered: calls for its key that are made meanwhile have to wait, or they would be carried out first.
 *
 * Each call that takes part has a turn, which waits in a line at each of its keys, behind those that were there before.
 * It begins when it is the first in all its lines. As a turn stands in all its lines from the start, it waits only for
 * earlier ones, so they never wait for each other in a circle. As long as no call takes several steps there is no line,
 * and asking costs one `if`.
 */

import type { Deadline } from "../clock.ts";

/** What a turn does. */
export interface TurnOptions {
  /** The wire keys. */
  readonly keys: readonly string[];
  /** When it gives up if it has not begun. */
  readonly deadline: Deadline;
  /** Called once it is the first for all its keys. It lasts until it ends. */
  readonly begin: (turn: Turn) => unknown;
  /** Called if it gives up. */
  readonly giveUp: () => void;
}

/** The lines of all keys that somebody holds. */
export class KeyOrder {
  readonly #lines = new Map<string, Set<Turn>>();
  readonly #waiting = new Set<Turn>();
  /** Turns that may begin. Kept in a list, as one that begins and ends at once lets the next one begin. */
  #ready: Turn[] | undefined;

  /** Number of keys that somebody holds. */
  get size(): number {
    return this.#lines.size;
  }

  /** Number of turns that have not begun. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** True if somebody holds a key. */
  holds(key: string): boolean {
    return this.#lines.has(key);
  }

  /** Lets a turn stand in the lines of its keys. It begins at once if it is the first everywhere. */
  take(options: TurnOptions): Turn {
    const turn = new Turn(this, options);
    for (const key of options.keys) {
      const line = this.#lines.get(key);
      if (line === undefined) this.#lines.set(key, new Set([turn]));
      else if (!line.has(turn)) {
        line.add(turn);
        turn.behind++;
      }
    }
    this.#waiting.add(turn);
    if (turn.behind === 0) this.#begin(turn);
    return turn;
  }

  /** Takes a turn out of the lines of some keys. */
  leave(turn: Turn, keys: Iterable<string>): void {
    this.#waiting.delete(turn);
    for (const key of keys) {
      const line = this.#lines.get(key);
      if (line === undefined) continue;
      const [first] = line;
      if (!line.delete(turn)) continue;
      if (line.size === 0) this.#lines.delete(key);
      else if (first === turn) {
        const [next] = line;
        if (--next.behind === 0) this.#begin(next);
      }
    }
  }

  /** Lets turns give up that have waited too long. Returns false if none waits any more. */
  sweep(now: number): boolean {
    for (const turn of this.#waiting) {
      if (now < turn.options.deadline.at) continue;
      turn.end();
      turn.options.giveUp();
    }
    return this.#waiting.size > 0;
  }

  #begin(turn: Turn): void {
    if (this.#ready !== undefined) {
      this.#ready.push(turn);
      return;
    }
    const ready = this.#ready = [turn];
    try {
      for (const next of ready) {
        if (!this.#waiting.delete(next)) continue;
        next.options.begin(next);
      }
    } finally {
      this.#ready = undefined;
    }
  }
}

/** One call's place in the lines of its keys. */
export class Turn {
  readonly options: TurnOptions;
  /** In how many lines somebody stands before it. */
  behind = 0;
  readonly #order: KeyOrder;

  constructor(order: KeyOrder, options: TurnOptions) {
    this.#order = order;
    this.options = options;
  }

  /** Leaves the lines of some of its keys, once nothing more will be sent for them. */
  leave(keys: Iterable<string>): void {
    this.#order.leave(this, keys);
  }

  /** Leaves all its lines. Those behind it may begin. Ending twice is harmless. */
  end(): void {
    this.#order.leave(this, this.options.keys);
  }
}
