/**
 * What a command line becomes before it is carried out. Whether a data block follows is decided by the line alone, and
 * as in the daemon a line that is refused has none: what follows it is read as commands.
 */

import type { ReplyWriter } from "./reply_writer.ts";

/** A command that was read and is not carried out yet. */
export interface Command {
  /** Its name, `""` when it has none that memcached knows. */
  readonly name: string;
  /** Whether its reply is not wanted. */
  readonly noreply: boolean;
  /** How many bytes follow its line, line end included; 0 when it has no data block. */
  readonly dataLength: number;
  /** Whether the bytes that follow are thrown away. */
  readonly swallow: boolean;
  /** Whether it is well-formed: only then it counts as carried out. */
  readonly valid: boolean;
  /** Whether the connection closes after it. */
  readonly closes: boolean;
  /** Carries it out and writes the reply, which the caller drops for noreply. */
  carryOut(reply: ReplyWriter, data: Uint8Array): void;
}

/** A command without a data block. */
export function plain(
  name: string,
  noreply: boolean,
  carryOut: (reply: ReplyWriter) => void,
): Command {
  return { ...BASE, name, noreply, carryOut };
}

/** A command line that is refused with an error line. */
export function refused(name: string, noreply: boolean, line: string): Command {
  return { ...BASE, name, noreply, valid: false, carryOut: (reply) => reply.line(line) };
}

/** A command whose answer is that the connection closes. */
export function closing(name: string): Command {
  return { ...BASE, name, noreply: false, closes: true, carryOut: () => {} };
}

/** Whether the last word says that no reply is wanted. */
export function hasNoreply(words: readonly string[]): boolean {
  return words[words.length - 1] === "noreply";
}

/** memcached's answer to a key that is too long and to numbers that are none. */
export const BAD_FORMAT = "CLIENT_ERROR bad command line format";

/** The longest key, in bytes. */
export const MAX_KEY_LENGTH = 250;

const BASE = { dataLength: 0, swallow: false, valid: true, closes: false } as const;
