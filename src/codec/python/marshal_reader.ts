/**
 * Reads Python's marshal, versions 0 to 4. python.ts lists what each type becomes.
 *
 * There is no recursion: open containers lie on a stack of our own. A count in the data is trusted only if the data left
 * has a byte for each element still due, here and in all containers around it. References share their target; a reference
 * to a container that is not complete, which would make a cycle, is rejected.
 */

import { CodecError } from "../../errors.ts";
import { makeDict, makeInteger, makeSet, MAX_DEPTH, parsePythonFloat } from "./python.ts";
import {
  ARRAY_COST,
  BY_HAND_COST,
  BYTES_COST,
  DICT_COST,
  HASH_COST,
  LONG_COST,
  PART_COST,
  ReadBudget,
  TEXT_COST,
} from "./read_budget.ts";
import { decodeLatin1, decodeSurrogates, decodeText } from "../text.ts";

/**
 * Reads the first object of a marshal stream; bytes after it are ignored, as `marshal.loads` does.
 *
 * @param data Borrowed.
 * @param memory Most bytes of memory that the object may take.
 * @returns Owned.
 * @throws {CodecError} If the data is not marshal, contains a type that JavaScript lacks, or would take too much memory.
 */
export function readMarshal(data: Uint8Array, memory?: number): unknown {
  // Most values that libmc stores are a single text.
  if (data[0] === 0x75 && data.length >= 5) {
    const length = data[1] | (data[2] << 8) | (data[3] << 16) | (data[4] << 24);
    if (length >= 0 && length <= data.length - 5) {
      const text = decodeText(data, 5, 5 + length);
      if (text !== undefined) return text;
    }
  }
  return new MarshalReader(data, memory).read();
}

/** A container whose elements are being read. */
interface Frame {
  readonly kind: number;
  readonly parts: unknown[];
  /** Number of elements still to come; -1 for a dict, which ends with a mark. */
  left: number;
  /** Index of its reference, or -1. */
  readonly reference: number;
  /** Levels of containers inside it. */
  height: number;
}

class MarshalReader {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  readonly #budget: ReadBudget;
  readonly #open: Frame[] = [];
  readonly #references: unknown[] = [];
  readonly #heights: number[] = [];
  #at = 0;
  /** Number of elements that the open containers still lack, each of at least one byte. */
  #owed = 0;
  /** Levels of containers in the object read last, itself included. */
  #height = 0;

  constructor(data: Uint8Array, memory: number | undefined) {
    this.#data = data;
    this.#view = new DataView(data.buffer, data.byteOffset, data.length);
    this.#budget = new ReadBudget(data.length, memory);
  }

