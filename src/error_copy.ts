/** Copies of errors: one failure may concern many commands, and the error of each must name its own. */

import type { MemcachedError, MemcachedErrorOptions } from "./errors.ts";

/** Copies the error of a dial, which many commands may have waited for, for one command. */
export function forCommand(error: MemcachedError, command: string): MemcachedError {
  return copyOf(error, { command });
}

/** Copies the error of one part of a call of which another part may have been carried out. */
export function inPart(error: MemcachedError): MemcachedError {
  return error.sent === "maybe" ? error : copyOf(error, { sent: "maybe" });
}

/** Makes an error of the same class with the same fields, except some changes, and its own stack. */
function copyOf(error: MemcachedError, changes: MemcachedErrorOptions): MemcachedError {
  const ErrorClass = error.constructor as new (
    message: string,
    options: MemcachedErrorOptions,
  ) => MemcachedError;
  // The fields of each class have the same names as its options.
  return new ErrorClass(error.message, { ...error, cause: error.cause, ...changes });
}
