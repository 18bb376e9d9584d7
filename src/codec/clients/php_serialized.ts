/**
 * Reads what PHP's `serialize()` writes of plain data. Whatever names a class, but stdClass, is a CodecError that names it, and so are
 * references: without them no value holds itself, and none is bigger than its data says. Nothing is ever looked up or called.
 */

import { CodecError } from "../../errors.ts";
import { decodeInteger } from "../integer.ts";
import { makeDict, MAX_DEPTH } from "../python/python.ts";
import {
  ARRAY_COST,
  BYTES_COST,
  DICT_COST,
  PART_COST,
  ReadBudget,
  TEXT_COST,
} from "../python/read_budget.ts";
import { decodeLatin1, decodeText } from "../text.ts";

/**
 * Reads a serialized value. PHP leaves unread what follows its end; here it is refused, as nobody knows what it is.
 *
 * @param data Borrowed.
 * @param memory Most bytes of memory that the value may take.
 * @returns Owned.
 * @throws {CodecError} If the data is not of that form, contains more than plain data, or would take too much memory.
 */
export function readPhpSerialized(data: Uint8Array, memory?: number): unknown {
  return new PhpReader(data, memory).whole();
}

class PhpReader {
  readonly #data: Uint8Array;
  readonly #budget: ReadBudget;
  #at = 0;

  constructor(data: Uint8Array, memory: number | undefined) {
    this.#data = data;
    this.#budget = new ReadBudget(data.length, memory);
  }

  whole(): unknown {
    const value = this.value(0);
    const more = this.#data.length - this.#at;
    if (more === 0) return value;
    throw new CodecError(`Cannot read serialized data as ${more} bytes follow its end`);
  }

  value(depth: number): unknown {
    this.#budget.spend(PART_COST);
    const type = String.fromCharCode(this.#data[this.#at++]);
    switch (type) {
      case "N":
        this.#expect(";");
        return null;
      case "b":
        return this.#boolean();
      case "i":
        return this.#integer();
      case "d":
        return this.#float();
      case "s":
        return this.#string(";");
      case "a":
        return this.#array(this.#pairs(depth).map(arrayKey));
      case "O":
        return this.#object(depth);
      default:
        throw this.#refused(type);
    }
  }

  #boolean(): boolean {
    this.#expect(":");
    const digit = this.#data[this.#at++];
    if (digit !== ZERO && digit !== ZERO + 1) throw this.#broken();
    this.#expect(";");
    return digit !== ZERO;
  }

