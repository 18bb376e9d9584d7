/** How a server reads the numbers of a command line: as C does or, in newer versions, digit by digit. */

import { signed32Of, unsigned32Of, unsignedOf } from "./c_numbers.ts";

/** Readers of numbers. Each gives `undefined` for a text that is not a number to the server. */
export interface Numbers {
  /** Reads a 64-bit unsigned number. */
  unsigned(text: string): bigint | undefined;
  /** Reads a 32-bit signed number. */
  signed32(text: string): number | undefined;
  /** Reads a 32-bit unsigned number. */
  unsigned32(text: string): number | undefined;
}

/** C's reading, which cuts what does not fit into 32 bits. */
export const LENIENT_NUMBERS: Numbers = {
  unsigned: unsignedOf,
  signed32: signed32Of,
  unsigned32: unsigned32Of,
};

/** The reading of the newer tokenizer: digits alone, a minus where the number has a sign, and nothing that does not fit. */
export const STRICT_NUMBERS: Numbers = {
  unsigned(text) {
    if (!/^\d{1,22}$/.test(text)) return undefined;
    const value = BigInt(text);
    return value < 2n ** 64n ? value : undefined;
  },
  signed32(text) {
    if (text.length > LONGEST_32 || !/^(-?\d+|-)$/.test(text)) return undefined;
    const value = text === "-" ? 0 : Number(text);
    return value >= -(2 ** 31) && value < 2 ** 31 ? value : undefined;
  },
  unsigned32(text) {
    if (text.length > LONGEST_32 || !/^\d+$/.test(text)) return undefined;
    return Number(text) < 2 ** 32 ? Number(text) : undefined;
  },
};

const LONGEST_32 = 11;
