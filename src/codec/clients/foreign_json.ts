/**
 * JSON of languages that have integers of 64 bits and more beside floats. `JSON.parse` would round integers above 2^53, so
 * they become bigints. A number of JavaScript up there is a float, and written so that it stays one.
 */

import { CodecError } from "../../errors.ts";
import { decodeBigint } from "../integer.ts";
import { decodeJson, encodeJson } from "../json.ts";
import { decodeText } from "../text.ts";
import { noForm } from "./reading.ts";

/** What a language does not read of the JSON that JavaScript writes. */
export interface ForeignReader {
  /** Its name, for errors. */
  readonly name: string;
  /** Finds a key that it does not read as a key, with the colon behind it. */
  readonly refusedKey: RegExp;
  /** Says which one that is. */
  readonly refusedKeyIs: string;
  /** Most levels of arrays and objects inside each other, if fewer than are written. */
  readonly maxDepth?: number;
}

/**
 * Writes null, an array or a plain object as JSON, numbers above 2^53 as floats.
 *
 * @throws {TypeError} If part of the value would be lost, or would not be read.
 */
export function encodeForeignJson(value: object | null, reader: ForeignReader): string {
  const text = encodeJson(value, reader.maxDepth);
  if (text.includes("\\ud") && LONE_SURROGATE.test(text)) {
    throw noForm("a lone surrogate in a text", reader.name);
  }
  if (reader.refusedKey.test(text)) throw noForm(reader.refusedKeyIs, reader.name);
  return LONG_DIGITS.test(text) ? text.replace(TEXTS_AND_NUMBERS, asFloat) : text;
}

/** Writes a finite number. */
export function encodeForeignNumber(value: number): string {
  return Object.is(value, -0) ? "-0.0" : asFloat(String(value));
}

function asFloat(token: string): string {
  if (!INTEGER.test(token) || Number.isSafeInteger(Number(token))) return token;
  return Number(token).toExponential();
}

/**
 * Reads JSON, integers above 2^53 as bigints.
 *
 * @throws {CodecError} If the data is not JSON in UTF-8, or would take too much memory.
 */
export function decodeForeignJson(data: Uint8Array, memory?: number): unknown {
  // Nearly all JSON has no such integer, and what cannot be read so cannot be read at all.
  const value = decodeJson(data, memory);
  const text = decodeText(data, 0, data.length) as string;
  if (!LONG_DIGITS.test(text)) return value;
  try {
    return JSON.parse(text, exact);
  } catch (cause) {
    throw new CodecError(`Cannot read JSON: ${(cause as Error).message}`, { cause });
  }
}

function exact(_key: string, part: unknown, context?: { readonly source?: string }): unknown {
  if (typeof part !== "number" || Math.abs(part) <= Number.MAX_SAFE_INTEGER) return part;
  const source = context?.source;
  if (source === undefined) {
    throw new CodecError("it holds an integer above 2^53, which this runtime cannot tell exactly");
  }
  return INTEGER.test(source) ? decodeBigint(encoder.encode(source)) : part;
}

/** Only such are written as escapes. A backslash that is a character is two. */
const LONE_SURROGATE = /(?<!\\)(?:\\\\)*\\ud[89a-f]/;
const LONG_DIGITS = /[0-9]{16}/;
const INTEGER = /^-?[0-9]+$/;
const TEXTS_AND_NUMBERS = /"[^"\\]*(?:\\.[^"\\]*)*"|-?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/g;
const encoder = new TextEncoder();
