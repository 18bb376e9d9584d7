/**
 * The server chooses who loads a value, by meta commands. A lease is its own: `N` makes a placeholder on a miss, `R` lets
 * one caller win an item whose time is nearly over. What was stored, deleted or marked meanwhile has another cas, so that a
 * late value is never stored over it.
 */

import { BesideCommand } from "../../commands/beside.ts";
import { GetCommand } from "../../commands/get.ts";
import { metaDelete } from "../../commands/meta/delete.ts";
import { metaGet, type MetaItem, ttlIn } from "../../commands/meta/get.ts";
import { MetaCommand, type MetaKind } from "../../commands/meta/meta_command.ts";
import { metaSet } from "../../commands/meta/set.ts";
import { Manifest } from "../../codec/chunks.ts";
import type { Encoded } from "../../codec/codec.ts";
import type { Receiver } from "../../commands/receiver.ts";
import type { ItemDecoder } from "../../commands/item_decoder.ts";
import { Call, type CallOwner } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import { lifeOf } from "../../engine/life.ts";
import { sendMeta } from "../../engine/meta_sending.ts";
import { ownerOfSteps } from "../../engine/step.ts";
import { missing, verb } from "../../engine/verb.ts";
import {
  ConnectionError,
  type MemcachedError,
  MultiError,
  ServerDeadError,
  TimeoutError,
} from "../../errors.ts";
import { isSound } from "../../thrown.ts";
import { MetaGetCall, MetaGetFanOut } from "../meta/get.ts";
import {
  Answered,
  type AnsweredCall,
  type Claims,
  EMPTY_HANDED,
  type Found,
  type Hold,
} from "./claims.ts";
import { exptimeOf, type Plan } from "./options.ts";
import { Sightings } from "./sightings.ts";
import { stateOf } from "./state.ts";

