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
  /** Called with what `begin` has thrown, unless the caller of `take()` is still there to catch it. */
  readonly failed?: (cause: unknown) => void;
}

/** The lines of all keys that somebody holds. */
export class KeyOrder {
  readonly #lines = new Map<string, Line>();
  readonly #waiting = new Set<Turn>();
  /** Turns that may begin, in the next microtask. */
  #ready: Turn[] = [];

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
      if (line === undefined) this.#lines.set(key, new Line(turn));
      else if (line.add(turn)) turn.behind++;
    }
    this.#waiting.add(turn);
    if (turn.behind > 0) return turn;
    this.#waiting.delete(turn);
    try {
      options.begin(turn);
    } catch (cause) {
      turn.end();
      throw cause;
    }
    return turn;
  }

  /** Takes a turn out of the lines of some keys: of all, unless it has begun. */
  leave(turn: Turn, keys: Iterable<string>): void {
    if (turn.hasGivenUp) return;
    turn.hasGivenUp = this.#waiting.delete(turn);
    for (const key of keys) {
      const line = this.#lines.get(key);
      if (line === undefined || !line.remove(turn)) continue;
      const next = line.first;
      if (next === undefined) this.#lines.delete(key);
      else if (--next.behind === 0) this.#beginSoon(next);
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

  /**
   * Lets a turn begin that has waited for others. One of these may have ended in the middle of a list of calls that waited
   * for the same dial: those behind it in the list were made before this one.
   */
  #beginSoon(turn: Turn): void {
    if (this.#ready.push(turn) === 1) queueMicrotask(this.#beginReady);
  }

  readonly #beginReady = (): void => {
    const ready = this.#ready;
    this.#ready = [];
    for (const turn of ready) {
      if (!this.#waiting.delete(turn)) continue;
      try {
        turn.options.begin(turn);
      } catch (cause) {
        // A distribution of the user's may throw. The keys go to the next turn all the same.
        turn.end();
        turn.options.failed?.(cause);
      }
    }
  };
}

/** The turns for one key, in order. Those that have given up stay until they are the first or many. */
class Line {
  #turns: Turn[];
  #head = 0;
  #gone = 0;

  constructor(first: Turn) {
    this.#turns = [first];
  }

  get first(): Turn | undefined {
    return this.#turns[this.#head];
  }

  /** Adds a turn at the end. Returns false if it is there already. */
  add(turn: Turn): boolean {
    if (this.#turns.at(-1) === turn) return false;
    this.#turns.push(turn);
    return true;
  }

  /** Removes a turn. Returns true if it was the first. */
  remove(turn: Turn): boolean {
    if (this.first === turn) {
      this.#head++;
      while (this.first?.hasGivenUp) {
        this.#head++;
        this.#gone--;
      }
      this.#compact();
      return true;
    }
    if (turn.hasGivenUp) {
      this.#gone++;
      this.#compact();
    }
    return false;
  }

  /** Cuts off what is over when it is the larger part. */
  #compact(): void {
    const over = this.#head + this.#gone;
    if (over < 32 || 2 * over < this.#turns.length) return;
    this.#turns = this.#turns.slice(this.#head).filter(({ hasGivenUp }) => !hasGivenUp);
    this.#head = this.#gone = 0;
  }
}

/** One call's place in the lines of its keys. */
export class Turn {
  readonly options: TurnOptions;
  /** In how many lines somebody stands before it. */
  behind = 0;
  /** True if it ended before it began. */
  hasGivenUp = false;
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
