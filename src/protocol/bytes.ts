/**
 * The bytes of the text protocol, by their names in ASCII. Files that look at every byte of a reply have constants of
 * their own: V8 loads and checks an imported one at every use.
 */

/** Line feed: ends every line. */
export const LF = 0x0a;
/** Carriage return: comes before every LF. */
export const CR = 0x0d;
/** The digit 0; the digit n is `DIGIT_0 + n`. */
export const DIGIT_0 = 0x30;
