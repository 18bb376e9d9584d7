/**
 * What an error line says about the connection on which it came. The list is one of what is clean: after any other line
 * the connection is not used again.
 */

import type { Traits } from "../commands/traits.ts";
import { ReplyWord, spell } from "../protocol/reply.ts";

/** True if memcached says, without being asked, that it has one connection too many. It then closes that one. */
export function isFull(word: ReplyWord, text: string): boolean {
  return word === ReplyWord.ERROR && text.startsWith("Too many open connections");
}

/**
 * True if the server asks for user and password. It has carried out nothing, and answers only the last of the commands
 * that came together: which one that is, nobody can tell.
 */
export function asksForPassword(word: ReplyWord, text: string): boolean {
  return word === ReplyWord.CLIENT_ERROR && ASKING.has(text);
}

/**
 * True if the stream is still in step after a line that surely answers a command with these traits: the server took the
 * whole request, and nothing follows the line. That is not so
 *
 * - after ERROR: the server may take what follows for commands;
 * - after CLIENT_ERROR to a request with a data block, which the server may take for commands;
 * - after CLIENT_ERROR to a retrieval: since 1.6.40 memcached sends an empty line behind it, as behind the one
 *   SERVER_ERROR that says that the items could not be put together.
 */
export function keepsStep(word: ReplyWord, text: string, traits: Traits): boolean {
  if (word === ReplyWord.SERVER_ERROR) return !traits.isRetrieval || text !== CANNOT_PUT_TOGETHER;
  return word === ReplyWord.CLIENT_ERROR && !traits.hasPayload && !traits.isRetrieval;
}

const CANNOT_PUT_TOGETHER = "out of memory writing get response";

/** Error lines that memcached sends with its option `-Y`, and never without it. */
const ASKING: ReadonlySet<string> = new Set([
  "unauthenticated",
  "bad authentication token format",
  "authentication failure",
  "auth token too long",
]);

/**
 * Gives an error line as an error shows it.
 *
 * @param censor Takes secrets out of it. A question for the password has none, and is known by its words.
 */
export function shownLine(
  word: ReplyWord,
  text: string,
  censor: ((text: string) => string) | undefined,
): string {
  const shown = censor === undefined || asksForPassword(word, text) ? text : censor(text);
  return shown === "" ? spell(word) : `${spell(word)} ${shown}`;
}
