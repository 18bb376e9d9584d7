/** incr and decr. */

import { unsignedOf } from "./c_numbers.ts";
import { BAD_FORMAT, type Command, hasNoreply, MAX_KEY_LENGTH, plain, refused } from "./command.ts";
import { bytesOf, textOf } from "./latin1.ts";
import type { ServerState } from "./server_state.ts";

/** Makes a command from the words of a line that begins with one of the two. */
export function arithmeticCommand(words: readonly string[], state: ServerState): Command {
  const [name, key, deltaWord] = words;
  if (words.length < 3 || words.length > 4) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  if (key.length > MAX_KEY_LENGTH) return refused(name, noreply, BAD_FORMAT);
  const delta = unsignedOf(deltaWord);
  if (delta === undefined) {
    return refused(name, noreply, "CLIENT_ERROR invalid numeric delta argument");
  }
  return plain(name, noreply, (reply) => reply.line(change(name, key, delta, state)));
}

function change(
  name: string,
  key: string,
  delta: bigint,
  { store, statistics }: ServerState,
): string {
  const item = store.get(key);
  if (item === undefined) {
    statistics.count(`${name}_misses`);
    return "NOT_FOUND";
  }
  // The daemon reads the number from the stored bytes, so it ignores everything after white space there.
  const old = item.data.length === 0 || store.isChunked(key, item)
    ? undefined
    : unsignedOf(textOf(item.data));
  if (old === undefined) {
    return "CLIENT_ERROR cannot increment or decrement non-numeric value";
  }
  statistics.count(`${name}_hits`);
  const value = name === "incr" ? BigInt.asUintN(64, old + delta) : old > delta ? old - delta : 0n;
  const digits = String(value);
  if (digits.length > item.data.length) {
    store.put(key, bytesOf(digits), item.flags, item.exptime);
  } else {
    // The item keeps its length: spaces follow a shorter number.
    store.rewrite(key, item, bytesOf(digits.padEnd(item.data.length)));
  }
  return digits;
}
