/**
 * When the calls of a client begin whose keys are in several places: those that change a key one behind the other, and
 * those that read it behind them; and closing waits for all.
 */

import type { Deadline } from "../clock.ts";
import type { Engine } from "../engine/engine.ts";
import { KeyOrder } from "../engine/key_order.ts";
import { OpenCalls } from "../engine/open_calls.ts";
import { type MemcachedError, TimeoutError } from "../errors.ts";

/** One call, ready to begin. */
export interface WaitingJob {
  readonly wireKeys: readonly string[];
  readonly deadline: Deadline;
  /** True if it changes nothing: then it lets others pass once it has begun. */
  readonly isRead: boolean;
  readonly carryOut: () => Promise<unknown>;
  /** Gives what becomes of a call that has waited until its deadline. */
  readonly giveUp: (error: MemcachedError) => Promise<unknown>;
}

/** The calls under way of one client. */
export class JobTurns {
  readonly #engine: Engine;
  readonly #callsEnd: () => boolean;
  readonly #order = new KeyOrder();
  readonly #open = new OpenCalls();

  /** @param callsEnd True if calls end by themselves, on all servers that they use. */
  constructor(engine: Engine, callsEnd: () => boolean = () => engine.callsEnd) {
    this.#engine = engine;
    this.#callsEnd = callsEnd;
  }

  /** True if no call has a turn or waits for one, and the client is not told to close. */
  get areFree(): boolean {
    return this.#order.size === 0 && !this.#engine.isClosing;
  }

  /** Waits for the calls under way, if these end. Later ones are refused, as the client has been told to close. */
  async close(): Promise<void> {
    if (this.#callsEnd()) await this.#open.none();
  }

  /** Has closing wait for something that a call under way has begun, and that ends by its own limits. It must not reject. */
  holdOpen(done: Promise<void>): void {
    this.#open.hold(done);
  }

  /**
   * Has closing wait for a call.
   *
   * @throws {ClosedError} If the client is closed.
   */
  hold<T>(run: () => Promise<T>): Promise<T> {
    if (this.#engine.isClosing) throw this.#engine.closedError();
    const result = run();
    this.#open.add();
    result.then(this.#open.settled, this.#open.settled);
    return result;
  }

  /** Begins a call behind those for its keys that have not ended. */
  begin({ wireKeys, deadline, isRead, carryOut, giveUp }: WaitingJob): Promise<unknown> {
    const order = this.#order;
    const mustWait = order.size > 0 && wireKeys.some((key) => order.holds(key));
    if (isRead && !mustWait) return carryOut();
    return new Promise((resolve) => {
      order.take({
        keys: Array.from(new Set(wireKeys)),
        deadline,
        begin: (turn) => {
          const result = carryOut();
          resolve(result);
          if (isRead) turn.end();
          else result.then(() => turn.end(), () => turn.end());
        },
        giveUp: () => resolve(giveUp(new TimeoutError(LATE))),
      });
      if (order.waiting > 0) this.#engine.cluster.watch(order);
    });
  }
}

const LATE = "Cannot carry out the call as those for its key that were made before took too long";
