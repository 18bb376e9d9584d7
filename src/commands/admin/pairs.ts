/** The lines of the form `name=value name=value …` with which memcached lists keys and logs what it does. */

/**
 * Cuts a line into its pairs, in order. A word without a name belongs to the value before it, and what follows `msg=` and
 * `req=` is a text up to the end of the line.
 */
export function pairsOf(line: string): readonly (readonly [name: string, value: string])[] {
  const pairs: [string, string][] = [];
  for (let at = 0; at < line.length;) {
    const space = line.indexOf(" ", at);
    const end = space < 0 ? line.length : space;
    const word = line.slice(at, end);
    const equals = word.indexOf("=");
    const name = word.slice(0, equals);
    if (equals > 0 && TEXTS.has(name)) {
      pairs.push([name, line.slice(at + equals + 1)]);
      break;
    }
    if (equals > 0) pairs.push([name, word.slice(equals + 1)]);
    else if (word !== "" && pairs.length > 0) pairs[pairs.length - 1][1] += ` ${word}`;
    at = end + 1;
  }
  return pairs;
}

/**
 * Undoes the encoding of a key: `%` and two hexadecimal digits for a byte.
 *
 * @returns The key as a string with one char for each byte; `undefined` if it is not so encoded.
 */
export function uriDecoded(text: string): string | undefined {
  if (!text.includes("%")) return text;
  if (!ENCODED.test(text)) return undefined;
  return text.replace(BYTE, (_, digits) => String.fromCharCode(Number.parseInt(digits, 16)));
}

/** Reads an integer; `undefined` if it is none, or a number cannot hold it exactly. */
export function integerOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^-?\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** Reads an unsigned number of 64 bits. */
export function unsigned64Of(text: string | undefined): bigint | undefined {
  return text !== undefined && /^\d{1,20}$/.test(text) ? BigInt(text) : undefined;
}

const TEXTS: ReadonlySet<string> = new Set(["msg", "req"]);
const ENCODED = /^(?:[^%]|%[0-9A-Fa-f]{2})*$/;
const BYTE = /%([0-9A-Fa-f]{2})/g;
