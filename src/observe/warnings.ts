/**
 * Says on the console that a server fails which has never answered, once: without a word, a cache that never worked looks
 * like one that misses.
 */

import type { MemcachedError } from "../errors.ts";
import { quietly } from "../thrown.ts";
import type { ObservedServer, Observer } from "./observer.ts";

/** A server that is known to have answered once it has sent a byte. */
interface AnsweringServer extends ObservedServer {
  readonly counters: ObservedServer["counters"] & { readonly bytesRead: number };
}

/** True if somebody sees the failures that an observer is told of. */
export function hearsFailures(observer: Observer | undefined): boolean {
  return observer?.happened !== undefined && observer.seesFailures !== false;
}

/** The warnings of one client. */
export class Warnings {
  /** The servers of which something was said. Made when there is one. */
  #told: WeakSet<AnsweringServer> | undefined;
  #isOn: boolean;

  constructor(isOn: boolean) {
    this.#isOn = isOn;
  }

  /** Says no more. */
  stop(): void {
    this.#isOn = false;
  }

  /** Gives what there is to say of a failure that no caller sees, as a function that says it; `undefined` for nothing. */
  about(server: AnsweringServer | undefined, error: MemcachedError): (() => void) | undefined {
    if (!this.#isOn || server === undefined || server.counters.bytesRead > 0) return undefined;
    const told = this.#told ??= new WeakSet();
    if (told.has(server)) return undefined;
    told.add(server);
    const text =
      `libmc: ${server.name} has not answered yet, and calls to it fail without an error. ` +
      `${error.message}. ${CHECK} This is said once: listen to the event "failure" to hear of every failure, ` +
      'set the option "strict" to get it as an error, or "warn" to false to hear nothing.';
    return () => {
      if (this.#isOn) quietly(() => console.warn(text));
    };
  }
}

const CHECK =
  "Check its address and port, whether memcached runs there, firewalls, and what the program may do: --allow-net on Deno.";
