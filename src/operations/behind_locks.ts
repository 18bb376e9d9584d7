/**
 * What takes an item away where `getOrSet()` keeps locks beside values (see `get_or_set/sibling.ts`): a load that is under way must not store
 * what it loaded before. Its lock is deleted first, and the rest is sent once that is answered, as a proxy may have the two
 * on different servers. So a load either sees that its lock is gone, or has stored before the item goes.
 */

import { type Deadline, unixTime } from "../clock.ts";
import type { BatchResult } from "../commands/batch.ts";
import { BesideCommand, BesideDeletes } from "../commands/beside.ts";
import type { Command } from "../commands/command.ts";
import { DeleteCommand } from "../commands/deletion.ts";
import { batchPlan } from "../commands/plan.ts";
import { PartReceiver, Receiver } from "../commands/receiver.ts";
import type { Call } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { Turn } from "../engine/key_order.ts";
import { inItsTurn, type Parts, unplaced } from "../engine/parts.ts";
import { withKeys } from "../engine/view.ts";
import type { MemcachedError } from "../errors.ts";
import { needsBase64 } from "../key.ts";

/** A call that waits for the outcome, or the part of it that does. */
export type EndingCall<R> = Receiver<R> & { readonly deadline: Deadline };

/** True if an item with this exptime may be gone before a load ends that is under way and has nothing but its lock. */
export function endsWithinLoad({ longestLock }: Engine, exptime: number | undefined): boolean {
  if (longestLock === 0 || exptime === undefined || exptime === 0) return false;
  const seconds = exptime > MOST_RELATIVE ? exptime - unixTime() : exptime;
  // A server counts whole seconds, of its own clock.
  return seconds <= longestLock + 1;
}

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
  call: EndingCall<R>,
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

/**
 * Gives an engine that sends the commands of a call for many keys behind their locks. If a lock cannot be deleted, its key
 * has failed, but what is to be done for it is done all the same.
 */
export function behindLocks(engine: Engine): Engine {
  return withKeys(engine, engine.keys, {
    sendGroups(wireKeys, parts, commandsFor, orphaned) {
      const positions = Array.from(wireKeys.keys());
      // `getOrSet()` takes no other keys.
      const locked = positions.filter((position) => !needsBase64(wireKeys[position]));
      if (locked.length === 0) return engine.sendGroups(wireKeys, parts, commandsFor, orphaned);
      const begin = (turn: Turn, parts: Parts) => {
        const fail = (failed: readonly number[]) => orphaned?.(failed.map((i) => locked[i]));
        new LockFanOut(engine, parts, turn, fail).delete(locked.map((at) => wireKeys[at]), () => {
          try {
            engine.sendGroups(wireKeys, parts, commandsFor, orphaned);
          } catch (cause) {
            parts.note(unplaced(cause));
            orphaned?.(positions);
            parts.allSent();
          }
        });
      };
      if (parts.turn !== undefined) return begin(parts.turn, parts);
      engine.inTurn(wireKeys, parts, (turn) => begin(turn, inItsTurn(parts, turn)), (error) => {
        parts.note(error);
        orphaned?.(positions);
        parts.allSent();
      });
    },
  });
}

/** Deletes the locks of many keys, whether or not anybody still waits for the call. */
class LockFanOut extends PartReceiver<BatchResult> implements Parts {
  readonly turn: Turn;
  readonly command = "delete";
  override readonly settled = false;
  readonly #engine: Engine;
  readonly #parts: Parts;
  readonly #fail: (positions: readonly number[]) => void;
  #left = 1;
  #then = () => {};

  constructor(
    engine: Engine,
    parts: Parts,
    turn: Turn,
    fail: (positions: readonly number[]) => void,
  ) {
    super();
    this.turn = turn;
    this.#engine = engine;
    this.#parts = parts;
    this.#fail = fail;
  }

  get deadline(): Deadline {
    return this.#parts.deadline;
  }

  delete(keys: readonly string[], then: () => void): void {
    this.#then = then;
    const lockOf = (key: string) => this.#engine.keys.beside(key, "lease");
    this.#engine.sendGroups(
      keys,
      this,
      (group) => batchPlan(group).map((range) => new BesideDeletes(group, range, lockOf, this)),
      this.#fail,
    );
  }

  note(error: MemcachedError): void {
    this.#parts.note(error);
  }

  override expectParts(count: number): void {
    this.#left += count;
  }

  allSent(): void {
    this.#partOver();
  }

  override resolve({ failed, errors }: BatchResult): void {
    this.#fail(failed);
    for (const error of errors) this.note(error);
    this.#partOver();
  }

  override reject(error: MemcachedError): void {
    this.note(error);
    this.#partOver();
  }

  override rejectMisuse(): void {
    this.#partOver();
  }

  #partOver(): void {
    if (--this.#left === 0) this.#then();
  }
}

/** Makes the command that deletes the lock of a key. */
export function lockDelete(engine: Engine, key: string, receiver: Receiver<boolean>): Command {
  const lock = engine.keys.beside(key, "lease");
  return new BesideCommand(key, new DeleteCommand(lock, false, receiver));
}

/** Deletes the lock of a key, and calls back when that is answered. */
function deleteLock(
  engine: Engine,
  { deadline, turn }: { readonly deadline: Deadline; readonly turn: Turn },
  key: string,
  then: (failure: MemcachedError | undefined) => void,
): void {
  engine.send({ deadline }, key, lockDelete(engine, key, new Answered(then)), turn);
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

/** The server takes a greater number for a date. */
const MOST_RELATIVE = 2_592_000;
