/** What the gets that share a line have in common. */

/** A get, as far as its line knows it. */
interface Asking {
  readonly wireKey: string;
}

/** The state of a line, which a get that is alone does without. */
export class GetLine<G extends Asking> {
  /** The last of the gets, which are a linked list. */
  last: G;
  /** Number of keys that are written, and of callers who wait for them. */
  keys = 1;
  callers = 1;
  /** Bytes of these keys, each with the space before it. */
  bytes: number;
  /** Number of items that came, and of those among them that are no hits. */
  hits = 0;
  empty = 0;
  /** The get whose item is expected next. */
  cursor: G | undefined;
  readonly #recent = new Array<G | undefined>(RECENT).fill(undefined);

  constructor(first: G) {
    this.last = first;
    this.bytes = first.wireKey.length + 1;
    this.note(first);
  }

  /** Gives the last get for a key, if it is remembered: most of those that are asked again at once are. */
  recent(key: string): G | undefined {
    const get = this.#recent[placeOf(key)];
    return get?.wireKey === key ? get : undefined;
  }

  /** Remembers a get as the last one for its key. */
  note(get: G): void {
    this.#recent[placeOf(get.wireKey)] = get;
  }
}

/** Keys of one kind differ at their end. */
function placeOf(key: string): number {
  const { length } = key;
  return (key.charCodeAt(length - 1) ^ 7 * (key.charCodeAt(length - 2) & 0xff)) & (RECENT - 1);
}

/** A power of two. To find every key again would take a `Map`, at 30 ns a get. */
const RECENT = 16;
