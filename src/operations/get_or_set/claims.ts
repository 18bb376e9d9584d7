/**
 * How one caller of a whole fleet is chosen to load a value, and how it stores what it has loaded: who asks, who wins, who
 * refills. What an item means to a call is said in the same words whichever way it was found out: `lease.ts` is the
 * server's own way, `sibling.ts` one for all servers, and `chosen.ts` chooses.
 */

import type { Deadline } from "../../clock.ts";
import type { Encoded } from "../../codec/codec.ts";
import type { Receiver } from "../../commands/receiver.ts";
import type { MemcachedError } from "../../errors.ts";
import type { Plan } from "./options.ts";

/** A way to choose. Every method rejects if memcached fails. */
export interface Claims {
  /**
   * Asks for a value by one command, whose outcome is the value if it is fresh, and anything else that was answered in an
   * {@linkcode Answered}, or nothing.
   *
   * @returns What can go on from there; `undefined` if one command is not enough, and nothing was asked.
   */
  ask<T>(key: string, plan: Plan<T>, call: AnsweredCall<T>): Claims | undefined;
  /**
   * Reads an item. If its value is to be loaded, one caller of the fleet wins.
   *
   * @param first The answer to {@linkcode Claims.ask}, to begin with it.
   */
  find<T>(key: string, plan: Plan<T>, first?: Answered): Promise<Found<T>>;
  /**
   * Reads many items as `find()` does, as far as that can be done at once.
   *
   * @returns For each key what was found, or why its server did not answer; `undefined` where `find()` has to ask.
   */
  findMany?<T>(
    keys: readonly string[],
    plan: Plan<T>,
  ): Promise<readonly (Found<T> | MemcachedError | undefined)[]>;
  /** Does so for a caller that loads whatever value is there. */
  look(key: string, plan: Plan<never>): Promise<Hold>;
}

/** An answer that is no fresh value: an item as it was read. */
export class Answered {
  /** Known to those who asked. */
  readonly item: unknown;
  /** True if the caller is to load, and others wait for it. */
  readonly isWon: boolean;

  constructor(item: unknown, isWon: boolean) {
    this.item = item;
    this.isWon = isWon;
  }
}

/** What was asked for a value by {@linkcode Claims.ask}, and answered. */
export interface Asked {
  /** What can go on from there. */
  readonly claims: Claims;
  readonly answered: Answered | undefined;
}

/** A call that takes the answer. */
export type AnsweredCall<T> = Receiver<T | Answered> & { readonly deadline: Deadline };

/** What was found: the item's value, how old it is, and who is to renew it. */
export interface Found<T> extends State<T> {
  readonly hold: Hold;
}

/** What an item means to a call. */
export interface State<T> {
  /** The value. Not there if there is none, or none that may be used. */
  readonly value: T | undefined;
  /** `fresh`: give it. `mine`: this caller loads. `taken`: another one does. */
  readonly turn: "fresh" | "mine" | "taken";
  /** True if the value may be given before it is renewed. */
  readonly isServed: boolean;
  /** True if the value may be given if loading a new one fails. */
  readonly isSpare: boolean;
}

/** What a caller has in hand while it loads. */
export interface Hold {
  /** True if others wait for this caller. */
  readonly isWon: boolean;
  /**
   * Stores the loaded value, unless the item was changed or deleted meanwhile.
   *
   * @param ttl Seconds for which the value is fresh.
   */
  store(item: Encoded, ttl: number): Promise<void>;
  /** Lets the next caller load, if this one was the only one who might. */
  giveBack(): Promise<void>;
  /** Has one caller of the fleet win a value that is of no use, though its time is not over; where that can be had. */
  mark?(): Promise<void>;
}

/** Nothing in hand, and nothing to be done with it. */
export const EMPTY_HANDED: Hold = {
  isWon: false,
  store: () => Promise.resolve(),
  giveBack: () => Promise.resolve(),
};

/** No way, as memcached cannot be asked. */
export function noClaims(error: MemcachedError): Claims {
  const fail = () => Promise.reject(error);
  return { ask: () => undefined, find: fail, look: fail };
}

/** What no item means. */
export const NOTHING: State<never> = {
  value: undefined,
  turn: "mine",
  isServed: false,
  isSpare: false,
};
