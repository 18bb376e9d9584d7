/** Copies of errors: one failure may strike many commands, and each of them tells of itself. */

import type { MemcachedError, MemcachedErrorOptions } from "./errors.ts";

/** The error of a dial that many may have waited for, as that of one command. */
export function forCommand(error: MemcachedError, command: string): MemcachedError {
  return copyOf(error, { command });
}

/** The error of one part of a call, where another part may have been carried out. */
export function inPart(error: MemcachedError): MemcachedError {
  return error.sent === "maybe" ? error : copyOf(error, { sent: "maybe" });
}

/** An error of the same class with all that it knows, but for some changes: a new one, with a stack of its own. */
function copyOf(error: MemcachedError, changes: MemcachedErrorOptions): MemcachedError {
  const ErrorClass = error.constructor as new (
    message: string,
    options: MemcachedErrorOptions,
  ) => MemcachedError;
  // The fields of each class have the names of its options.
  return new ErrorClass(error.message, { ...error, cause: error.cause, ...changes });
}
