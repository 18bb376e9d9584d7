/** What a case is, and what cases are made of. */

/** Bytes sent, and the bytes that must come back before the answer to a mark that is sent behind them. */
export interface WireCase {
  readonly name: string;
  /** What is sent; several pieces leave by writes of their own. */
  readonly sent: string | readonly string[];
  readonly answer: string;
  /** Whether the server closes the connection after its answer. */
  readonly closes?: boolean;
}

export const KEY_250 = "k".repeat(250);
export const KEY_251 = "k".repeat(251);
export const BAD_FORMAT = "CLIENT_ERROR bad command line format\r\n";
export const BAD_CHUNK = "CLIENT_ERROR bad data chunk\r\n";
export const BAD_EXPTIME = "CLIENT_ERROR invalid exptime argument\r\n";
export const BAD_DELTA = "CLIENT_ERROR invalid numeric delta argument\r\n";
export const NON_NUMERIC = "CLIENT_ERROR cannot increment or decrement non-numeric value\r\n";
export const DELETE_USAGE =
  "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]\r\n";
export const TOO_LARGE = "SERVER_ERROR object too large for cache\r\n";
export const ERROR = "ERROR\r\n";
export const OK = "OK\r\n";
export const END = "END\r\n";
export const STORED = "STORED\r\n";
export const SET_A = "set a 0 0 1\r\n1\r\n";
export const GET_A = "get a\r\n";
export const A_IS_1 = "VALUE a 0 1\r\n1\r\nEND\r\n";

export function c(name: string, sent: string | string[], answer: string, closes = false): WireCase {
  return { name, sent, answer, closes };
}

export function set(key: string, value: string): string {
  return `set ${key} 0 0 ${value.length}\r\n${value}\r\n`;
}

export function big(length: number): string {
  return "x".repeat(length);
}
