/** Copies of errors: one failure may concern many commands, and the error of each must name its own. */

import {
  ClosedError,
  CodecError,
  ConnectionError,
  LoadError,
  MemcachedError,
  type MemcachedErrorOptions,
  MultiError,
  ProtocolError,
  ReplyError,
  SchemaError,
  ServerDeadError,
  TimeoutError,
  UnsupportedError,
} from "./errors.ts";

/** Copies an error that concerns many commands, such as that of a dial, for one of them. */
export function forCommand(error: MemcachedError, command: string): MemcachedError {
  return copyOf(error, { command });
}

/** Copies the error of one part of a call of which another part may have been carried out. */
export function inPart(error: MemcachedError): MemcachedError {
  return error.sent === "maybe" ? error : copyOf(error, { sent: "maybe" });
}

/** Copies an error for a call of which nothing was sent. */
export function unsent(error: MemcachedError): MemcachedError {
  return error.sent === "no" ? error : copyOf(error, { sent: "no" });
}

/** Notes that several calls are given an error, which none of them may change. */
export function share<E extends MemcachedError>(error: E): E {
  SHARED.add(error);
  return error;
}

/** Gives an error that belongs to one call: a copy, if others were given the same one. */
export function ownOf(error: MemcachedError): MemcachedError {
  return SHARED.has(error) ? copyOf(error, {}) : error;
}

const SHARED = new WeakSet<MemcachedError>();

/**
 * Makes an error of the same class with the same fields, except some changes, and its own stack. A class of somebody
 * else, whose constructor may take anything, gives way to the one that it extends.
 */
function copyOf(error: MemcachedError, changes: MemcachedErrorOptions): MemcachedError {
  const ErrorClass = CLASSES.find((ErrorClass) => error instanceof ErrorClass) as new (
    message: string,
    options: MemcachedErrorOptions,
  ) => MemcachedError;
  // The fields of each class have the same names as its options.
  return new ErrorClass(error.message, { ...error, cause: error.cause, ...changes });
}

/** The classes of errors.ts, the base of all others last. */
const CLASSES = [
  ClosedError,
  CodecError,
  ConnectionError,
  LoadError,
  MultiError,
  ProtocolError,
  ReplyError,
  SchemaError,
  ServerDeadError,
  TimeoutError,
  UnsupportedError,
  MemcachedError,
];
