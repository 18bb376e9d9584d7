/**
 * The callers choose among themselves who loads a value, with commands that every server and proxy has: by a lock that lies
 * beside the value (see `beside.ts`). Whoever adds it loads; it ends with the load, or by itself if its holder dies.
 *
 * What was set or deleted meanwhile shows by the cas of the value that was there before. Where there was none, the holder
 * stores a placeholder first, if this client's codec reads one as a miss. Other codecs would give it as a value. With them
 * a value is stored only where there is still none, and if the lock is still there: this client's `delete()` takes it away
 * before it deletes the value, so either the lock is seen to be gone, or the delete comes after the store. What others
 * delete where nothing is leaves no trace, and cannot be seen.
 *
 * A value that is of no use though it is fresh, as it does not pass its schema, is remembered by its cas: whoever has found
 * that out takes the lock as if there were none.
 *
 * How old a value is cannot be asked. So beside a value that outlives its ttl lie marks that do not: one until it is no
 * longer fresh, and one until it may no longer be served stale, where it stays for longer than that.
 */

import { knowsPlaceholders } from "../../codec/placeholder.ts";
import { GetCommand, type Retrieval } from "../../commands/get.ts";
import { NoValue } from "../../commands/item_decoder.ts";
import type { Receiver } from "../../commands/receiver.ts";
import type { CallOwner } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import { lifeOf } from "../../engine/life.ts";
import type { CasValue, ChunkedDecoder } from "../../engine/item_decoders.ts";
import { ownerOfSteps } from "../../engine/step.ts";
import { missing, verb } from "../../engine/verb.ts";
import { ChunkedCall } from "../chunked.ts";
import { BoundedMap } from "../../bounded_map.ts";
import { BesideItems, type Lock } from "./beside.ts";
import {
  type AnsweredCall,
  type Claims,
  EMPTY_HANDED,
  type Found,
  type Hold,
  NOTHING,
  type State,
} from "./claims.ts";
import type { Plan } from "./options.ts";
import { hasOwnEnd, type InHand, SiblingHold } from "./sibling_hold.ts";

/** What was seen of an item. */
interface Seen<T> {
  readonly state: State<T>;
  /** `undefined` if there is no item. */
  readonly cas: bigint | undefined;
}

/** The locks of one client. */
export class Siblings implements Claims {
  readonly #engine: Engine;
  readonly #items: BesideItems;
  readonly #owner: CallOwner;
  readonly #knowsPlaceholders: boolean;
  readonly #value: ChunkedDecoder<unknown>;
  readonly #any: ChunkedDecoder<CasValue<unknown>>;
  /** The cas of values that have not passed their schemas, by key. */
  readonly #unfit = new BoundedMap<string, bigint>(MOST_UNFIT);

  constructor(engine: Engine) {
    const { decoders, settings } = engine;
    this.#engine = engine;
    this.#items = new BesideItems(engine);
    this.#owner = ownerOfSteps(engine, READ);
    this.#knowsPlaceholders = knowsPlaceholders(settings.codec, settings.inflateBudget);
    this.#value = decoders.value<unknown>();
    this.#any = decoders.casOfAny<unknown>();
    if (this.#knowsPlaceholders) return;
    // Another client may have left a placeholder, which this codec would read as a value.
    const [value, any] = [this.#value, this.#any];
    this.#value = {
      assemble: value.assemble,
      decode: (item) => item.size === 0 && item.flags === 0 ? undefined : value.decode(item),
    };
    this.#any = {
      assemble: any.assemble,
      decode: (item) =>
        item.size === 0 && item.flags === 0 ? new NoValue(item.cas()) : any.decode(item),
    };
  }

