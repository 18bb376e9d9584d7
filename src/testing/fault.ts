/** The faults a {@linkcode MemcachedServer} can have, as values. */

/**
 * When a fault strikes. Without any of these: whenever it can. Where it would leave a reply as it is, it cannot, and
 * neither strikes nor counts.
 */
export interface FaultOccasion {
  /** Names of commands, as in `["get", "gets"]`, that it can befall: all unless given. */
  readonly commands?: readonly string[];
  /** Only the n-th time, counted from 1, that it could strike. */
  readonly nth?: number;
  /** How likely it is to strike each time, from 0 to 1. */
  readonly probability?: number;
  /** After so many times it strikes no more. */
  readonly times?: number;
}

/** What follows a reply that was cut or left out: the connection goes on, closes, or never says anything again. */
export type FaultSequel = "continue" | "close" | "silence";

/** The length in one VALUE line is wrong; the data block is as it was. */
export interface WrongLengthFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "wrongLength";
  /** How much is added to the length: between -8 and 8, not 0, unless given. Never below 0. */
  readonly by?: number;
}

/** One data block ends early, and so does the reply unless `then` is `"continue"`. Empty ones cannot. */
export interface TruncatedValueFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "truncatedValue";
  /** How many of its bytes are sent: a random number unless given. Items that have no more are passed over. */
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
  /** The key: that of the item with one character changed unless given. An item that has this key is passed over. */
  readonly key?: string;
}

/** A line that means nothing stands in place of the reply, or where none was wanted. */
export interface GarbageLineFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "garbageLine";
  /** The line, without its end: random characters unless given. A reply that is this very line is passed over. */
  readonly line?: string;
}

/** After the reply comes another that nobody asked for. */
export interface ExtraReplyFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "extraReply";
  /** The reply, without the end of its last line: a random one of memcached's unless given. */
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
  /** The text behind the word: `"out of memory"` unless given. */
  readonly message?: string;
  /** Whether the command is carried out all the same. @default {false} */
  readonly carriedOut?: boolean;
}

/** The reply leaves in pieces of one byte, of which the first and last 32 surely arrive one by one. */
export interface SingleBytesFault extends FaultOccasion {
  /** Which fault it is. */
  readonly kind: "singleBytes";
  /** Milliseconds between two bytes. @default {0} */
  readonly pauseMs?: number;
}

/** A new connection is told `ERROR Too many open connections`, unasked, and closed. */
export interface TooManyConnectionsFault extends Omit<FaultOccasion, "commands"> {
  /** Which fault it is. */
  readonly kind: "tooManyConnections";
  /** How many milliseconds after it was accepted. @default {0} */
  readonly afterMs?: number;
}

/** A connection that says nothing for a while is closed without a word. */
export interface IdleKickFault extends Omit<FaultOccasion, "commands"> {
  /** Which fault it is. */
  readonly kind: "idleKick";
  /** How many milliseconds it may be idle. */
  readonly afterMs: number;
}

/** A new connection is accepted, and read from only after a while. */
export interface SlowStartFault extends Omit<FaultOccasion, "commands"> {
  /** Which fault it is. */
  readonly kind: "slowStart";
  /** How many milliseconds later. */
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
