/**
 * What meta commands need of a server. Older versions ignore some flags without a word, and would do something else than
 * was asked. The versions are those in which memcached's parser takes the flag and does what it says.
 */

/** A version of memcached, as in 1.6.18. */
export type Version = readonly [major: number, minor: number, patch: number];

/** What a server must be able to do for a command. */
export interface MetaNeeds {
  /** What was asked, for the message of an error. */
  readonly what: string;
  /** The first version that can do it. */
  readonly since: Version;
  /** The first and the last of the versions in which it is broken. */
  readonly broken?: readonly [first: Version, last: Version];
}

/** Options that came later, by the command that takes them. */
export const NEEDS = {
  getIfNotCas: needs('option "ifNotCas"', 40),
  newCas: needs('option "newCas"', 27),
  setVivify: needs('option "vivify" of append and prepend', 20),
  setReturnCas: needs('option "returnCas"', 13),
  setReturnSize: needs('option "returnSize"', 20),
  setReturnBoth: needs('options "returnSize" and "returnCas"', 21),
  removeValue: needs('option "removeValue"', 27),
  debugBase64: {
    what: "a key that must be sent in base64",
    since: [1, 6, 10],
    // The server finds no such item: it counts the words of the line as it did before.
    broken: [[1, 6, 40], [1, 6, 45]],
  },
} as const satisfies Readonly<Record<string, MetaNeeds>>;

function needs(what: string, patch: number): MetaNeeds {
  return { what, since: [1, 6, patch] };
}

/** Gives those of several needs that the newest version has. */
export function strictest(all: readonly (MetaNeeds | undefined)[]): MetaNeeds | undefined {
  let most: MetaNeeds | undefined;
  for (const one of all) {
    if (one !== undefined && (most === undefined || one.since[2] > most.since[2])) most = one;
  }
  return most;
}