  ask<T>(key: string, plan: Plan<T>, call: AnsweredCall<T>): Claims | undefined {
    if (plan.window > 0) return undefined;
    const engine = this.#engine;
    const { mergeGets } = engine.settings;
    const receiver = call as Receiver<unknown>;
    engine.send(call, key, new GetCommand(key, this.#value, receiver, GET, mergeGets));
    return this;
  }

  async find<T>(key: string, plan: Plan<T>): Promise<Found<T>> {
    const life = lifeOf(this.#engine, key);
    const isPlain = plan.window === 0 && plan.schema === undefined;
    const first = isPlain ? await this.#get<T>(key) : await this.#look(key, plan);
    if (first?.state.turn === "fresh") {
      return { ...first.state, hold: this.#unused(key, plan, first) };
    }
    if (plan.lease === undefined) {
      const { state, cas } = first ?? await this.#look(key, plan);
      return { ...state, hold: this.#hold(key, plan, { cas, life }) };
    }
    // Whoever had the lock may have stored the value since: it is looked for again once the lock is taken.
    const [lock, { state, cas }] = await this.#takeAndLook(key, plan, plan.lease);
    if (lock === undefined) {
      const turn = state.turn === "fresh" ? "fresh" : "taken";
      const isFresh = turn === "fresh";
      const hold = isFresh
        ? this.#unused(key, plan, { cas })
        : this.#hold(key, plan, { cas, life });
      return { ...state, turn, hold };
    }
    const hold = await this.#locked(key, plan, plan.lease, { lock, cas, life });
    if (state.turn !== "fresh") return { ...state, hold };
    await hold.giveBack();
    return { ...state, hold: this.#unused(key, plan, { cas }) };
  }

  async look(key: string, plan: Plan<never>): Promise<Hold> {
    const life = lifeOf(this.#engine, key);
    const cas = await this.#items.casOf(key);
    if (plan.lease === undefined || cas !== undefined) return this.#hold(key, plan, { cas, life });
    // What others have begun to load may be older than what this caller will load.
    const lock = await this.#items.take(key, plan.lease, "set");
    if (lock === undefined) return EMPTY_HANDED;
    return await this.#locked(key, plan, plan.lease, { lock, cas: undefined, life });
  }

  async #takeAndLook<T>(
    key: string,
    plan: Plan<T>,
    lease: number,
  ): Promise<[Lock | undefined, Seen<T>]> {
    const taking = this.#items.take(key, lease);
    // It may fail long before the look, which is asked again when a connection was lost.
    taking.catch(() => {});
    let seen: Seen<T>;
    try {
      seen = await this.#look(key, plan);
    } catch (error) {
      const lock = await taking.catch(() => undefined);
      if (lock !== undefined) await this.#items.release(key, lock).catch(() => {});
      throw error;
    }
    return [await taking, seen];
  }

  /** Says what a load with the lock has in hand. If there is no item yet, it stores a placeholder that has a cas. */
  async #locked(
    key: string,
    plan: Plan<never>,
    lease: number,
    inHand: InHand,
  ): Promise<Hold> {
    if (inHand.cas !== undefined || !this.#knowsPlaceholders) return this.#hold(key, plan, inHand);
    const reserved = await this.#items.reserve(key, lease);
    return this.#hold(key, plan, {
      ...inHand,
      cas: reserved?.cas,
      isPlaceholder: reserved?.isOurs ?? false,
    });
  }

  #hold(key: string, plan: Plan<never>, inHand: InHand): Hold {
    return new SiblingHold(this.#items, key, plan, inHand, this.#knowsPlaceholders);
  }

  /** The hold of a value that is fresh. */
  #unused(key: string, plan: Plan<never>, { cas }: Pick<Seen<unknown>, "cas">): Hold {
    const { lease, schema } = plan;
    if (schema === undefined || lease === undefined || cas === undefined) return EMPTY_HANDED;
    const mark = () => Promise.resolve(this.#unfit.set(key, cas));
    return { ...EMPTY_HANDED, mark };
  }

  /** Reads an item alone: without windows, a value that is there is fresh. */
  async #get<T>(key: string): Promise<Seen<T> | undefined> {
    const value = await this.#ask(key, this.#value, GET) as T | undefined;
    return value === undefined ? undefined : { state: { ...FRESH, value }, cas: undefined };
  }

  /** Reads an item and its marks, in one trip. */
  async #look<T>(key: string, plan: Plan<T>): Promise<Seen<T>> {
    const { staleWhileRevalidate, staleIfError, window } = plan;
    const [item, isFresh, isServable] = await Promise.all([
      this.#ask(key, this.#any, GETS) as Promise<CasValue<T | undefined> | undefined>,
      window === 0 || this.#items.isMarked(key, "fresh"),
      !hasOwnEnd(plan) || this.#items.isMarked(key, "stale"),
    ]);
    const { cas, value } = item ?? {};
    const isUnfit = plan.schema !== undefined && cas !== undefined && this.#unfit.get(key) === cas;
    if (value === undefined || isUnfit) return { state: NOTHING, cas };
    if (isFresh) return { state: { ...FRESH, value }, cas };
    const isServed = staleWhileRevalidate > 0 && isServable;
    return { state: { value, turn: "mine", isServed, isSpare: staleIfError > 0 }, cas };
  }

  #ask<V>(key: string, decoder: ChunkedDecoder<V>, how: Retrieval): Promise<V | undefined> {
    const call = new ChunkedCall(this.#engine, READ, decoder, undefined, this.#owner);
    call.askFor(key, how);
    return call.promise;
  }
}

const MOST_UNFIT = 1000;
const GET: Retrieval = { name: "get" };
const GETS: Retrieval = { name: "gets" };
const FRESH = { turn: "fresh", isServed: false, isSpare: false } as const;
const READ = verb("getOrSet", missing);
