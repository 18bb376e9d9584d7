/** What a fact is, and what facts are made of. */

/** An answer of all versions, or that of the oldest and, by version, those that came instead of it. */
export type Answer = string | { readonly first: string; readonly later: readonly Later[] };

/** From which version on a server answers something else. */
type Later = readonly [since: string, answer: string];

/** Bytes sent, and the bytes that come back before more is sent; or seconds that pass. */
export type Step = readonly [sent: string, answer: Answer] | number;

/**
 * What servers answer to meta commands, and to what surrounds them. A cas that the server picks is written `#1`, `#2` and
 * so on in the order in which they first appear, in what is sent as well; one that the client picks is written as it is.
 */
export interface Fact {
  readonly name: string;
  readonly steps: readonly Step[];
}

/** Makes a fact. */
export function fact(name: string, ...steps: Step[]): Fact {
  return { name, steps };
}

/** Makes an answer that was another one before a version. */
export function since(first: string, ...later: Later[]): Answer {
  return { first, later };
}

/** Gives the answer of one version. */
export function answerOf(answer: Answer, version: string): string {
  if (typeof answer === "string") return answer;
  const number = numberOf(version);
  return answer.later.reduce(
    (found, [from, later]) => numberOf(from) <= number ? later : found,
    answer.first,
  );
}

/** How many requests of facts are answered. */
export function requestsOf(facts: readonly Fact[]): number {
  return facts.flatMap(({ steps }) => steps).filter((step) => typeof step !== "number").length;
}

/** Gives the command that stores `1` under `a`. */
export const SET_A = "set a 0 0 1\r\n1\r\n";
export const STORED = "STORED\r\n";
export const HD = "HD\r\n";
export const EN = "EN\r\n";
export const NF = "NF\r\n";
export const NS = "NS\r\n";
export const EX = "EX\r\n";
export const MN = "MN\r\n";
export const ERROR = "ERROR\r\n";
export const END = "END\r\n";
export const KEY_250 = "k".repeat(250);
export const KEY_251 = "k".repeat(251);
/** 31 bytes with its letter less. */
export const OPAQUE_31 = `O${"o".repeat(31)}`.slice(0, 32);

/** Gives a client error. */
export function bad(what: string): string {
  return `CLIENT_ERROR ${what}\r\n`;
}

export const BAD_FORMAT = bad("bad command line format");
export const BAD_TOKEN = bad("bad token in command line format");
export const INVALID_FLAG = bad("invalid flag");
export const DUPLICATE_FLAG = bad("duplicate flag");
export const INVALID_OR_DUPLICATE = bad("invalid or duplicate flag");
export const OPAQUE_TOO_LONG = bad("opaque token too long");
export const NON_NUMERIC = bad("cannot increment or decrement non-numeric value");
export const TOO_LARGE = "SERVER_ERROR object too large for cache\r\n";

/** Gives the command that stores a value by `ms`. */
export function ms(key: string, value: string, flags = ""): string {
  return `ms ${key} ${value.length}${flags === "" ? "" : ` ${flags}`}\r\n${value}\r\n`;
}

/** Gives a reply with a value. */
export function va(value: string, flags = ""): string {
  return `VA ${value.length}${flags === "" ? "" : ` ${flags}`}\r\n${value}\r\n`;
}

function numberOf(version: string): number {
  const [major, minor, patch] = version.split(".").map((part) => parseInt(part));
  return (major * 1000 + minor) * 1000 + patch;
}
