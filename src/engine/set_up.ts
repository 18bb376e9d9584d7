/**
 * Mistakes in a program's set-up. Waiting cures none of them, so a call that meets one rejects, strict or not: a cache
 * that can never work must not look like one that misses.
 */

import { AUTHENTICATE } from "../commands/authentication.ts";
import {
  ConnectionError,
  type MemcachedError,
  ReplyError,
  ServerDeadError,
  UnsupportedError,
} from "../errors.ts";
import { fieldOf, isA, isSound } from "../thrown.ts";

/**
 * True if a failure can only come from the set-up: a network permission that was not granted, a password that the server
 * has refused, a server that has no meta commands, or a `connect` with a bug. It is so too for as long as the server is dead for that reason.
 */
export function isSetUpMistake(error: MemcachedError): boolean {
  const failure = error instanceof ServerDeadError ? error.cause : error;
  if (isSound(failure, UnsupportedError)) return META_COMMANDS.has(failure.command);
  if (!isSound(failure, ConnectionError) || failure.step !== "dial") return false;
  const { cause } = failure;
  return isRefusedPassword(cause) || BUGS.some((type) => isA(cause, type)) ||
    (isSound(cause, Error) && isDenial(cause));
}

/** True if a server has refused user and password. */
export function isRefusedPassword(cause: unknown): boolean {
  return isSound(cause, ReplyError) && cause.command === AUTHENTICATE;
}

/** True if a permission was not granted. Deno's error is known by its name, as no other file than its transport names Deno, and Node's by its code. */
export function isDenial(cause: Error): boolean {
  return fieldOf(cause, "name") === "NotCapable" || fieldOf(cause, "code") === "ERR_ACCESS_DENIED";
}

/** Those of administration are declined by many servers for many reasons: their callers say what they expect. */
const META_COMMANDS: ReadonlySet<string | undefined> = new Set([
  "mg",
  "ms",
  "md",
  "ma",
  "me",
  "mn",
]);

/** What a function throws that is wrong itself. A network that fails throws none of them. */
const BUGS = [TypeError, RangeError, ReferenceError, SyntaxError];
