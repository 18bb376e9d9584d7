/** The bytes that the text protocol is made of, by their names in ASCII. */

/** Line feed: ends every line. */
export const LF = 0x0a;
/** Carriage return: comes before every LF. */
export const CR = 0x0d;
/** Space: stands between words. */
export const SPACE = 0x20;
/** The digit 0; the digit n is `DIGIT_0 + n`. */
export const DIGIT_0 = 0x30;
/** The digit 9. */
export const DIGIT_9 = 0x39;