  read(): unknown {
    for (;;) {
      if ((this.#open.at(-1)?.left ?? 0) > 0) this.#owed--;
      let value = this.#readObject();
      // A complete object may complete the containers around it.
      while (value !== OPENED) {
        const frame = this.#open.at(-1);
        if (frame === undefined) return value;
        if (value === END_OF_DICT) {
          if (frame.left !== -1 || frame.parts.length % 2 !== 0) {
            throw new CodecError(`Cannot read marshal as byte ${this.#at - 1} is a bare NULL`);
          }
          value = this.#close();
          continue;
        }
        frame.parts.push(value);
        if (this.#height > frame.height) frame.height = this.#height;
        if (frame.left === -1 || --frame.left > 0) break;
        value = this.#close();
      }
    }
  }

  /** Reads one object that has no parts, or opens a container and gives {@linkcode OPENED}. */
  #readObject(): unknown {
    const code = this.#byte();
    const type = code & 0x7f;
    const flagged = (code & REF_FLAG) !== 0;
    this.#height = 0;
    this.#budget.spend(PART_COST);
    switch (type) {
      case 0x4e: // N
        return null;
      case 0x46: // F
        return false;
      case 0x54: // T
        return true;
      case 0x30: // 0
        if (this.#open.length === 0) {
          throw new CodecError("Cannot read marshal as byte 0 is a bare NULL");
        }
        return END_OF_DICT;
      case 0x72: // r
        return this.#dereference();
      case 0x28: // (
      case 0x5b: // [
      case 0x3c: // <
      case 0x3e: // >
        return this.#openContainer(type, this.#length(), flagged);
      case 0x29: // )
        return this.#openContainer(0x28, this.#byte(), flagged);
      case 0x7b: // {
        return this.#openContainer(type, -1, flagged);
      default: {
        const value = this.#readScalar(type);
        if (flagged) {
          this.#references.push(value);
          this.#heights.push(0);
        }
        return value;
      }
    }
  }

  #readScalar(type: number): unknown {
    switch (type) {
      case 0x69: // i
        return this.#int32();
      case 0x49: // I
        return makeInteger(this.#view.getBigInt64(this.#skip(8), true));
      case 0x6c: // l
        return this.#readLong(this.#int32());
      case 0x67: // g
        return this.#view.getFloat64(this.#skip(8), true);
      case 0x66: { // f
        const length = this.#byte();
        const start = this.#skip(length);
        return parsePythonFloat(decodeLatin1(this.#data, start, start + length));
      }
      case 0x73: { // s
        this.#budget.spend(BYTES_COST);
        const length = this.#length();
        const start = this.#skip(length);
        return new Uint8Array(this.#data.subarray(start, start + length));
      }
      case 0x75: // u
      case 0x74: // t
        return this.#readText(this.#length());
      case 0x61: // a
      case 0x41: // A
        return this.#readLatin1(this.#length());
      case 0x7a: // z
      case 0x5a: // Z
        return this.#readLatin1(this.#byte());
      default: {
        const name = UNREADABLE[type];
        throw new CodecError(
          name === undefined
            ? `Cannot read marshal as byte ${this.#at - 1} is not a type code: ${type}`
            : `Cannot read marshal as JavaScript has no type for ${name}`,
        );
      }
    }
  }

  #readText(length: number): string {
    this.#budget.spend(TEXT_COST);
    const start = this.#skip(length);
    const text = decodeText(this.#data, start, start + length);
    if (text !== undefined) return text;
    this.#budget.spend(BY_HAND_COST * (length + 8));
    const odd = decodeSurrogates(this.#data, start, start + length);
    if (odd !== undefined) return odd;
    throw new CodecError(`Cannot read marshal as the text at byte ${start} is not UTF-8`);
  }

  #readLatin1(length: number): string {
    this.#budget.spend(TEXT_COST);
    const start = this.#skip(length);
    return decodeLatin1(this.#data, start, start + length);
  }

  /** Digits of 15 bits, the least significant first. */
  #readLong(signedCount: number): number | bigint {
    const count = Math.abs(signedCount);
    if (count > MAX_LONG_DIGITS) {
      throw new CodecError(
        `Cannot read marshal as a long must have <= ${MAX_LONG_DIGITS} digits: current size is ${count}`,
      );
    }
    const start = this.#skip(count * 2);
    return signedCount < 0 ? -this.#magnitude(start, count) : this.#magnitude(start, count);
  }

  #magnitude(start: number, count: number): number | bigint {
    // Three digits have 45 bits, and need no bigint.
    let small = 0;
    for (let i = count - 1; i >= 0 && count <= 3; i--) {
      small = small * 0x8000 + this.#longDigit(start, i, count);
    }
    return count <= 3 ? small : makeInteger(this.#bigMagnitude(start, count));
  }

  /** Reads five digits of base 8 for each digit, as that base is read in linear time. */
  #bigMagnitude(start: number, count: number): bigint {
    this.#budget.spend(LONG_COST + 16 * count);
    const octal = new Uint8Array(count * 5);
    let length = 0;
    for (let i = count - 1; i >= 0; i--) {
      const digit = this.#longDigit(start, i, count);
      for (let shift = 12; shift >= 0; shift -= 3) octal[length++] = 0x30 + ((digit >> shift) & 7);
    }
    return BigInt(`0o${decodeLatin1(octal, 0, length)}`);
  }

  #longDigit(start: number, index: number, count: number): number {
    const digit = this.#view.getUint16(start + index * 2, true);
    if (digit <= 0x7fff && (digit !== 0 || index < count - 1)) return digit;
    throw new CodecError(
      `Cannot read marshal as byte ${start + index * 2} is not a digit of a long: ${digit}`,
    );
  }

  #dereference(): unknown {
    const index = this.#int32();
    const value = this.#references[index];
    if (value === undefined) {
      throw new CodecError(`Cannot read marshal as it has no object ${index} to refer to`);
    }
    if (value === INCOMPLETE) {
      throw new CodecError(`Cannot read marshal as object ${index} contains itself`);
    }
    this.#height = this.#heights[index];
    return value;
  }

  #openContainer(kind: number, count: number, flagged: boolean): unknown {
    if (count > this.#data.length - this.#at - this.#owed) throw this.#cutShort(count);
    let reference = -1;
    if (flagged) {
      reference = this.#references.push(INCOMPLETE) - 1;
      this.#heights.push(0);
    }
    this.#budget.spend(
      kind === 0x28 || kind === 0x5b ? ARRAY_COST : kind === 0x7b ? DICT_COST : HASH_COST,
    );
    this.#open.push({ kind, parts: [], left: count, reference, height: 0 });
    if (this.#open.length > MAX_DEPTH) throw tooDeep();
    if (count === 0) return this.#close();
    if (count > 0) this.#owed += count;
    return OPENED;
  }

  /** Completes the innermost container. */
  #close(): unknown {
    const { kind, parts, reference, height } = this.#open.pop()!;
    let value: unknown = parts;
    if (kind === 0x3c || kind === 0x3e) {
      value = makeSet(parts, this.#budget);
    } else if (kind === 0x7b) {
      value = makeDict(parts, this.#budget);
    }
    this.#height = height + 1;
    // A reference may put a complete object inside another, so depth is counted through references.
    if (this.#height > MAX_DEPTH) throw tooDeep();
    if (reference !== -1) {
      this.#references[reference] = value;
      this.#heights[reference] = this.#height;
    }
    return value;
  }

  #byte(): number {
    if (this.#at >= this.#data.length) throw this.#cutShort(1);
    return this.#data[this.#at++];
  }

  #int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  #length(): number {
    const length = this.#int32();
    if (length < 0) {
      throw new CodecError(
        `Cannot read marshal as the size at byte ${this.#at - 4} is negative: ${length}`,
      );
    }
    return length;
  }

  /** Moves on, and returns the position before. */
  #skip(length: number): number {
    const start = this.#at;
    if (length > this.#data.length - start) throw this.#cutShort(length);
    this.#at = start + length;
    return start;
  }

  #cutShort(wanted: number): CodecError {
    const left = this.#data.length - this.#at;
    return new CodecError(
      `Cannot read marshal as it is cut short: ${wanted} due, ${left} bytes left`,
    );
  }
}

function tooDeep(): CodecError {
  return new CodecError(`Cannot read marshal as it is nested deeper than ${MAX_DEPTH} levels`);
}

/** Set on a type code since version 3: the object gets the next number for references. */
const REF_FLAG = 0x80;
/** V8's biggest bigint has 2^30 bits. */
const MAX_LONG_DIGITS = Math.floor(2 ** 30 / 15);

const OPENED = Symbol("opened");
const END_OF_DICT = Symbol("end of dict");
const INCOMPLETE = Symbol("incomplete");

const UNREADABLE: Readonly<Record<number, string>> = {
  0x53: "StopIteration",
  0x2e: "Ellipsis",
  0x78: "complex",
  0x79: "complex",
  0x63: "code",
  0x52: "a string reference of Python 2",
  0x3a: "slice",
  0x3f: "an unknown object",
};
