/**
 * The errors of calls to a dead server. Each that a program makes fails at once, so there may be very many one after the
 * other, and to make an error takes as long as the rest of such a call: 3.5 of 7 µs. So for a moment those of one command
 * share theirs. A call that rejects makes its own of it, with the stack of its caller (`ownOf()`).
 */

import { share } from "../error_copy.ts";
import type { MemcachedError } from "../errors.ts";
import { deadError } from "./server_errors.ts";

/** Those of one server. */
export class DeadErrors {
  /** Why the server is dead, or was. */
  cause: MemcachedError | undefined;
  /** By the name of the command. */
  #made: Map<string, MemcachedError> | undefined;

  errorFor(server: string, command: string): MemcachedError {
    const { cause } = this;
    const made = (this.#made ??= new Map()).get(command);
    const isNew = made !== undefined && made.server === server && made.cause === cause &&
      Math.abs(Date.now() - made.at.getTime()) < MOMENT;
    if (isNew) return made;
    const error = share(deadError(server, command, cause));
    this.#made.set(command, error);
    return error;
  }
}

/** Milliseconds. */
const MOMENT = 10;
