/** The verbs: the facts of a public method that are known before it is called. */

import { CALL_OPTIONS, type CallChecks } from "./call_options.ts";

/** One method of a client that makes a call. */
export interface Verb<out T = unknown> {
  /** The method's name, as it appears in failures, counts and observers. */
  readonly name: string;
  /** Makes the result of a call that fails and is not strict. Each call gets its own. */
  readonly fallback: () => T;
  /** The options that it takes. */
  readonly takes: CallChecks;
}

/** Makes a verb. It takes the options of every call unless others are given. */
export function verb<T>(
  name: string,
  fallback: () => T,
  takes: CallChecks = CALL_OPTIONS,
): Verb<T> {
  return Object.freeze({ name, fallback, takes });
}

/** The fallback of verbs that ask for one thing. */
export function missing(): undefined {
  return undefined;
}

/** The fallback of verbs that change one item. */
export function notDone(): false {
  return false;
}
