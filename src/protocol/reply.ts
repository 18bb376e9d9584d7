/** The names of the replies: the words with which a line from the server can begin, except VALUE and VA. */

/** The word of a line. The numbers stand for the words and have no other meaning. */
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
  /** A line whose word the grammar does not know. The command that it answers decides about it. */
  OTHER: 15,
  // The words of meta commands.
  /** Done, and no data block follows. */
  HD: 16,
  /** A miss. */
  EN: 17,
  /** Not stored. */
  NS: 18,
  /** The cas differs. */
  EX: 19,
  /** Not found. */
  NF: 20,
  /** What is known of an item, for debugging. */
  ME: 21,
  /** The answer to mn. */
  MN: 22,
} as const;

/** One of the words in {@linkcode ReplyWord}. */
export type ReplyWord = typeof ReplyWord[keyof typeof ReplyWord];

/** Gives the word's spelling on the wire, or the name of NUMBER and OTHER, which have none. */
export function spell(word: ReplyWord): string {
  return SPELLINGS.get(word) as string;
}

/** True if a line with this word says that the server rejected the request. */
export function isErrorWord(word: ReplyWord): boolean {
  return word === ERROR || word === CLIENT_ERROR || word === SERVER_ERROR;
}

// Constants of this file: what it exports is loaded at every use, and every reply is asked.
const { ERROR, CLIENT_ERROR, SERVER_ERROR } = ReplyWord;

const SPELLINGS: ReadonlyMap<ReplyWord, string> = new Map(
  Object.entries(ReplyWord).map(([spelling, word]) => [word, spelling]),
);
