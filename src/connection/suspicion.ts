/**
 * The suspicion that the stream has ended without being seen: while it was idle, or right behind an error line, as some
 * proxies close it. What is written then is lost: a command that only reads is asked again, and one that must not be sent
 * twice waits until the stream has been looked at.
 *
 * A server that does not close behind an error line has to show that once: then nothing waits after its next one. It may
 * close after lines for many keys and not after others, as twemproxy does, so that is learnt for each kind.
 */

import type { Clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";

/** What has been seen of a server, shared by its connections. */
export interface Habits {
  /** True once a command has succeeded. An error line is no success. */
  hasServed: boolean;
  /** The kinds of commands after which it has been seen to go on. */
  goesOnAfterOne: boolean;
  goesOnAfterMany: boolean;
}

/** Makes the habits of a server that is not known yet. */
export function unknownHabits(): Habits {
  return { hasServed: false, goesOnAfterOne: false, goesOnAfterMany: false };
}

/** Knows whether the stream of one connection may have ended. */
export class Suspicion {
  /** True if the stream has to be looked at before anything is written that must not be sent twice. */
  mustLook = false;
  readonly #habits: Habits;
  /** True if the stream was not read after it was idle. */
  #wasIdle = false;
  /** Replies to commands that were written before an error line came, and one more, that are still due. */
  #due = 0;
  #isOfMany = false;
  #callOff: (() => void) | undefined;

  constructor(habits: Habits) {
    this.#habits = habits;
  }

  /** True from an error line on, until a command that was written after it is answered. */
  get isBehindError(): boolean {
    return this.#due > 0;
  }

  /** True if the stream may have ended before what is in flight was written. */
  get isOn(): boolean {
    return this.#wasIdle || this.#due > 0;
  }

  /** Notes that the stream is used again after it was idle. */
  wasIdle(): void {
    this.#wasIdle = this.mustLook = true;
  }

  /** Notes that something was read. */
  heard(): void {
    this.#wasIdle = false;
    if (this.#due === 0) this.mustLook = false;
  }

  /**
   * Notes an error line.
   *
   * @param due Number of commands whose reply is due, with the one that the line answers.
   * @param isOfMany True if that one asks for many keys.
   */
  raise(due: number, isOfMany: boolean): void {
    // This one was written after the last error line, and is answered: that did not end the connection.
    if (this.#due === 1) this.#learn(true);
    this.#due = due + 1;
    this.#isOfMany = isOfMany;
    const { goesOnAfterOne, goesOnAfterMany } = this.#habits;
    if (!(isOfMany ? goesOnAfterMany : goesOnAfterOne)) this.mustLook = true;
  }

  /** Notes a reply while {@linkcode Suspicion.isBehindError}. */
  answered(): void {
    if (--this.#due > 0) return;
    this.#learn(true);
    this.mustLook = false;
  }

  /** Goes on after some timers, so that the end of the stream is read if it is there. */
  look(clock: Clock, goOn: () => void, [delay, ...delays]: readonly number[] = LOOK_DELAYS): void {
    this.#callOff = clock.after(delay, () => {
      if (delays.length > 0) return this.look(clock, goOn, delays);
      this.mustLook = false;
      goOn();
    });
  }

  /** Notes that the connection has ended. */
  ended(): void {
    this.#callOff?.();
    if (this.#due > 0) this.#learn(false);
  }

  #learn(goesOn: boolean): void {
    if (this.#isOfMany) this.#habits.goesOnAfterMany = goesOn;
    else this.#habits.goesOnAfterOne = goesOn;
  }
}

/**
 * True for a command that is not written while the stream may have ended: it must not be sent twice, or has been sent
 * before.
 */
export function waitsForLook({ traits, ownResends, abandoned }: Command): boolean {
  return (traits.resend !== "always" || ownResends > 0) && !abandoned;
}

/**
 * Timers of a look, in milliseconds. After the loop was blocked, one timer is not enough, nor are two that are due at once:
 * the loop may call them before it reads. `tests/client/reconnect_test.ts` blocks it so.
 */
const LOOK_DELAYS: readonly number[] = [2, 2];
