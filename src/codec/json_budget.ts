/**
 * Estimates what JSON becomes, before it is parsed: `JSON.parse` cannot be stopped. Three bytes can become an object of 114,
 * so JSON is looked through if it is long enough to become too much, one byte after the other. Other JSON pays nothing.
 */

import { overBudget } from "./budget.ts";

/**
 * Checks that JSON takes no more memory than so much.
 *
 * @param data Borrowed.
 * @throws {CodecError} If it would take more.
 */
export function checkJsonBudget(data: Uint8Array, memory: number): void {
  if (data.length * MOST_PER_BYTE <= memory) return;
  const { length } = data;
  let cost = data.length * TEXT_COST;
  for (let at = 0; at < length; at++) {
    switch (data[at]) {
      case 0x22: { // "
        const start = at + 1;
        at = endOfText(data, start);
        cost += STRING_COST + (at - start);
        if (isShortIndex(data, start, at)) cost += INDEX_COST;
        break;
      }
      case 0x7b: // {
        cost += OBJECT_COST;
        break;
      case 0x5b: // [
        cost += ARRAY_COST;
        break;
      case 0x3a: // :
        cost += KEY_COST;
        break;
      case 0x2c: // ,
        cost += PART_COST;
        break;
      default:
        continue;
    }
    if (cost > memory) throw overBudget(length, memory);
  }
}

/** Index of the quote that ends a text, or the end of the data. */
function endOfText(data: Uint8Array, start: number): number {
  let at = start;
  while (at < data.length && data[at] !== 0x22) at += data[at] === 0x5c ? 2 : 1;
  return at;
}

/** True for a key such as "31", for which V8 reserves 32 places. */
function isShortIndex(data: Uint8Array, start: number, end: number): boolean {
  return end - start <= 2 && end > start && data[start] >= 0x30 && data[start] <= 0x39 &&
    data[end + 1] === 0x3a;
}

/** The most bytes of memory that a byte of JSON was seen to take: `{"31":{"31":…`. */
const MOST_PER_BYTE = 64;

// What V8 15 takes, in bytes, or what corresponds to the time (`tests/codec/worst_values_test.ts`).

/** The text of the JSON itself, of two bytes a character. */
const TEXT_COST = 2;
/** A text, beside its characters. Short ones are looked up in a table of all texts. */
const STRING_COST = 56;
/** An object has room for four properties. */
const OBJECT_COST = 112;
const ARRAY_COST = 120;
/** A key may be the first of its name, and then takes a description. */
const KEY_COST = 120;
const INDEX_COST = 320;
/** The place of an element or a property, and a number beside it. */
const PART_COST = 24;
