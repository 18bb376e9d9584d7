/**
 * The faults a {@linkcode MemcachedServer} can have, as values. One that has an option of another name, or a value out
 * of the bounds named here, is refused when it is given to the server. No time is longer than a timer takes: with more
 * it is due at once.
 */

/**
 * When a fault strikes. Without any of these: whenever it can. Where it would leave a reply as it is, it cannot, and
 * neither strikes nor counts.
 */
export interface FaultOccasion {
  /**
   * Names of commands, at least one, as in `["get", "gets"]`: all that it can befall unless given. A fault of values
   * befalls get, gets, gat and gats; one that withholds or cuts the reply, all but quit, which has none; `serverError`,
   * all but shutdown, which is never carried out.
   */
  readonly commands?: readonly string[];
  /** Only the n-th time, counted from 1, that it could strike: an integer, at least 1. */
  readonly nth?: number;
  /** How likely it is to strike each time: from 0, never, to 1, always. */
  readonly probability?: number;
  /** After so many times it strikes no more: an integer, at least 1. */
  readonly times?: number;
}

/** What follows a reply that was cut or left out: the connection goes on, closes, or never says anything again. */
export type FaultSequel = "continue" | "close" | "silence";

/** The length in one VALUE line is wrong; the data block is as it was. */
export interface WrongLengthFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "wrongLength";
  /**
   * How much is added to the length: an integer from -2,147,483,647 to 2,147,483,647, not 0. Between -8 and 8 unless
   * given. No length becomes less than 0; where nothing can be taken away, as much is added.
   */
  readonly by?: number;
}

/** One data block ends early, and so does the reply unless `then` is `"continue"`. Empty ones cannot. */
export interface TruncatedValueFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "truncatedValue";
  /**
   * How many of its bytes are sent: an integer from 0 to 2,147,483,647; a random number unless given. Items that have
   * no more are passed over.
   */
  readonly keep?: number;
  /**
   * What follows.
   *
   * @default {"continue"}
   */
  readonly then?: FaultSequel;
}

/** One VALUE line names another key than that of its item. */
export interface WrongKeyFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "wrongKey";
  /**
   * The key: 1 to 250 bytes of UTF-8 without spaces, CR, LF and NUL; that of the item with one character changed unless
   * given. An item that has this key is passed over.
   */
  readonly key?: string;
}

/** A line that means nothing stands in place of the reply, or where none was wanted. */
export interface GarbageLineFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "garbageLine";
  /**
   * The line, without its end: random characters unless given. It may hold CR LF and so be several. A reply that is
   * this very line is passed over.
   */
  readonly line?: string;
}

/** After the reply comes another that nobody asked for. */
export interface ExtraReplyFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "extraReply";
  /** The reply, without the end of its last line: a random one of memcached's unless given. It may hold CR LF. */
  readonly line?: string;
}

/** The command is carried out and not answered. */
export interface MissingReplyFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "missingReply";
  /**
   * What follows.
   *
   * @default {"continue"}
   */
  readonly then?: FaultSequel;
}

/** `SERVER_ERROR` in place of the reply, or after some of the values of a get or gets. */
export interface ServerErrorFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "serverError";
  /** The text behind the word, without CR and LF. @default {"out of memory"} */
  readonly message?: string;
  /** Whether the command is carried out all the same. @default {false} */
  readonly carriedOut?: boolean;
}

/** The reply leaves in pieces of one byte, of which the first and last 32 surely arrive one by one. */
export interface SingleBytesFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "singleBytes";
  /** Milliseconds between two bytes: an integer from 0 to 2,147,483,647. @default {0} */
  readonly pauseMs?: number;
}

/** A new connection is told `ERROR Too many open connections`, unasked, and closed. */
export interface TooManyConnectionsFault extends Omit<FaultOccasion, "commands"> {
  /** Which fault it is. */
  readonly kind: "tooManyConnections";
  /** How many milliseconds after it was accepted: an integer from 0 to 2,147,483,647. @default {0} */
  readonly afterMs?: number;
}

/** A connection that says nothing for a while is closed without a word. Counted when the connection is accepted. */
export interface IdleKickFault extends Omit<FaultOccasion, "commands"> {
  /** Which fault it is. */
  readonly kind: "idleKick";
  /** How many milliseconds it may be idle: an integer from 0 to 2,147,483,647. */
  readonly afterMs: number;
}

/** A new connection is accepted, and read from only after a while. */
export interface SlowStartFault extends Omit<FaultOccasion, "commands"> {
  /** Which fault it is. */
  readonly kind: "slowStart";
  /** How many milliseconds later: an integer from 1 to 2,147,483,647. */
  readonly delayMs: number;
}

/** Faults of replies: they befall commands. */
export type ReplyFault =
  | WrongLengthFault
  | TruncatedValueFault
  | WrongKeyFault
  | GarbageLineFault
  | ExtraReplyFault
  | MissingReplyFault
  | ServerErrorFault
  | SingleBytesFault;

/** Faults of connections: they befall a connection when it is accepted. */
export type ConnectionFault = TooManyConnectionsFault | IdleKickFault | SlowStartFault;

/** A fault of a {@linkcode MemcachedServer}. */
export type Fault = ReplyFault | ConnectionFault;

/** Name of a fault. */
export type FaultKind = Fault["kind"];

/** A fault that a server has. */
export interface ActiveFault {
  /** How often it struck so far. */
  readonly struck: number;
  /** Takes it away. */
  remove(): void;
}
