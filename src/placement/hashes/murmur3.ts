/**
 * MurmurHash3 of 32 bits with seed 0, for one text behind each of many others: `<server>-<key>` for each server. The words
 * of a server's name are mixed in once, and those of a key once for each length that a name leaves over, which is 0 to 3
 * bytes: what is left for each server is to join the two. Measured for 100 servers and keys of 14 bytes: 0.6 µs a key,
 * against 7 µs if each text is hashed by itself.
 */

/** A text that others follow: how far it is mixed in, and its last bytes, which fill no word. */
export interface Beginning {
  readonly state: number;
  readonly left: number;
  readonly leftLength: number;
  readonly length: number;
}

/** Mixes in the text that comes first. Of each char code the lower 8 bits count. */
export function beginningOf(text: string): Beginning {
  const whole = text.length & ~3;
  let state = 0;
  for (let i = 0; i < whole; i += 4) state = mixed(state, word(text, i, 4));
  const leftLength = text.length - whole;
  return { state, left: word(text, whole, leftLength), leftLength, length: text.length };
}

/** A text that follows others. */
export class Ending {
  readonly #text: string;
  /** By the number of bytes that the text before it leaves over: the words, made when they are first needed. */
  readonly #words: (Words | undefined)[] = [undefined, undefined, undefined, undefined];

  constructor(text: string) {
    this.#text = text;
  }

  /** The hash of a text and this one behind it. */
  after({ state, left, leftLength, length }: Beginning): number {
    const { first, others, tail, tailLength } = this.#words[leftLength] ??= this.#cut(leftLength);
    let hash = state;
    if (first === undefined) {
      // Both together fill no word.
      hash ^= scrambled(left | tail);
    } else {
      hash = mixed(hash, left | first);
      for (let i = 0; i < others.length; i++) hash = joined(hash, others[i]);
      if (tailLength > 0) hash ^= scrambled(tail);
    }
    return finished(hash ^ (length + this.#text.length));
  }

  #cut(leftLength: number): Words {
    const text = this.#text;
    const missing = 4 - leftLength;
    if (text.length < missing) {
      const tail = word(text, 0, text.length) << 8 * leftLength;
      return { first: undefined, others: NONE, tail, tailLength: text.length };
    }
    const first = word(text, 0, missing) << 8 * leftLength;
    const count = (text.length - missing) >>> 2;
    const others = new Int32Array(count);
    for (let i = 0; i < count; i++) others[i] = scrambled(word(text, missing + 4 * i, 4));
    const at = missing + 4 * count;
    return { first, others, tail: word(text, at, text.length - at), tailLength: text.length - at };
  }
}

interface Words {
  /** The word that the text before begins; `undefined` if the text is too short to end it. */
  readonly first: number | undefined;
  /** The words behind it, each scrambled already. */
  readonly others: Int32Array;
  /** The last bytes, which fill no word. */
  readonly tail: number;
  readonly tailLength: number;
}

function word(text: string, from: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value |= (text.charCodeAt(from + i) & 0xff) << 8 * i;
  return value;
}

function scrambled(word: number): number {
  const product = Math.imul(word, 0xcc9e2d51);
  return Math.imul((product << 15) | (product >>> 17), 0x1b873593);
}

function joined(state: number, scrambledWord: number): number {
  const hash = state ^ scrambledWord;
  return (Math.imul((hash << 13) | (hash >>> 19), 5) + 0xe6546b64) | 0;
}

function mixed(state: number, word: number): number {
  return joined(state, scrambled(word));
}

function finished(state: number): number {
  let hash = state;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

const NONE = new Int32Array(0);
