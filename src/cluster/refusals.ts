/**
 * Decides whether the keys of a line that a server refused are asked for one by one. A proxy refuses the whole line for
 * one key, or for one server behind it that is down. If one line after the other brings nothing, the trouble is with all
 * keys, and more commands would only add to it.
 */

import type { Command } from "../commands/command.ts";
import { forCommand } from "../error_copy.ts";
import type { ReplyError } from "../errors.ts";

/** The refusals of one server. */
export class Refusals {
  /** Refusals in a row, and the number of keys that had been answered by then. */
  #inARow = 0;
  #answers = 0;
  #hopelessSince = -Infinity;

  /**
   * Gives the commands that ask for the keys of a refused retrieval one by one; `undefined` if it is to fail.
   *
   * @param answers Number of keys that the server has answered so far.
   */
  partsOf(
    command: Command,
    now: number,
    answers: number,
    retryTimeout: number,
  ): Command[] | undefined {
    const parts = this.#areHopeless(now, answers, retryTimeout) ? undefined : command.askApart();
    if (parts === undefined) this.#note(now, answers, retryTimeout);
    return parts;
  }

  /** Notes that a retrieval fails by an error line. */
  #note(now: number, answers: number, retryTimeout: number): void {
    if (answers !== this.#answers) this.#inARow = 0;
    this.#answers = answers;
    if (++this.#inARow < MANY_REFUSALS) return;
    if (now >= this.#hopelessSince + retryTimeout) this.#hopelessSince = now;
  }

  /** True if so many retrievals in a row were refused that nothing is asked one by one, for the retry timeout. */
  #areHopeless(now: number, answers: number, retryTimeout: number): boolean {
    return answers === this.#answers && this.#inARow >= MANY_REFUSALS &&
      now < this.#hopelessSince + retryTimeout;
  }
}

/** As many as one line of merged gets has keys. */
const MANY_REFUSALS = 100;

/** Asks for each of some parts by itself, unless a later call may have changed its keys. */
export function askApart(
  parts: readonly Command[],
  error: ReplyError,
  isChanged: (key: string) => boolean,
  ask: (part: Command) => void,
): true {
  for (const part of parts) {
    if (part.keys.some(isChanged)) part.fail(forCommand(error, part.name));
    else ask(part);
  }
  return true;
}
