/** The verbs: what is known of a public method before it is called. */

import { CALL_OPTIONS, type CallChecks } from "./call_options.ts";

/** One method of a client that makes a call. */
export interface Verb<out T = unknown> {
  /** The method's name, as failures, counts and observers tell it. */
  readonly name: string;
  /** What a call gives that fails and is not strict; made anew for each. */
  readonly fallback: () => T;
  /** The options that it takes. */
  readonly takes: CallChecks;
}

/** Makes a verb, which takes the options of every call unless others are given. */
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
