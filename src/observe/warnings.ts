/**
 * Says on the console that a server fails which has never carried out a call, once: without a word, a cache that never
 * worked looks like one that misses.
 */

import { MemcachedError, TimeoutError } from "../errors.ts";
import { isA, isSound, quietly, textOf } from "../thrown.ts";
import type { ObservedServer, Observer } from "./observer.ts";
import { whatToCheck } from "./what_to_check.ts";

/** A server of which it is known whether a command has ever succeeded. An error line is an answer, but no success. */
interface ServingServer extends ObservedServer {
  readonly hasServed: boolean;
}

/** True if somebody sees the failures that an observer is told of. */
export function hearsFailures(observer: Observer | undefined): boolean {
  return observer?.happened !== undefined && observer.seesFailures !== false;
}

/** The warnings of one client. */
export class Warnings {
  /** The servers of which something was said. Made when there is one. */
  #told: WeakSet<ServingServer> | undefined;
  #isOn: boolean;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  /** Says no more. */
  stop(): void {
    this.#isOn = false;
  }

  /** Gives what there is to say of a failure that no caller sees, as a function that says it; `undefined` for nothing. */
  about(server: ServingServer | undefined, error: MemcachedError): (() => void) | undefined {
    if (!this.#isOn || server === undefined || server.hasServed) return undefined;
    const told = this.#told ??= new WeakSet();
    if (told.has(server)) return undefined;
    told.add(server);
    return () => {
      if (this.#isOn) quietly(() => console.warn(warning(server.name, error)));
    };
  }
}

function warning(server: string, error: MemcachedError): string {
  return `libmc: No call to ${server} has succeeded yet, and callers see no error. ` +
    `${reasonOf(error)}. ${
      whatToCheck(error)
    } This is said once: listen to the event "failure" to hear of ` +
    'every failure, set the option "strict" to get it as an error, or "warn" to false to hear nothing.';
}

/** Gives what an error says, and what its causes say beside that. */
function reasonOf(error: MemcachedError): string {
  let text = error.message;
  let cause: unknown = error.cause;
  for (let depth = 0; depth < MOST_CAUSES && cause !== undefined; depth++) {
    const said = textOf(cause);
    // That a time was up is in the message, in other words.
    if (!text.includes(said) && !isA(cause, TimeoutError)) text += `: ${said}`;
    cause = isSound(cause, MemcachedError) ? cause.cause : undefined;
  }
  return text;
}

const MOST_CAUSES = 3;
