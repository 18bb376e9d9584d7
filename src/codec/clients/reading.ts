/** What the codecs of other clients read alike: text, what was compressed, and the flags that none of them knows. */

import { DEFAULT_BUDGET, type InflateBudget, inflateLimit } from "../budget.ts";
import { inflate } from "../compression.ts";
import { CodecError } from "../../errors.ts";
import { decodeText } from "../text.ts";

/**
 * Decodes UTF-8.
 *
 * @param whose Whose text it is, for the error.
 * @throws {CodecError} If it is not UTF-8.
 */
export function textOf(data: Uint8Array, whose: string): string {
  const text = decodeText(data, 0, data.length);
  if (text === undefined) throw new CodecError(`Cannot read a text of ${whose} as it is not UTF-8`);
  return text;
}

/** Decodes UTF-8; bytes that are not are given as they are. */
export function textOrBytes(data: Uint8Array): string | Uint8Array {
  return decodeText(data, 0, data.length) ?? new Uint8Array(data);
}

/** What came out of compressed data, and what its value may still take. */
export interface Inflated {
  readonly data: Uint8Array;
  /** Most bytes of memory. */
  readonly memory: number;
}

/**
 * Inflates within a client's budget.
 *
 * @param unpack Gives at most so many bytes, or throws. A zlib stream unless it is given.
 * @throws {CodecError} If the data cannot be inflated, or would become too much.
 */
export function inflated(
  data: Uint8Array,
  memory: number = DEFAULT_BUDGET.memory,
  budget: InflateBudget = DEFAULT_BUDGET,
  unpack: (data: Uint8Array, limit: number) => Uint8Array = inflate,
): Inflated {
  const unpacked = unpack(data, inflateLimit({ ...DEFAULT_BUDGET, ...budget }, data.length));
  // For a moment what comes out is held twice.
  return { data: unpacked, memory: Math.max(0, memory - 2 * unpacked.length) };
}

/** Makes the error for flags that a client does not write. */
export function unknownFlags(flags: number, client: string): CodecError {
  return new CodecError(
    `Cannot read a value with flags ${flags} as ${client} does not write them: another client may have`,
  );
}

/** Makes the error for a value that has no form in another client. */
export function noForm(what: string, client: string): TypeError {
  return new TypeError(`Cannot encode value as ${client} has no form for it: ${what}`);
}

/** Makes the error for bytes, where they would come back as text. */
export function noBytes(client: string): TypeError {
  return new TypeError(
    `Cannot encode value as ${client} does not tell bytes from text: setRaw() and getRaw() leave bytes as they are`,
  );
}

/** Gives a text that UTF-8 can hold. */
export function wellFormed(text: string): string {
  if (text.isWellFormed()) return text;
  throw new TypeError("Cannot encode value as UTF-8 would lose it: a lone surrogate");
}
