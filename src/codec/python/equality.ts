/**
 * Which keys and members Python takes for equal: it would keep one of them only. `True`, `1` and `1.0` are equal, and so
 * are tuples, bytes and frozensets of the same content.
 *
 * The comparison reads the marshal that has just been written, so that it is about what will be stored. Each value gets a
 * number, the same for equal ones; a container is known by the numbers of what it holds. So the work is linear in the
 * bytes, however deep they are nested.
 */

import { decodeLatin1 } from "../text.ts";

/** The indexes of two values that Python takes for equal; the same index twice if the two are inside that value. */
export type EqualPair = readonly [first: number, second: number];

/**
 * Looks for two equal values.
 *
 * @param marshal Marshal as this package writes it.
 * @param starts Where the values begin, which are all hashable.
 */
export function findEqual(marshal: Uint8Array, starts: readonly number[]): EqualPair | undefined {
  const numbering = new Numbering(marshal);
  const seen = new Map<number, number>();
  for (let index = 0; index < starts.length; index++) {
    const number = numbering.numberAt(starts[index]);
    if (numbering.foundEqual) return [index, index];
    const first = seen.get(number);
    if (first !== undefined) return [first, index];
    seen.set(number, index);
  }
  return undefined;
}

class Numbering {
  /** True once a set had two equal members. */
  foundEqual = false;
  readonly #data: Uint8Array;
  readonly #view: DataView;
  /** The numbers, by texts that are the same for equal values. V8 hashes texts with a seed, so they spread well. */
  readonly #numbers = new Map<string, number>();
  #count = 0;
  #at = 0;

  constructor(data: Uint8Array) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.length);
  }

  /** Gives the number of the value that begins at a position. */
  numberAt(position: number): number {
    this.#at = position;
    return this.#next();
  }

  #next(): number {
    const text = this.#read();
    const known = text === undefined ? undefined : this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#count++;
    if (text !== undefined) this.#numbers.set(text, number);
    return number;
  }

  /** Reads a value as a text that only equal values have; `undefined` for one that equals nothing, not even itself. */
  #read(): string | undefined {
    const type = this.#data[this.#at++];
    switch (type) {
      case 0x4e: // N
        return "None";
      case 0x46: // F
        return integer(0);
      case 0x54: // T
        return integer(1);
      case 0x69: // i
        return integer(this.#int32());
      case 0x6c: // l
        return this.#readLong();
      case 0x67: // g
        return this.#readFloat();
      case 0x75: // u
      case 0x73: { // s
        const length = this.#int32();
        const start = this.#at;
        this.#at += length;
        return (type === 0x75 ? "text " : "bytes ") + decodeLatin1(this.#data, start, this.#at);
      }
      case 0x28: // (
        return `tuple ${this.#numbersOf(this.#int32()).join()}`;
      case 0x3e: { // >
        const members = this.#numbersOf(this.#int32());
        if (new Set(members).size < members.length) this.foundEqual = true;
        return `frozenset ${members.sort((a, b) => a - b).join()}`;
      }
      default:
        throw new TypeError(`Cannot compare values of type code ${type} as they are not hashable`);
    }
  }

  #numbersOf(count: number): number[] {
    return Array.from({ length: count }, () => this.#next());
  }

  /** Digits of 15 bits, the least significant first: each is five octal digits. */
  #readLong(): string {
    const signedCount = this.#int32();
    const start = this.#at;
    this.#at += Math.abs(signedCount) * 2;
    let octal = "";
    for (let at = this.#at - 2; at >= start; at -= 2) {
      const digit = this.#view.getUint16(at, true).toString(8);
      octal += octal === "" ? digit : digit.padStart(5, "0");
    }
    return `number ${signedCount < 0 ? "-" : ""}${octal}`;
  }

  #readFloat(): string | undefined {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    if (Number.isNaN(value)) return undefined;
    return Number.isInteger(value) ? integer(BigInt(value)) : `float ${value}`;
  }

  #int32(): number {
    const value = this.#view.getInt32(this.#at, true);
    this.#at += 4;
    return value;
  }
}

function integer(value: number | bigint): string {
  return `number ${value.toString(8)}`;
}
