/** What spans and metrics tell of a call that failed. */

import {
  ClosedError,
  ConnectionError,
  MemcachedError,
  MultiError,
  ReplyError,
  ServerDeadError,
  TimeoutError,
  UnsupportedError,
} from "../errors.ts";
import { fieldOf, isA, isSound } from "../thrown.ts";

/** One failure. */
export interface Failure {
  /** `error.type`. */
  readonly type: string;
  /** `db.response.status_code`: the word of the server's error line. */
  readonly statusCode: string | undefined;
  /** What to say of it; `undefined` if that might show a key or a value. */
  readonly message: string | undefined;
  /** Whether anything was sent. */
  readonly sent: "no" | "maybe" | undefined;
}

/** Reads the error of a call. Of one whose parts failed the first is told. */
export function failureOf(error: unknown): Failure {
  const inner = isSound(error, MultiError) ? error.errors[0] : error;
  if (!isSound(inner, MemcachedError)) {
    const name = isA(inner, Error) ? fieldOf(inner, "name") : undefined;
    const type = typeof name === "string" && name !== "" ? name : "_OTHER";
    return { type, statusCode: undefined, message: undefined, sent: undefined };
  }
  const statusCode = inner instanceof ReplyError ? inner.kind : undefined;
  return {
    type: statusCode ?? inner.name,
    statusCode,
    message: HARMLESS.some((type) => inner instanceof type) ? inner.message : undefined,
    sent: inner.sent,
  };
}

/** The errors that tell of servers and connections. Others quote replies, texts of values, or a loader's own words. */
const HARMLESS = [
  ClosedError,
  ConnectionError,
  ReplyError,
  ServerDeadError,
  TimeoutError,
  UnsupportedError,
];
