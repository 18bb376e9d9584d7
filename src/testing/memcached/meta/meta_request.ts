/** The line of a meta command: its key and its flags, checked as the daemon checks them before it looks at an item. */

import { BAD_FORMAT, MAX_KEY_LENGTH } from "../command.ts";
import type { Dialect } from "../dialect.ts";
import { decodedKey } from "./base64.ts";

/** A meta command that was read. */
export interface MetaRequest {
  /** The key as bytes, decoded if it came as base64. */
  readonly key: string;
  readonly hasBinaryKey: boolean;
  /** The words behind key and length, in order: what they ask for is done, and answered, in this order. */
  readonly words: readonly string[];
  /** The first characters of the words. */
  readonly flags: ReadonlySet<string>;
  /** `M`. `""` if it is absent. */
  readonly mode: string;
  /** `T`, `N` and `R`, in seconds as sent. */
  readonly exptime: number | undefined;
  readonly vivify: number | undefined;
  readonly recache: number | undefined;
  /** `F`. 0 if it is absent. */
  readonly clientFlags: number;
  /** `C` and `E`. */
  readonly cas: bigint | undefined;
  readonly newCas: bigint | undefined;
  /** `J`, 0 if it is absent, and `D`, 1 if it is absent. */
  readonly initial: bigint;
  readonly delta: bigint;
}

/** A line that is answered by an error. */
export class Refusal {
  /** The error line. */
  readonly line: string;
  /** Whether the server gave up before it read the flags. Then it swallows no data block. */
  readonly isUnread: boolean;

  constructor(line: string, isUnread = false) {
    this.line = line;
    this.isUnread = isUnread;
  }
}

/** Reads the words of a line, whose flags begin at `first`. */
export function readMetaRequest(
  words: readonly string[],
  first: number,
  dialect: Dialect,
): MetaRequest | Refusal {
  const flagWords = words.slice(first);
  const { hasNewTokenizer } = dialect;
  if (hasNewTokenizer && !flagWords.every((word) => READABLE.test(word))) {
    return new Refusal(BAD_FORMAT, true);
  }
  // The newer servers check both with the flags.
  if (words[1].length > MAX_KEY_LENGTH) return new Refusal(BAD_FORMAT, !hasNewTokenizer);
  if (words.length > dialect.mostMetaWords) {
    const are = hasNewTokenizer || words[0] === "mg" ? "are " : "";
    return new Refusal(`CLIENT_ERROR options flags ${are}too long`, !hasNewTokenizer);
  }
  return new FlagReader(words[1], flagWords, dialect).read();
}

/** What some commands say instead of the error of a flag. */
export const BAD_FLAG = "CLIENT_ERROR invalid or duplicate flag";

/** memcached's answer to a number that it cannot read. */
const BAD_TOKEN = "CLIENT_ERROR bad token in command line format";

class FlagReader {
  readonly #dialect: Dialect;
  readonly #request: { -readonly [Name in keyof MetaRequest]: MetaRequest[Name] };
  readonly #seen = new Set<string>();
  /** The last error counts; that of `F` does not say what it is. */
  #error = BAD_FORMAT;
  #hasFailed = false;

  constructor(key: string, words: readonly string[], dialect: Dialect) {
    this.#dialect = dialect;
    this.#request = {
      key,
      hasBinaryKey: false,
      words,
      flags: this.#seen,
      mode: "",
      exptime: undefined,
      vivify: undefined,
      recache: undefined,
      clientFlags: 0,
      cas: undefined,
      newCas: undefined,
      initial: 0n,
      delta: 1n,
    };
  }

  read(): MetaRequest | Refusal {
    for (const word of this.#request.words) {
      const flag = word[0];
      if (flag >= "\x7f" || this.#seen.has(flag)) return new Refusal("CLIENT_ERROR duplicate flag");
      this.#seen.add(flag);
      if (!this.#isKnown(flag)) return new Refusal("CLIENT_ERROR invalid flag");
      this.#readArgument(flag, word.slice(1));
    }
    return this.#hasFailed ? new Refusal(this.#error) : this.#request;
  }

  #isKnown(flag: string): boolean {
    return KNOWN.includes(flag) || this.#dialect.takesNewCas && NEWER.includes(flag);
  }

  #readArgument(flag: string, argument: string): void {
    const request = this.#request;
    const { numbers } = this.#dialect;
    switch (flag) {
      case "b": {
        const key = decodedKey(request.key);
        if (key === undefined) this.#fail("CLIENT_ERROR error decoding key");
        else request.key = key;
        request.hasBinaryKey = true;
        break;
      }
      case "N":
        request.vivify = this.#number(argument, numbers.signed32, 0);
        break;
      case "T":
        request.exptime = this.#number(argument, numbers.signed32, 0);
        break;
      case "R":
        request.recache = this.#number(argument, numbers.signed32, 0);
        break;
      case "F":
        request.clientFlags = this.#clientFlags(argument);
        break;
      case "C":
        request.cas = this.#number(argument, numbers.unsigned, 0n);
        break;
      case "E":
        request.newCas = this.#number(argument, numbers.unsigned, 0n);
        break;
      case "J": {
        const error = "CLIENT_ERROR invalid numeric initial value";
        request.initial = this.#number(argument, numbers.unsigned, 0n, error);
        break;
      }
      case "D": {
        const error = "CLIENT_ERROR invalid numeric delta value";
        request.delta = this.#number(argument, numbers.unsigned, 0n, error);
        break;
      }
      case "M":
        // Newer servers ignore what follows the letter.
        if (!this.#dialect.hasNewTokenizer && argument.length !== 1) {
          this.#fail("CLIENT_ERROR incorrect length for M token");
        }
        request.mode = argument[0] ?? NO_MODE;
        break;
    }
  }

  #number<T>(
    text: string,
    read: (text: string) => T | undefined,
    instead: T,
    error = BAD_TOKEN,
  ): T {
    const number = text === "" ? undefined : read(text);
    if (number === undefined) this.#fail(error);
    return number ?? instead;
  }

  #clientFlags(text: string): number {
    const { numbers, refusesLargeFlags } = this.#dialect;
    const number = text === ""
      ? undefined
      : refusesLargeFlags
      ? numbers.unsigned32(text)
      : asFlags(numbers.unsigned(text));
    if (number === undefined) this.#hasFailed = true;
    return number ?? 0;
  }

  #fail(error: string): void {
    this.#error = error;
    this.#hasFailed = true;
  }
}

function asFlags(number: bigint | undefined): number | undefined {
  return number === undefined ? undefined : Number(BigInt.asUintN(32, number));
}

/** How a flag begins that the newer tokenizer reads: a digit, or a character from `A` to `z`. */
const READABLE = /^[0-9A-z]/;
/** The flags of all versions; which of them mean something to a command is its own business. */
const KNOWN = "bNTRlOPLkstcfvhuqFCMJDI";
/** Flags that came later. */
const NEWER = "Ex";
/** What newer servers read where `M` stands alone. */
const NO_MODE = " ";
