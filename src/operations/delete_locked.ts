/**
 * What takes an item away where `getOrSet()` keeps locks beside values (see `get_or_set/sibling.ts`): a load that is under way must not store
 * what it loaded before. Its lock is deleted first, and the value once that is answered, as a proxy may have the two on
 * different servers. So a load either sees that its lock is gone, or has stored before the value is deleted.
 */

import { BesideCommand } from "../commands/beside.ts";
import { DeleteBatch, DeleteCommand } from "../commands/deletion.ts";
import { batchPlan } from "../commands/plan.ts";
import { Receiver } from "../commands/receiver.ts";
import type { Call } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { Turn } from "../engine/key_order.ts";
import type { Deadline } from "../clock.ts";
import type { MemcachedError } from "../errors.ts";
import { BatchFanOut } from "./batch_fan_out.ts";

/** Deletes an item behind its lock. */
export function deleteLocked(engine: Engine, call: Call<boolean>, key: string): void {
  sendBehindLock<boolean>(engine, call, key, "delete", (receiver, turn) => {
    engine.send(call, key, new DeleteCommand(key, false, receiver), turn);
    turn.end();
  });
}

/**
 * Sends a command that takes an item away, once its lock is deleted. If that fails, the call has failed, but the command is
 * sent all the same.
 *
 * @param send Is given the receiver for its command, and a turn for the key, which it must end some time.
 */
export function sendBehindLock<R>(
  engine: Engine,
  call: Call<R>,
  key: string,
  command: string,
  send: (receiver: Receiver<R>, turn: Turn) => void,
): void {
  const { deadline } = call;
  engine.inTurn([key], { deadline, command }, (turn) => {
    deleteLock(engine, { deadline, turn }, key, (failure) => {
      send(failure === undefined ? call : new Answered<R>(() => call.reject(failure)), turn);
    });
  }, (error) => call.reject(error));
}

/** Deletes many items, each behind its lock. */
export class LockedDeletes<R> extends BatchFanOut<R> {
  deleteAll(keys: readonly string[]): void {
    const { engine } = this;
    if (keys.length === 0) return this.allSent();
    engine.inTurn(keys, this, (turn) => {
      if (!this.hold(turn)) return;
      let left = keys.length;
      keys.forEach((key, position) => {
        deleteLock(engine, { deadline: this.deadline, turn }, key, (failure) => {
          if (failure !== undefined) this.#noteAt(position, failure);
          if (--left === 0 && !this.settled) this.#deleteItems(keys);
        });
      });
    }, (error) => {
      this.note(error);
      this.fail(Array.from(keys.keys()));
      this.allSent();
    });
  }

  #noteAt(position: number, failure: MemcachedError): void {
    this.note(failure);
    this.fail([position]);
  }

  #deleteItems(keys: readonly string[]): void {
    this.sendBatches(
      keys,
      (group) => batchPlan(group).map((range) => new DeleteBatch(group, range, false, this)),
    );
  }
}

/** Deletes the lock of a key, and calls back when that is answered. */
function deleteLock(
  engine: Engine,
  { deadline, turn }: { readonly deadline: Deadline; readonly turn: Turn },
  key: string,
  then: (failure: MemcachedError | undefined) => void,
): void {
  const lock = new DeleteCommand(engine.keys.beside(key, "lease"), false, new Answered(then));
  engine.send({ deadline }, key, new BesideCommand(key, lock), turn);
}

/** Calls back when a command is over, whether or not anybody waits for its call. */
class Answered<T> extends Receiver<T> {
  readonly #then: (failure: MemcachedError | undefined) => void;
  override settled = false;

  constructor(then: (failure: MemcachedError | undefined) => void) {
    super();
    this.#then = then;
  }

  override resolve(): void {
    this.#end(undefined);
  }

  override reject(error: MemcachedError): void {
    this.#end(error);
  }

  override rejectMisuse(): void {
    this.#end(undefined);
  }

  #end(failure: MemcachedError | undefined): void {
    if (this.settled) return;
    this.settled = true;
    this.#then(failure);
  }
}