  #integer(): number | bigint {
    this.#expect(":");
    const text = this.#until(";");
    if (!/^-?[0-9]{1,19}$/.test(text)) throw this.#broken();
    const number = Number(text);
    // The usual ones need no second look.
    if (Number.isSafeInteger(number) && number !== 0) return number;
    const exact = decodeInteger(Uint8Array.from(text, (digit) => digit.charCodeAt(0)));
    if (BigInt.asIntN(64, BigInt(exact)) !== BigInt(exact)) throw this.#broken();
    return exact;
  }

  #float(): number {
    this.#expect(":");
    const text = this.#until(";");
    if (FLOAT.test(text)) return Number(text);
    const named = NAMED_FLOATS.get(text);
    if (named === undefined) throw this.#broken();
    return named;
  }

  /** Reads `:LENGTH:"BYTES"` and what follows it. */
  #string(follower: string): string | Uint8Array {
    this.#expect(":");
    const length = this.#count();
    this.#expect('"');
    const start = this.#at;
    const end = start + length;
    if (end > this.#data.length) throw this.#broken();
    this.#at = end;
    this.#expect('"');
    this.#expect(follower);
    this.#budget.spend(TEXT_COST + 2 * length);
    const text = decodeText(this.#data, start, end);
    if (text !== undefined) return text;
    this.#budget.spend(BYTES_COST);
    return this.#data.slice(start, end);
  }

  /** Reads `:COUNT:{KEY VALUE …}`, keys and values in turn. */
  #pairs(depth: number): unknown[] {
    if (depth >= MAX_DEPTH) {
      throw new CodecError(
        `Cannot read serialized data as it is nested deeper than ${MAX_DEPTH} levels`,
      );
    }
    this.#expect(":");
    const count = this.#count();
    this.#expect("{");
    const pairs: unknown[] = [];
    for (let i = 0; i < count; i++) pairs.push(this.#key(), this.value(depth + 1));
    this.#expect("}");
    return pairs;
  }

  #key(): unknown {
    this.#budget.spend(PART_COST);
    const type = this.#data[this.#at++];
    if (type === INTEGER) return this.#integer();
    if (type !== STRING) throw this.#broken();
    const key = this.#string(";");
    if (typeof key === "string") return key;
    throw new CodecError("Cannot read serialized data as a key is not UTF-8");
  }

  /** Makes an array of a list, an object of keys that are all texts, and a Map of others, whose order counts in PHP. */
  #array(pairs: unknown[]): unknown {
    const isList = pairs.every((part, at) => at % 2 === 1 || part === at / 2);
    if (!isList) {
      this.#budget.spend(DICT_COST);
      return makeDict(pairs, this.#budget);
    }
    this.#budget.spend(ARRAY_COST);
    return pairs.filter((_part, at) => at % 2 === 1);
  }

  /** Reads an object of PHP's class without a class. */
  #object(depth: number): unknown {
    const name = this.#string(":");
    if (name !== "stdClass") throw this.#hasClass("an object of", name);
    this.#at--;
    const pairs = this.#pairs(depth);
    for (let i = 0; i < pairs.length; i += 2) pairs[i] = String(pairs[i]);
    this.#budget.spend(DICT_COST);
    return makeDict(pairs, this.#budget);
  }

  #refused(type: string): CodecError {
    if (type === "R" || type === "r") {
      return new CodecError("Cannot read serialized data as it has a reference, not plain data");
    }
    if (type === "C") return this.#hasClass("an object of", this.#string(":"));
    if (type === "E") return this.#hasClass("an enum,", this.#string(";"));
    return this.#broken();
  }

  #hasClass(what: string, name: string | Uint8Array): CodecError {
    const shown = typeof name === "string" ? `"${name.slice(0, 60)}"` : "an unreadable name";
    return new CodecError(`Cannot read serialized data as it has ${what} ${shown}, not plain data`);
  }

  /** Reads a length or a number of elements. */
  #count(): number {
    const text = this.#until(":");
    if (!/^[0-9]{1,10}$/.test(text)) throw this.#broken();
    return Number(text);
  }

  /** Gives the bytes up to a mark, which is near, and passes over it. */
  #until(mark: string): string {
    const start = this.#at;
    const code = mark.charCodeAt(0);
    const last = Math.min(this.#data.length, start + LONGEST_NUMBER);
    let end = start;
    while (end < last && this.#data[end] !== code) end++;
    if (end === last) throw this.#broken();
    this.#at = end + 1;
    return decodeLatin1(this.#data, start, end);
  }

  #expect(mark: string): void {
    if (this.#data[this.#at++] !== mark.charCodeAt(0)) throw this.#broken();
  }

  #broken(): CodecError {
    return new CodecError(
      `Cannot read serialized data as it is not what serialize() writes, near byte ${
        Math.min(this.#at, this.#data.length)
      }`,
    );
  }
}

/** An array of PHP has no key that is a text of an integer: such a key is that integer. */
function arrayKey(part: unknown, at: number): unknown {
  if (at % 2 === 1 || typeof part !== "string" || !INTEGER_KEY.test(part)) return part;
  const exact = BigInt(part);
  if (BigInt.asIntN(64, exact) !== exact) return part;
  return Number.isSafeInteger(Number(part)) ? Number(part) : exact;
}

const INTEGER_KEY = /^(?:0|-?[1-9][0-9]{0,18})$/;
const FLOAT = /^-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:E[+-]?[0-9]+)?$/i;
const NAMED_FLOATS: ReadonlyMap<string, number> = new Map([
  ["INF", Infinity],
  ["-INF", -Infinity],
  ["NAN", NaN],
]);
/** In bytes. */
const LONGEST_NUMBER = 64;
const ZERO = 0x30;
const INTEGER = 0x69;
const STRING = 0x73;
