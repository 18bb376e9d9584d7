/** The verbs: the facts of a public method that are known before it is called. */

import type { ResultKind } from "../observe/verb_counts.ts";
import { type CallChecks, KEY_OPTIONS } from "./call_options.ts";

/** One method of a client that makes a call. */
export interface Verb<out T = unknown> {
  /** The method's name, as it appears in failures, counts and observers. */
  readonly name: string;
  /** Makes the result of a call that fails and is not strict. Each call gets its own. */
  readonly fallback: () => T;
  /** The options that it takes. */
  readonly takes: CallChecks;
  /** How its result tells what was found or stored, for those who count. */
  readonly gives: ResultKind;
}

/** Makes a verb. It takes the options of a call for keys unless others are given, and its result tells nothing. */
export function verb<T>(
  name: string,
  fallback: () => T,
  takes: CallChecks = KEY_OPTIONS,
  gives: ResultKind = "plain",
): Verb<T> {
  return Object.freeze({ name, fallback, takes, gives });
}

/** The fallback of verbs that ask for one thing. */
export function missing(): undefined {
  return undefined;
}

/** The fallback of verbs that change one item. */
export function notDone(): false {
  return false;
}
