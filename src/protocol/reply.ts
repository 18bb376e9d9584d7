/** The names of the replies: what a line from the server can begin with, VALUE aside. */

/** What a line says. The numbers stand for the words and mean nothing else. */
export const ReplyWord = {
  END: 0,
  STORED: 1,
  NOT_STORED: 2,
  EXISTS: 3,
  NOT_FOUND: 4,
  DELETED: 5,
  TOUCHED: 6,
  OK: 7,
  /** A bare number, the answer to incr and decr. */
  NUMBER: 8,
  VERSION: 9,
  STAT: 10,
  RESET: 11,
  ERROR: 12,
  CLIENT_ERROR: 13,
  SERVER_ERROR: 14,
} as const;

/** One of the words in {@linkcode ReplyWord}. */
export type ReplyWord = typeof ReplyWord[keyof typeof ReplyWord];

/** The word's spelling on the wire. */
export function spell(word: ReplyWord): string {
  return SPELLINGS[word];
}

/** True if a line with this word says that the server refused the request. */
export function isErrorWord(word: ReplyWord): boolean {
  return word === ReplyWord.ERROR || word === ReplyWord.CLIENT_ERROR ||
    word === ReplyWord.SERVER_ERROR;
}

/** True if nothing may follow the word. */
export function isBare(word: ReplyWord): boolean {
  return BARE.has(word);
}

/** Finds the word that is spelled by `bytes[start, end)`, compared in full, or -1. */
export function wordAt(bytes: Uint8Array, start: number, end: number): ReplyWord | -1 {
  const candidates = BY_FIRST_BYTE.get(bytes[start]);
  if (candidates === undefined) return -1;
  for (const word of candidates) {
    if (isSpelledAt(SPELLINGS[word], bytes, start, end)) return word;
  }
  return -1;
}

function isSpelledAt(spelling: string, bytes: Uint8Array, start: number, end: number): boolean {
  if (spelling.length !== end - start) return false;
  for (let i = 0; i < spelling.length; i++) {
    if (bytes[start + i] !== spelling.charCodeAt(i)) return false;
  }
  return true;
}

const BARE: ReadonlySet<ReplyWord> = new Set([
  ReplyWord.END,
  ReplyWord.STORED,
  ReplyWord.NOT_STORED,
  ReplyWord.EXISTS,
  ReplyWord.NOT_FOUND,
  ReplyWord.DELETED,
  ReplyWord.TOUCHED,
  ReplyWord.OK,
]);

const SPELLINGS: readonly string[] = Object.entries(ReplyWord)
  .sort(([, a], [, b]) => a - b)
  .map(([spelling]) => spelling);

/** NUMBER is no spelling: a line of digits is recognised by its first byte. */
const BY_FIRST_BYTE = new Map<number, ReplyWord[]>();
for (const [spelling, word] of Object.entries(ReplyWord)) {
  if (word === ReplyWord.NUMBER) continue;
  const first = spelling.charCodeAt(0);
  BY_FIRST_BYTE.set(first, [...(BY_FIRST_BYTE.get(first) ?? []), word]);
}
