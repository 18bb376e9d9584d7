/**
 * The bytes that the text protocol is made of, by their names in ASCII. Where every byte of a reply is looked at, a file
 * has constants of its own: V8 loads and checks one that is imported at every use.
 */

/** Line feed: ends every line. */
export const LF = 0x0a;
/** Carriage return: comes before every LF. */
export const CR = 0x0d;
/** The digit 0; the digit n is `DIGIT_0 + n`. */
export const DIGIT_0 = 0x30;
