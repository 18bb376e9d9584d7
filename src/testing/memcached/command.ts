/**
 * A command line that was read, before it is carried out. The line alone decides whether a data block follows. As in the
 * daemon, none follows a line that is refused: the bytes after it are read as commands.
 */

import type { Dialect } from "./dialect.ts";
import type { ReplyWriter } from "./reply_writer.ts";

/** A command that was read and is not carried out yet. */
export interface Command {
  /** Its name, `""` if memcached does not know it. */
  readonly name: string;
  /** Whether the client wants no reply. */
  readonly noreply: boolean;
  /** How many bytes follow its line, line end included. 0 if it has no data block. */
  readonly dataLength: number;
  /** Whether the bytes that follow are thrown away. */
  readonly swallow: boolean;
  /** Whether it is well-formed. Only then it counts as carried out. */
  readonly valid: boolean;
  /** Whether the connection closes after it. */
  readonly closes: boolean;
  /** Whether the connection says nothing more after it was carried out, whatever is asked. */
  readonly silences?: boolean;
  /** What is told to the connection after that, unasked. */
  readonly watches?: ReadonlySet<string>;
  /** Carries it out and writes the reply, which the caller drops if the client wants none. */
  carryOut(reply: ReplyWriter, data: Uint8Array): void;
}

/** Makes a command without a data block. */
export function plain(
  name: string,
  noreply: boolean,
  carryOut: (reply: ReplyWriter) => void,
): Command {
  return { ...BASE, name, noreply, carryOut };
}

/** Makes a command that is answered by an error line and not carried out. */
export function refused(name: string, noreply: boolean, line: string): Command {
  return { ...BASE, name, noreply, valid: false, carryOut: (reply) => reply.line(line) };
}

/** Makes the command for a line that has too few words. */
export function tooFewWords(name: string, { hasNewTokenizer }: Dialect): Command {
  return refused(name, false, hasNewTokenizer ? BAD_FORMAT : "ERROR");
}

/** Makes a command that closes the connection without a reply. */
export function closing(name: string): Command {
  return { ...BASE, name, noreply: false, closes: true, carryOut: () => {} };
}

/** Says whether the last word tells that the client wants no reply. */
export function hasNoreply(words: readonly string[]): boolean {
  return words[words.length - 1] === "noreply";
}

/** memcached's answer to a key that is too long and to a word that is not a number. */
export const BAD_FORMAT = "CLIENT_ERROR bad command line format";

/** The longest key, in bytes. */
export const MAX_KEY_LENGTH = 250;

/** The longest data block, in bytes: `INT_MAX - 2`, as the daemon adds the line end to it. */
export const MAX_DATA_LENGTH = 0x7fff_fffd;

const BASE = { dataLength: 0, swallow: false, valid: true, closes: false } as const;