/** The leases of one client. They also work while the client waits for its last calls. */
export class Leases implements Claims {
  readonly #engine: Engine;
  readonly #owner: CallOwner;
  readonly #ownerOfMany: CallOwner;
  readonly #sightings: Sightings;
  /** The kinds of reads, by what they ask for: a program uses a few. */
  readonly #reads = new Map<string, MetaKind<MetaItem>>();
  /** The kind of fresh reads that was used last. */
  #lastFresh: (Pick<Plan<never>, "window" | "lease"> & { kind: MetaKind<unknown> }) | undefined;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#owner = ownerOfSteps(engine, CHANGE);
    this.#ownerOfMany = ownerOfSteps(engine, FIND_MANY);
    this.#sightings = new Sightings(engine.settings.clock);
  }

  ask<T>(key: string, plan: Plan<T>, call: AnsweredCall<T>): Claims {
    const engine = this.#engine;
    const kind = this.#freshKind(plan) as MetaKind<T | Answered>;
    const receiver = call as Receiver<T | Answered | undefined>;
    sendMeta(engine, call, key, new MetaCommand(kind, key, engine.opaques.next(), receiver));
    return this;
  }

  /** On a miss, and in an item's last seconds, one caller wins its lease. */
  async find<T>(key: string, plan: Plan<T>, first?: Answered): Promise<Found<T>> {
    const { lease } = plan;
    const kind = this.#kindFor(plan);
    for (let answered = first;; answered = undefined) {
      const life = lifeOf(this.#engine, key);
      const item = await this.#read(key, kind as MetaKind<MetaItem<T>>, answered);
      const state = stateOf(item, plan);
      const isUsed = state.turn === "fresh" && plan.schema === undefined;
      if (isUsed) return { ...state, hold: EMPTY_HANDED };
      if (state.turn === "taken" && await this.#replaced(key, item, lease)) continue;
      return { ...state, hold: this.#holdOf(key, item, plan, life) };
    }
  }

  async findMany<T>(
    keys: readonly string[],
    plan: Plan<T>,
  ): Promise<readonly (Found<T> | MemcachedError | undefined)[]> {
    const { window, lease, schema } = plan;
    const kind = this.#readKind(true, lease === undefined ? 0 : window, lease, window > 0, true);
    const engine = this.#engine;
    const lives = keys.map((key) => lifeOf(this.#engine, key));
    const call = new Call<Map<string, MetaItem<T>>>(this.#ownerOfMany, FIND_MANY, undefined);
    new MetaGetFanOut<T, string>(engine, call, keys, keys).ask(kind as MetaKind<MetaItem<T>>);
    let items: Map<string, MetaItem<T>>;
    let errors: readonly MemcachedError[] = [];
    try {
      items = await call.promise;
    } catch (error) {
      if (!isSound(error, MultiError)) throw error;
      errors = error.errors;
      items = error.partial as typeof items;
    }
    return keys.map((key, i) => {
      const item = items.get(key);
      if (item === undefined) return errors.length === 0 ? undefined : this.#lost(key, errors);
      const found = item === MISS ? undefined : item;
      const state = stateOf(found, plan);
      if (state.turn === "fresh" && schema === undefined) return { ...state, hold: EMPTY_HANDED };
      if (state.turn === "taken" && this.#isOverdue(key, found, lease)) return undefined;
      return { ...state, hold: this.#holdOf(key, found, plan, lives[i]) };
    });
  }

  /** Gives the error for which the server of a key has not answered at all. Any other may be that of another key. */
  #lost(key: string, errors: readonly MemcachedError[]): MemcachedError | undefined {
    const name = this.#engine.serverOf(key);
    return errors.find((error) =>
      error.server === name && LOST.some((ErrorClass) => error instanceof ErrorClass)
    );
  }

  /** On a miss one caller wins its lease. */
  async look(key: string, plan: Plan<never>): Promise<Hold> {
    const kind = this.#readKind(false, 0, plan.lease, false);
    const life = lifeOf(this.#engine, key);
    return this.#holdOf(key, await this.#read(key, kind), plan, life);
  }

  /** Lets somebody win an item whose holder has not renewed it within the lease. */
  async #replaced(
    key: string,
    item: MetaItem | undefined,
    lease: number | undefined,
  ): Promise<boolean> {
    if (item?.cas === undefined || !this.#isOverdue(key, item, lease)) return false;
    await this.#rearm(key, item.cas);
    return true;
  }

  #isOverdue(key: string, item: MetaItem | undefined, lease: number | undefined): boolean {
    if (item?.cas === undefined || lease === undefined) return false;
    // A placeholder expires with its lease, unless it was marked.
    if (item.value === undefined && !item.stale) return false;
    return this.#sightings.isOverdue(key, item.cas, lease);
  }

  /** Says what a load of this item has in hand. */
  #holdOf(
    key: string,
    item: MetaItem | undefined,
    { window, lease }: Plan<never>,
    life: number | undefined,
  ): Hold {
    const { cas, won = false, value, stale } = item ?? {};
    // An item whose value was not asked for is won only as a new placeholder, or because it is stale.
    const isPlaceholder = value === undefined && !stale;
    const giveBack = async () => {
      if (cas === undefined || !won) return;
      if (isPlaceholder) await this.#change(key, metaDelete({ C: cas }, ONCE));
      else await this.#rearm(key, cas);
    };
    return {
      isWon: won,
      store: async (data, ttl) => {
        if (await this.#store(key, data, ttl + window, cas, life)) return;
        // If only a connection was lost, the placeholder is still there. After a restart its cas may be that of a value.
        if (!isPlaceholder || await this.#hasPlaceholder(key)) await giveBack();
      },
      giveBack,
      ...(lease !== undefined && cas !== undefined && { mark: () => this.#rearm(key, cas) }),
    };
  }

  /**
   * Stores an item.
   *
   * @param cas That of the item when it was read; `undefined` if there was none: then there must still be none.
   * @param life That in which it was read.
   * @returns False if it was not sent, as the life of the server is over.
   */
  async #store(
    key: string,
    item: Encoded,
    seconds: number,
    cas: bigint | undefined,
    life: number | undefined,
  ): Promise<boolean> {
    const flags = { T: exptimeOf(seconds), C: cas, M: cas === undefined ? "E" : undefined };
    const asked = { cas: false, size: false, isQuiet: false };
    const kind = metaSet(asked, flags, { needs: undefined, mayRepeat: false });
    return await this.#change(key, { ...kind, life }, item) !== undefined;
  }

  /** True if a placeholder is there. To look does not win anything. */
  async #hasPlaceholder(key: string): Promise<boolean> {
    const engine = this.#engine;
    const call = new Call<boolean | undefined>(this.#owner, CHANGE, undefined);
    const looking = new GetCommand(key, A_PLACEHOLDER, call, { name: "get" });
    // Nobody has asked for a value, so it is neither a hit nor a miss.
    engine.send(call, key, new BesideCommand(key, looking));
    return await call.promise ?? false;
  }

  /** Lets the next reader of an item win its lease, unless it has changed. */
  async #rearm(key: string, cas: bigint): Promise<void> {
    await this.#change(key, metaDelete({ C: cas, I: true }, ONCE));
  }

  /** @param answered What was answered before. It may be the manifest of a split value, whose chunks are asked for. */
  #read<T>(
    key: string,
    kind: MetaKind<MetaItem<T>>,
    answered?: Answered,
  ): Promise<MetaItem<T> | undefined> {
    const engine = this.#engine;
    const call = new MetaGetCall<T>(engine, undefined, this.#owner);
    call.wireKey = key;
    call.keepsTorn = true;
    if (answered !== undefined) call.resolve(answered.item as MetaItem<T> | undefined);
    else sendMeta(engine, call, key, new MetaCommand(kind, key, engine.opaques.next(), call));
    return call.promise;
  }

  #change<R>(key: string, kind: MetaKind<R>, item?: Encoded): Promise<R | undefined> {
    const engine = this.#engine;
    const call = new Call<R | undefined>(this.#owner, CHANGE, undefined);
    sendMeta(engine, call, key, new MetaCommand(kind, key, engine.opaques.next(), call, item));
    return call.promise;
  }

  #kindFor({ window, lease }: Plan<never>): MetaKind<MetaItem> {
    return this.#readKind(true, lease === undefined ? 0 : window, lease, window > 0);
  }

  /** Gives the kind of a read whose result is the value alone if it is fresh. */
  #freshKind(plan: Plan<never>): MetaKind<unknown> {
    const { window, lease } = plan;
    // Nearly all calls of a program are of one kind.
    const last = this.#lastFresh;
    if (last?.window === window && last.lease === lease) return last.kind;
    const slow = this.#kindFor(plan);
    const decoder = this.#engine.decoders.value<unknown>();
    // An item whose time is nearly over is won or taken, where `R` asks for that: one without marks is fresh.
    const areMarked = window === 0 || lease !== undefined;
    const kind: MetaKind<unknown> = {
      ...slow,
      item(view) {
        if (view.marks === 0 && (areMarked || ttlIn(view) >= window)) {
          const value = decoder.decode(view);
          if (value !== undefined && !Manifest.is(value)) return value;
        }
        const item = slow.item(view);
        return new Answered(item, item.won);
      },
    };
    this.#lastFresh = { window, lease, kind };
    return kind;
  }

  #readKind(
    value: boolean,
    recache: number,
    lease: number | undefined,
    ttl: boolean,
    isQuiet = false,
  ): MetaKind<MetaItem> {
    const name = `${value} ${recache} ${lease} ${ttl} ${isQuiet}`;
    let kind = this.#reads.get(name);
    if (kind !== undefined) return kind;
    kind = metaGet(
      this.#engine.decoders.value() as ItemDecoder<unknown>,
      { value, cas: true, ttl, size: false, hit: false, lastAccess: false, unchanged: false },
      { R: recache === 0 ? undefined : recache, N: lease, q: isQuiet || undefined },
      { needs: undefined, mayRepeat: lease === undefined },
    );
    // A miss is told from what is not known.
    if (isQuiet) kind = { ...kind, hidden: MISS };
    if (this.#reads.size < MOST_KINDS) this.#reads.set(name, kind);
    return kind;
  }
}

/** A classic `get` shows no marks. */
const A_PLACEHOLDER: ItemDecoder<boolean> = {
  decode: ({ flags, size }) => flags === 0 && size === 0,
};
const MISS: MetaItem<never> = Object.freeze({ won: false, stale: false, taken: false });
const LOST = [ConnectionError, ServerDeadError, TimeoutError];
const FIND_MANY = verb("getOrSetMulti", () => new Map<never, never>());
const MOST_KINDS = 100;
const ONCE = { isQuiet: false, needs: undefined, mayRepeat: false };
const CHANGE = verb("getOrSet", missing);
